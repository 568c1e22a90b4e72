package main

import (
	"context"
	"encoding/json"
	"fmt"
	"sort"

	admissionv1 "k8s.io/api/admission/v1"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/pod-security-admission/admission"
	admissionapi "k8s.io/pod-security-admission/admission/api"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/metrics"
	"k8s.io/pod-security-admission/policy"
)

type podSecurityQuestion struct {
	Server    int                   `json:"server"`
	Defaults  map[string]string     `json:"defaults"`
	Exempt    podSecurityExemptions `json:"exemptions"`
	Before    map[string]string     `json:"before"`
	Labels    map[string]string     `json:"labels"`
	IsCreated bool                  `json:"isCreated"`
	Kind      string                `json:"kind"`
	Object    json.RawMessage       `json:"object"`
	Pods      []*corev1.Pod         `json:"pods"`
}

type podSecurityExemptions struct {
	Namespaces     []string `json:"namespaces"`
	RuntimeClasses []string `json:"runtimeClasses"`
}

type podSecurityAnswer struct {
	Refused           string   `json:"refused"`
	Audited           string   `json:"audited"`
	Warned            []string `json:"warned"`
	NamespaceRefused  []string `json:"namespaceRefused"`
	NamespaceWarnings []string `json:"namespaceWarnings"`
}

var podSecurityKinds = map[string]struct {
	resource schema.GroupVersionResource
	make     func() runtime.Object
}{
	"Pod":         {corev1.SchemeGroupVersion.WithResource("pods"), func() runtime.Object { return &corev1.Pod{} }},
	"PodTemplate": {corev1.SchemeGroupVersion.WithResource("podtemplates"), func() runtime.Object { return &corev1.PodTemplate{} }},
	"Deployment":  {appsv1.SchemeGroupVersion.WithResource("deployments"), func() runtime.Object { return &appsv1.Deployment{} }},
	"CronJob":     {batchv1.SchemeGroupVersion.WithResource("cronjobs"), func() runtime.Object { return &batchv1.CronJob{} }},
}

type podSecurityLister struct {
	namespace *corev1.Namespace
	pods      []*corev1.Pod
}

func (l podSecurityLister) GetNamespace(context.Context, string) (*corev1.Namespace, error) {
	return l.namespace, nil
}

func (l podSecurityLister) ListPods(context.Context, string) ([]*corev1.Pod, error) {
	return append([]*corev1.Pod{}, l.pods...), nil
}

// What Pod Security says of an object of a namespace, and of the labels of the namespace.
func newPodSecurity() (subject, error) {
	return func(input json.RawMessage) (any, error) {
		var question podSecurityQuestion
		if err := json.Unmarshal(input, &question); err != nil {
			return nil, err
		}
		namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop", Labels: question.Labels}}
		plugin, err := podSecurityPlugin(question, podSecurityLister{namespace, question.Pods})
		if err != nil {
			return nil, err
		}
		answer := podSecurityAnswer{Warned: []string{}, NamespaceRefused: []string{}, NamespaceWarnings: []string{}}
		if err := podSecurityObject(plugin, question, &answer); err != nil {
			return nil, err
		}
		podSecurityNamespace(plugin, question, namespace, &answer)
		return answer, nil
	}, nil
}

func podSecurityPlugin(question podSecurityQuestion, lister podSecurityLister) (*admission.Admission, error) {
	var emulated *api.Version
	if question.Server > 0 {
		version := api.MajorMinorVersion(1, question.Server)
		emulated = &version
	}
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), emulated)
	if err != nil {
		return nil, err
	}
	given := func(name, usual string) string {
		if value, ok := question.Defaults[name]; ok {
			return value
		}
		return usual
	}
	plugin := &admission.Admission{
		Configuration: &admissionapi.PodSecurityConfiguration{
			Defaults: admissionapi.PodSecurityDefaults{
				Enforce: given("enforce", "privileged"), EnforceVersion: given("enforce-version", "latest"),
				Audit: given("audit", "privileged"), AuditVersion: given("audit-version", "latest"),
				Warn: given("warn", "privileged"), WarnVersion: given("warn-version", "latest"),
			},
			Exemptions: admissionapi.PodSecurityExemptions{
				Namespaces: question.Exempt.Namespaces, RuntimeClasses: question.Exempt.RuntimeClasses,
			},
		},
		Evaluator: evaluator, Metrics: podSecurityMetrics{}, NamespaceGetter: lister, PodLister: lister,
	}
	return plugin, plugin.CompleteConfiguration()
}

type podSecurityMetrics struct{}

func (podSecurityMetrics) RecordEvaluation(metrics.Decision, api.LevelVersion, metrics.Mode, api.Attributes) {
}
func (podSecurityMetrics) RecordExemption(api.Attributes)   {}
func (podSecurityMetrics) RecordError(bool, api.Attributes) {}

func podSecurityObject(plugin *admission.Admission, question podSecurityQuestion, answer *podSecurityAnswer) error {
	kind, ok := podSecurityKinds[question.Kind]
	if !ok {
		return fmt.Errorf("no kind %q", question.Kind)
	}
	object := kind.make()
	if err := json.Unmarshal(question.Object, object); err != nil {
		return err
	}
	legacyscheme.Scheme.Default(object)
	response := plugin.Validate(context.Background(), &api.AttributesRecord{
		Name: "web", Namespace: "shop", Resource: kind.resource, Operation: admissionv1.Create, Object: object,
	})
	if !response.Allowed {
		answer.Refused = response.Result.Message
	}
	answer.Audited = response.AuditAnnotations[api.AuditViolationsAnnotationKey]
	answer.Warned = append(answer.Warned, response.Warnings...)
	return nil
}

func podSecurityNamespace(plugin *admission.Admission, question podSecurityQuestion, namespace *corev1.Namespace, answer *podSecurityAnswer) {
	attributes := &api.AttributesRecord{
		Name: "shop", Namespace: "shop", Kind: corev1.SchemeGroupVersion.WithKind("Namespace"),
		Resource: corev1.SchemeGroupVersion.WithResource("namespaces"), Operation: admissionv1.Create, Object: namespace,
	}
	if !question.IsCreated {
		attributes.Operation = admissionv1.Update
		attributes.OldObject = &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop", Labels: question.Before}}
	}
	response := plugin.Validate(context.Background(), attributes)
	if !response.Allowed && response.Result.Details != nil {
		for _, cause := range response.Result.Details.Causes {
			answer.NamespaceRefused = append(answer.NamespaceRefused, cause.Field+": "+cause.Message)
		}
		sort.Strings(answer.NamespaceRefused)
	}
	answer.NamespaceWarnings = append(answer.NamespaceWarnings, response.Warnings...)
}
