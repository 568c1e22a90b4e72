package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apiserver/pkg/endpoints/deprecation"
	"k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/apiserver/pkg/warning"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/apis/batch"
	core "k8s.io/kubernetes/pkg/apis/core"
)

type validateQuestion struct {
	Object json.RawMessage `json:"object"`
	// What is there already, of an update.
	Old json.RawMessage `json:"old"`
}

// One of these; none if the object is taken.
type validateAnswer struct {
	// It is of no kind that the oracle reaches.
	Unreached bool `json:"unreached,omitempty"`
	// It cannot be read.
	Unread  string          `json:"unread,omitempty"`
	Causes  []validateCause `json:"causes,omitempty"`
	Refused string          `json:"refused,omitempty"`
	// What is said of an object that is taken all the same.
	Warnings []string `json:"warnings,omitempty"`
}

type validateCause struct {
	Reason  string `json:"reason"`
	Field   string `json:"field"`
	Message string `json:"message"`
}

type validateOracle struct {
	kinds  map[schema.GroupKind]kindStrategies
	strict serializer.CodecFactory
}

func newValidate() (subject, error) {
	kinds, err := allStrategies()
	if err != nil {
		return nil, err
	}
	oracle := &validateOracle{kinds: kinds, strict: serializer.NewCodecFactory(legacyscheme.Scheme, serializer.EnableStrict)}
	return oracle.answer, nil
}

func (o *validateOracle) answer(input json.RawMessage) (answer any, err error) {
	// Where the real code crashes, the server's handlers recover and answer nothing of use.
	defer func() {
		if crash := recover(); crash != nil {
			answer, err = validateAnswer{Unread: fmt.Sprintf("internal error: %v", crash)}, nil
		}
	}()
	var asked validateQuestion
	if err := json.Unmarshal(input, &asked); err != nil {
		return nil, err
	}
	var typed runtime.TypeMeta
	if err := json.Unmarshal(asked.Object, &typed); err != nil {
		return validateAnswer{Unread: err.Error()}, nil
	}
	gvk := schema.FromAPIVersionAndKind(typed.APIVersion, typed.Kind)
	kind, isReached := o.kinds[gvk.GroupKind()]
	if !isReached || !legacyscheme.Scheme.Recognizes(gvk) {
		return validateAnswer{Unreached: true}, nil
	}
	object, err := o.decode(asked.Object, gvk)
	if err != nil {
		return validateAnswer{Unread: err.Error()}, nil
	}
	if asked.Old == nil {
		return o.create(kind, object, gvk)
	}
	old, err := o.decode(asked.Old, gvk)
	if err != nil {
		return validateAnswer{Unread: err.Error()}, nil
	}
	return o.update(kind, object, old, gvk)
}

func (o *validateOracle) decode(text []byte, gvk schema.GroupVersionKind) (runtime.Object, error) {
	hub := schema.GroupVersion{Group: gvk.Group, Version: runtime.APIVersionInternal}
	return runtime.Decode(o.strict.UniversalDecoder(hub), text)
}

func (o *validateOracle) create(kind kindStrategies, object runtime.Object, gvk schema.GroupVersionKind) (any, error) {
	accessor, err := meta.Accessor(object)
	if err != nil {
		return nil, err
	}
	accessor.SetUID("u")
	accessor.SetCreationTimestamp(systemTime())
	told := &warnings{deprecationOf(gvk)}
	ctx := warning.WithWarningRecorder(contextOf(kind, accessor.GetNamespace(), gvk, "create"), told)
	err = rest.BeforeCreate(kind.create, ctx, object)
	return told.with(answerOf(err)), nil
}

func (o *validateOracle) update(kind kindStrategies, object, old runtime.Object, gvk schema.GroupVersionKind) (any, error) {
	next, err := meta.Accessor(object)
	if err != nil {
		return nil, err
	}
	known, err := meta.Accessor(old)
	if err != nil {
		return nil, err
	}
	known.SetUID("u")
	known.SetCreationTimestamp(systemTime())
	known.SetResourceVersion("1")
	ctx := contextOf(kind, known.GetNamespace(), gvk, "update")
	given := old.DeepCopyObject()
	// What is there was made once.
	if err := rest.BeforeCreate(kind.create, ctx, old); err != nil {
		return validateAnswer{Unread: fmt.Sprintf("what is there could not be there: %v", err)}, nil
	}
	live(object, old, given)
	next.SetUID("u")
	next.SetCreationTimestamp(systemTime())
	next.SetResourceVersion("1")
	return answerOf(rest.BeforeUpdate(kind.update, ctx, object, old)), nil
}

