package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/apiserver/pkg/endpoints/handlers/fieldmanager"
	openapinamer "k8s.io/apiserver/pkg/endpoints/openapi"
	"k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/apiserver/pkg/server"
	"k8s.io/kube-openapi/pkg/builder3"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/generated/openapi"
	"k8s.io/kubernetes/pkg/registry/apps/deployment"
	"k8s.io/kubernetes/pkg/registry/core/configmap"
	"k8s.io/kubernetes/pkg/registry/core/secret"
	"k8s.io/kubernetes/pkg/registry/core/service"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

type mergeQuestion struct {
	// Set alone, before the first question: definitions of custom resources.
	Definitions []json.RawMessage `json:"definitions"`
	Steps       []mergeStep       `json:"steps"`
}

type mergeStep struct {
	Op      string          `json:"op"`
	Manager string          `json:"manager"`
	Force   bool            `json:"force"`
	Object  json.RawMessage `json:"object"`
}

// One of these.
type mergeAnswer struct {
	Object   json.RawMessage `json:"object,omitempty"`
	Conflict string          `json:"conflict,omitempty"`
	Refused  string          `json:"refused,omitempty"`
}

type strategy interface {
	rest.RESTCreateStrategy
	rest.RESTUpdateStrategy
}

// What the handlers of one kind need: its field manager, its strategy, and how it is read and written.
type mergedKind struct {
	manager  *managedfields.FieldManager
	strategy strategy
	resource string
	// What a create starts from.
	create func() (runtime.Object, error)
	// Reads an object as it comes in or from the storage, with its defaults.
	decode func(text []byte) (runtime.Object, error)
	encode func(object runtime.Object) ([]byte, error)
}

type mergeOracle struct {
	kinds map[schema.GroupVersionKind]*mergedKind
}

var builtInKinds = []struct {
	kind     schema.GroupVersionKind
	resource string
	strategy strategy
	reset    map[fieldpath.APIVersion]*fieldpath.Set
}{
	{schema.GroupVersionKind{Version: "v1", Kind: "ConfigMap"}, "configmaps", configmap.Strategy, nil},
	{schema.GroupVersionKind{Version: "v1", Kind: "Secret"}, "secrets", secret.Strategy, nil},
	{schema.GroupVersionKind{Version: "v1", Kind: "Service"}, "services", service.Strategy, service.Strategy.GetResetFields()},
	{schema.GroupVersionKind{Group: "apps", Version: "v1", Kind: "Deployment"}, "deployments", deployment.Strategy, deployment.Strategy.GetResetFields()},
}

func newMerge() (subject, error) {
	oracle := &mergeOracle{kinds: map[schema.GroupVersionKind]*mergedKind{}}
	converter, err := builtInTypes()
	if err != nil {
		return nil, err
	}
	for _, item := range builtInKinds {
		gvk, scheme := item.kind, legacyscheme.Scheme
		hub := schema.GroupVersion{Group: gvk.Group, Version: runtime.APIVersionInternal}
		manager, err := managedfields.NewDefaultFieldManager(converter, scheme, scheme, scheme, gvk, hub, "", fieldpath.NewExcludeFilterSetMap(item.reset))
		if err != nil {
			return nil, err
		}
		oracle.kinds[gvk] = &mergedKind{
			manager:  manager,
			strategy: item.strategy,
			resource: item.resource,
			create:   func() (runtime.Object, error) { return scheme.New(gvk) },
			decode: func(text []byte) (runtime.Object, error) {
				return runtime.Decode(legacyscheme.Codecs.UniversalDecoder(hub), text)
			},
			encode: func(object runtime.Object) ([]byte, error) {
				return runtime.Encode(legacyscheme.Codecs.LegacyCodec(gvk.GroupVersion()), object)
			},
		}
	}
	return oracle.answer, nil
}

func builtInTypes() (managedfields.TypeConverter, error) {
	config := server.DefaultOpenAPIV3Config(openapi.GetOpenAPIDefinitions, openapinamer.NewDefinitionNamer(legacyscheme.Scheme))
	var names []string
	for _, item := range builtInKinds {
		object, err := legacyscheme.Scheme.New(item.kind)
		if err != nil {
			return nil, err
		}
		named, hasName := object.(interface{ OpenAPIModelName() string })
		if !hasName {
			return nil, fmt.Errorf("%s has no model name", item.kind)
		}
		names = append(names, named.OpenAPIModelName())
	}
	schemas, err := builder3.BuildOpenAPIDefinitionsForResources(config, names...)
	if err != nil {
		return nil, err
	}
	return managedfields.NewTypeConverter(schemas, false)
}

