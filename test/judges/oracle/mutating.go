package main

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	_ "unsafe"

	v1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/admission/plugin/policy/matching"
	"k8s.io/apiserver/pkg/admission/plugin/policy/mutating"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizer"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	corelisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
)

// What the plugin makes ready once for each policy.
//
//go:linkname compileMutatingPolicy k8s.io/apiserver/pkg/admission/plugin/policy/mutating.compilePolicy
func compileMutatingPolicy(policy *v1.MutatingAdmissionPolicy) mutating.PolicyEvaluator

type mutatingQuestion struct {
	Policies  []*v1.MutatingAdmissionPolicy        `json:"policies"`
	Bindings  []*v1.MutatingAdmissionPolicyBinding `json:"bindings"`
	Resource  string                               `json:"resource"`
	Operation string                               `json:"operation"`
	Object    json.RawMessage                      `json:"object"`
	OldObject json.RawMessage                      `json:"oldObject"`
	Params    []*unstructured.Unstructured         `json:"params"`
	Namespace *corev1.Namespace                    `json:"namespace"`
	User      string                               `json:"user"`
	Groups    []string                             `json:"groups"`
	Allowed   []string                             `json:"allowed"`
}

type mutatingAnswer struct {
	Object json.RawMessage `json:"object,omitempty"`
	// Each reason that the write is refused for.
	Refused []string `json:"refused,omitempty"`
}

type staticConverter struct{ managedfields.TypeConverter }

func (c staticConverter) GetTypeConverter(schema.GroupVersionKind) managedfields.TypeConverter {
	return c.TypeConverter
}

func (staticConverter) Run(context.Context) {}

type syncedInformer struct{ cache.SharedIndexInformer }

func (syncedInformer) HasSynced() bool { return true }

type paramInformer struct{ indexer cache.Indexer }

func (paramInformer) Informer() cache.SharedIndexInformer { return syncedInformer{} }

func (p paramInformer) Lister() cache.GenericLister {
	return cache.NewGenericLister(p.indexer, schema.GroupResource{Resource: "configmaps"})
}

var _ informers.GenericInformer = paramInformer{}

// What MutatingAdmissionPolicies make of an object, through the dispatcher of the plugin, reinvocation included.
func newMutating() (subject, error) {
	converter, err := builtInTypes()
	if err != nil {
		return nil, err
	}
	client := fake.NewClientset()
	interfaces := admission.NewObjectInterfacesFromScheme(legacyscheme.Scheme)
	return func(input json.RawMessage) (any, error) {
		var question mutatingQuestion
		if err := json.Unmarshal(input, &question); err != nil {
			return nil, err
		}
		namespaces := cache.NewIndexer(cache.MetaNamespaceKeyFunc, cache.Indexers{})
		if err := namespaces.Add(question.Namespace); err != nil {
			return nil, err
		}
		params := cache.NewIndexer(cache.MetaNamespaceKeyFunc, cache.Indexers{cache.NamespaceIndex: cache.MetaNamespaceIndexFunc})
		for _, param := range question.Params {
			if err := params.Add(param); err != nil {
				return nil, err
			}
		}
		authz := authorizer.AuthorizerFunc(func(_ context.Context, a authorizer.Attributes) (authorizer.Decision, string, error) {
			if slices.Contains(question.Allowed, a.GetVerb()+" "+a.GetResource()) {
				return authorizer.DecisionAllow, "by a rule", nil
			}
			return authorizer.DecisionNoOpinion, "", nil
		})
		dispatcher := mutating.NewDispatcher(authz, matching.NewMatcher(corelisters.NewNamespaceLister(namespaces), client), staticConverter{converter})
		attributes, err := mutatingAttributes(question)
		if err != nil {
			return nil, err
		}
		hooks := mutatingHooks(question, paramInformer{params})
		err = dispatcher.Dispatch(context.Background(), attributes, interfaces, hooks)
		if again := attributes.GetReinvocationContext(); err == nil && again.ShouldReinvoke() {
			again.SetIsReinvoke()
			err = dispatcher.Dispatch(context.Background(), attributes, interfaces, hooks)
		}
		if err != nil {
			return mutatingAnswer{Refused: mutatingReasons(err)}, nil
		}
		text, err := runtime.Encode(legacyscheme.Codecs.LegacyCodec(attributes.GetKind().GroupVersion()), attributes.GetObject())
		if err != nil {
			return nil, err
		}
		return mutatingAnswer{Object: text}, nil
	}, nil
}

func mutatingHooks(question mutatingQuestion, params informers.GenericInformer) []mutating.PolicyHook {
	hooks := []mutating.PolicyHook{}
	for _, policy := range question.Policies {
		hook := mutating.PolicyHook{Policy: policy, Evaluator: compileMutatingPolicy(policy)}
		if policy.Spec.ParamKind != nil {
			hook.ParamInformer, hook.ParamScope = params, meta.RESTScopeNamespace
		}
		for _, binding := range question.Bindings {
			if binding.Spec.PolicyName == policy.Name {
				hook.Bindings = append(hook.Bindings, binding)
			}
		}
		hooks = append(hooks, hook)
	}
	return hooks
}

func mutatingAttributes(question mutatingQuestion) (admission.Attributes, error) {
	object, kind, err := mutatingObject(question.Object)
	if err != nil {
		return nil, err
	}
	var old runtime.Object
	if question.OldObject != nil {
		if old, _, err = mutatingObject(question.OldObject); err != nil {
			return nil, err
		}
	}
	accessor, err := meta.Accessor(object)
	if err != nil {
		return nil, err
	}
	info := &user.DefaultInfo{Name: question.User, Groups: question.Groups}
	resource := kind.GroupVersion().WithResource(question.Resource)
	return admission.NewAttributesRecord(object, old, kind, accessor.GetNamespace(), accessor.GetName(), resource, "", admission.Operation(question.Operation), nil, false, info), nil
}

func mutatingObject(text json.RawMessage) (runtime.Object, schema.GroupVersionKind, error) {
	var kind unstructured.Unstructured
	if err := json.Unmarshal(text, &kind); err != nil {
		return nil, schema.GroupVersionKind{}, err
	}
	hub := schema.GroupVersion{Group: kind.GroupVersionKind().Group, Version: runtime.APIVersionInternal}
	object, err := runtime.Decode(legacyscheme.Codecs.UniversalDecoder(hub), text)
	return object, kind.GroupVersionKind(), err
}

func mutatingReasons(err error) []string {
	var status *apierrors.StatusError
	if !errors.As(err, &status) || status.ErrStatus.Details == nil || status.ErrStatus.Reason == "InternalError" {
		return []string{err.Error()}
	}
	reasons := []string{}
	for _, cause := range status.ErrStatus.Details.Causes {
		reasons = append(reasons, cause.Message)
	}
	return reasons
}