// What the server says of an object besides its verdict, in its order.
type warnings struct{ texts []string }

func (w *warnings) AddWarning(_, text string) { w.texts = append(w.texts, text) }

func (w *warnings) with(answer validateAnswer) validateAnswer {
	answer.Warnings = w.texts
	return answer
}

// What the handlers of requests say of a version that is to go away.
func deprecationOf(gvk schema.GroupVersionKind) []string {
	object, err := legacyscheme.Scheme.New(gvk)
	if err != nil || !deprecation.IsDeprecated(object, 1, 36) {
		return nil
	}
	object.GetObjectKind().SetGroupVersionKind(gvk)
	return []string{deprecation.WarningMessage(object)}
}

// What has become of an object since it was made, and what an update of it carries on: a creation drops its status, and makes up
// the selector of a Job.
func live(object, old, given runtime.Object) {
	switch made := old.(type) {
	case *apiextensions.CustomResourceDefinition:
		// A definition is served by then: the names of one that never was could still change.
		apiextensions.SetCRDCondition(made, apiextensions.CustomResourceDefinitionCondition{
			Type: apiextensions.Established, Status: apiextensions.ConditionTrue,
		})
	case *core.PersistentVolumeClaim:
		made.Status = given.(*core.PersistentVolumeClaim).Status
	case *core.Service:
		keepAddresses(object.(*core.Service), made)
	case *batch.Job:
		next := object.(*batch.Job)
		made.Status = given.(*batch.Job).Status
		if next.Spec.Selector == nil {
			next.Spec.Selector = made.Spec.Selector
		}
		for key, value := range made.Spec.Template.Labels {
			if _, isGiven := given.(*batch.Job).Spec.Template.Labels[key]; isGiven {
				continue
			}
			if next.Spec.Template.Labels == nil {
				next.Spec.Template.Labels = map[string]string{}
			}
			if _, isGiven := next.Spec.Template.Labels[key]; !isGiven {
				next.Spec.Template.Labels[key] = value
			}
		}
	}
}

// What the storage of Services does before their strategy is asked: who says nothing of the addresses keeps them.
func keepAddresses(next, made *core.Service) {
	if next.Spec.Type == core.ServiceTypeExternalName || made.Spec.Type == core.ServiceTypeExternalName {
		return
	}
	if next.Spec.ClusterIP == "" {
		next.Spec.ClusterIP = made.Spec.ClusterIP
	}
	isLeft := len(next.Spec.ClusterIPs) == 0 || slices.Equal(next.Spec.ClusterIPs, made.Spec.ClusterIPs)
	if !isLeft {
		return
	}
	next.Spec.ClusterIPs = made.Spec.ClusterIPs
	if next.Spec.ClusterIP != made.Spec.ClusterIP {
		next.Spec.ClusterIPs = []string{next.Spec.ClusterIP}
	}
}

func contextOf(kind kindStrategies, namespace string, gvk schema.GroupVersionKind, verb string) context.Context {
	ctx := request.WithNamespace(context.Background(), namespace)
	return request.WithRequestInfo(ctx, &request.RequestInfo{
		IsResourceRequest: true, Verb: verb, APIGroup: gvk.Group, APIVersion: gvk.Version, Namespace: namespace, Resource: kind.resource,
	})
}

func answerOf(err error) validateAnswer {
	if err == nil {
		return validateAnswer{}
	}
	var status *apierrors.StatusError
	if !errors.As(err, &status) || status.ErrStatus.Details == nil || len(status.ErrStatus.Details.Causes) == 0 {
		return validateAnswer{Refused: err.Error()}
	}
	answer := validateAnswer{}
	for _, cause := range status.ErrStatus.Details.Causes {
		answer.Causes = append(answer.Causes, validateCause{string(cause.Type), cause.Field, cause.Message})
	}
	return answer
}