func (o *mergeOracle) answer(input json.RawMessage) (any, error) {
	var asked mergeQuestion
	if err := json.Unmarshal(input, &asked); err != nil {
		return nil, err
	}
	for _, definition := range asked.Definitions {
		if err := o.define(definition); err != nil {
			return nil, err
		}
	}
	answers := []mergeAnswer{}
	var live json.RawMessage
	for _, step := range asked.Steps {
		answer, err := o.take(step, live)
		if err != nil {
			return nil, err
		}
		answers = append(answers, answer)
		if answer.Object != nil {
			live = answer.Object
		}
	}
	return answers, nil
}

// One request and what is stored then, in the order of the handlers (create.go, update.go, patch.go) and of the store.
func (o *mergeOracle) take(step mergeStep, stored json.RawMessage) (mergeAnswer, error) {
	asked := &unstructured.Unstructured{}
	if err := utiljson.Unmarshal(step.Object, &asked.Object); err != nil {
		return mergeAnswer{}, err
	}
	kind := o.kinds[asked.GroupVersionKind()]
	if kind == nil {
		return mergeAnswer{}, fmt.Errorf("%s is not known", asked.GroupVersionKind())
	}
	ctx := request.WithNamespace(context.Background(), asked.GetNamespace())
	ctx = request.WithRequestInfo(ctx, &request.RequestInfo{Resource: kind.resource, Namespace: asked.GetNamespace(), IsResourceRequest: true})
	live, existing, err := kind.read(stored)
	if err != nil {
		return mergeAnswer{}, err
	}
	object, err := kind.change(step, asked, live)
	if apierrors.IsConflict(err) {
		return mergeAnswer{Conflict: err.Error()}, nil
	} else if err != nil {
		return mergeAnswer{Refused: err.Error()}, nil
	}
	if err := number(object, existing); err != nil {
		return mergeAnswer{}, err
	}
	if existing == nil {
		err = rest.BeforeCreate(kind.strategy, ctx, object)
	} else if object, err = fieldmanager.IgnoreManagedFieldsTimestampsTransformer(ctx, object, existing); err == nil {
		err = rest.BeforeUpdate(kind.strategy, ctx, object, existing)
	}
	if err != nil {
		return mergeAnswer{Refused: err.Error()}, nil
	}
	text, err := kind.encode(object)
	return mergeAnswer{Object: text}, err
}

// What a request starts from, and what there is of it.
func (k *mergedKind) read(stored json.RawMessage) (live, existing runtime.Object, err error) {
	if stored == nil {
		live, err = k.create()
		return live, nil, err
	}
	if existing, err = k.decode(stored); err != nil {
		return nil, nil, err
	}
	return existing.DeepCopyObject(), existing, nil
}

func (k *mergedKind) change(step mergeStep, asked *unstructured.Unstructured, live runtime.Object) (runtime.Object, error) {
	if step.Op == "apply" {
		return k.manager.Apply(live, asked, step.Manager, step.Force)
	}
	object, err := k.decode(step.Object)
	if err != nil {
		return nil, err
	}
	old, err := meta.Accessor(live)
	if err != nil {
		return nil, err
	}
	// An editor sends what it has read.
	if next, err := meta.Accessor(object); err == nil && old.GetUID() != "" {
		next.SetUID(old.GetUID())
		next.SetResourceVersion(old.GetResourceVersion())
		next.SetCreationTimestamp(old.GetCreationTimestamp())
		next.SetGeneration(old.GetGeneration())
		next.SetManagedFields(old.GetManagedFields())
	}
	return k.manager.UpdateNoErrors(live, object, step.Manager), nil
}

func number(object, existing runtime.Object) error {
	next, err := meta.Accessor(object)
	if err != nil {
		return err
	}
	version := 0
	if existing == nil {
		next.SetUID("u")
		next.SetCreationTimestamp(metav1.Unix(1_700_000_000, 0))
	} else if old, err := meta.Accessor(existing); err != nil {
		return err
	} else if version, err = strconv.Atoi(old.GetResourceVersion()); err != nil {
		return err
	}
	next.SetResourceVersion(strconv.Itoa(version + 1))
	return nil
}
