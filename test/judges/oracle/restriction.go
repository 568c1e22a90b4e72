package main

import (
	"context"
	"encoding/json"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/authorization/union"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/tools/cache"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/auth/nodeidentifier"
	"k8s.io/kubernetes/plugin/pkg/admission/noderestriction"
	"k8s.io/kubernetes/plugin/pkg/auth/authorizer/node"
	"k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac"
	"k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac/bootstrappolicy"
)

type restrictionQuestion struct {
	// What there is: Pods, Nodes, claims, volumes, drivers.
	Objects []json.RawMessage `json:"objects"`
	// Roles and bindings besides.
	Policy []json.RawMessage  `json:"policy"`
	Writes []restrictionWrite `json:"writes"`
}

type restrictionWrite struct {
	accessRequest
	Operation string          `json:"operation"`
	Object    json.RawMessage `json:"object"`
	Old       json.RawMessage `json:"old"`
}

// newRestriction answers what the admission plugin NodeRestriction says of writes; nothing of those that it lets pass.
func newRestriction() (subject, error) {
	return func(input json.RawMessage) (any, error) {
		var asked restrictionQuestion
		if err := json.Unmarshal(input, &asked); err != nil {
			return nil, err
		}
		plugin, err := newNodeRestriction(asked)
		if err != nil {
			return nil, err
		}
		answers := []string{}
		for _, write := range asked.Writes {
			attributes, err := write.admission()
			if err != nil {
				return nil, err
			}
			said := ""
			if err := plugin.Admit(context.Background(), attributes, nil); err != nil {
				said = err.Error()
			}
			answers = append(answers, said)
		}
		return answers, nil
	}, nil
}

func newNodeRestriction(asked restrictionQuestion) (*noderestriction.Plugin, error) {
	policy, err := readPolicy(asked.Policy)
	if err != nil {
		return nil, err
	}
	identifier := nodeidentifier.NewDefaultNodeIdentifier()
	plugin := noderestriction.NewPlugin(identifier)
	plugin.InspectFeatureGates(utilfeature.DefaultFeatureGate)
	factory := informers.NewSharedInformerFactory(nil, 0)
	plugin.SetExternalKubeInformerFactory(factory)
	plugin.SetAuthorizer(union.New(node.NewAuthorizer(node.NewGraph(), identifier, bootstrappolicy.NodeRules()), rbac.New(policy, policy, policy, policy)))
	for _, text := range asked.Objects {
		object, err := runtime.Decode(legacyscheme.Codecs.UniversalDeserializer(), text)
		if err != nil {
			return nil, err
		}
		store, err := listerOf(factory, object)
		if err != nil {
			return nil, err
		}
		if err := store.Add(object); err != nil {
			return nil, err
		}
	}
	return plugin, plugin.ValidateInitialization()
}

func listerOf(factory informers.SharedInformerFactory, object runtime.Object) (cache.Store, error) {
	switch object.(type) {
	case *corev1.Pod:
		return factory.Core().V1().Pods().Informer().GetStore(), nil
	case *corev1.Node:
		return factory.Core().V1().Nodes().Informer().GetStore(), nil
	case *corev1.PersistentVolumeClaim:
		return factory.Core().V1().PersistentVolumeClaims().Informer().GetStore(), nil
	case *corev1.PersistentVolume:
		return factory.Core().V1().PersistentVolumes().Informer().GetStore(), nil
	case *storagev1.CSIDriver:
		return factory.Storage().V1().CSIDrivers().Informer().GetStore(), nil
	default:
		return nil, fmt.Errorf("nothing that writes of nodes are judged by: %T", object)
	}
}

func (w restrictionWrite) admission() (admission.Attributes, error) {
	object, err := readHub(w.Object)
	if err != nil {
		return nil, err
	}
	old, err := readHub(w.Old)
	if err != nil {
		return nil, err
	}
	resource := schema.GroupVersionResource{Group: w.Group, Version: "v1", Resource: w.Resource}
	operation := map[string]admission.Operation{"create": admission.Create, "update": admission.Update, "delete": admission.Delete}[w.Operation]
	return admission.NewAttributesRecord(object, old, schema.GroupVersionKind{}, w.Namespace, w.Name, resource, w.Subresource, operation, nil, false, w.User.info()), nil
}

// readHub reads an object as the handlers hand it to admission.
func readHub(text json.RawMessage) (runtime.Object, error) {
	if len(text) == 0 {
		return nil, nil
	}
	var typed runtime.TypeMeta
	if err := json.Unmarshal(text, &typed); err != nil {
		return nil, err
	}
	group := schema.FromAPIVersionAndKind(typed.APIVersion, typed.Kind).Group
	return runtime.Decode(legacyscheme.Codecs.UniversalDecoder(schema.GroupVersion{Group: group, Version: runtime.APIVersionInternal}), text)
}
