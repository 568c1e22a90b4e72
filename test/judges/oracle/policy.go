package main

import (
	"context"
	"encoding/json"
	"slices"

	v1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/admission/plugin/cel"
	"k8s.io/apiserver/pkg/admission/plugin/policy/validating"
	"k8s.io/apiserver/pkg/admission/plugin/webhook/matchconditions"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizer"
	"k8s.io/apiserver/pkg/cel/environment"
)

type policyQuestion struct {
	Spec      v1.ValidatingAdmissionPolicySpec `json:"spec"`
	Operation string                           `json:"operation"`
	Object    *unstructured.Unstructured       `json:"object"`
	OldObject *unstructured.Unstructured       `json:"oldObject"`
	Params    *unstructured.Unstructured       `json:"params"`
	Namespace *corev1.Namespace                `json:"namespace"`
	User      string                           `json:"user"`
	Groups    []string                         `json:"groups"`
	Allowed   []string                         `json:"allowed"`
}

type policyDecision struct {
	Action     string `json:"action"`
	Evaluation string `json:"evaluation"`
	Message    string `json:"message"`
	Reason     string `json:"reason"`
}

type policyAnnotation struct {
	Key    string `json:"key"`
	Action string `json:"action"`
	Value  string `json:"value"`
	Error  string `json:"error"`
}

type policyAnswer struct {
	Decisions   []policyDecision   `json:"decisions"`
	Annotations []policyAnnotation `json:"annotations"`
}

// What the validations of a ValidatingAdmissionPolicy say of a request with one parameter.
func newPolicy() (subject, error) {
	template := environment.MustBaseEnvSet(environment.DefaultCompatibilityVersion())
	return func(input json.RawMessage) (any, error) {
		var question policyQuestion
		if err := json.Unmarshal(input, &question); err != nil {
			return nil, err
		}
		validator, err := compilePolicy(template, question.Spec)
		if err != nil {
			return nil, err
		}
		kind := schema.GroupVersionKind{Group: "apps", Version: "v1", Kind: "Deployment"}
		resource := schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}
		info := &user.DefaultInfo{Name: question.User, Groups: question.Groups}
		attributes := admission.NewAttributesRecord(policyObject(question.Object), policyObject(question.OldObject), kind, "shop", "web", resource, "", admission.Operation(question.Operation), nil, false, info)
		versioned := &admission.VersionedAttributes{
			Attributes: attributes, VersionedKind: kind,
			VersionedObject: policyObject(question.Object), VersionedOldObject: policyObject(question.OldObject),
		}
		authz := authorizer.AuthorizerFunc(func(_ context.Context, a authorizer.Attributes) (authorizer.Decision, string, error) {
			if slices.Contains(question.Allowed, a.GetVerb()+" "+a.GetResource()) {
				return authorizer.DecisionAllow, "by a rule", nil
			}
			return authorizer.DecisionNoOpinion, "", nil
		})
		result := validator.Validate(context.Background(), resource, versioned, policyObject(question.Params), question.Namespace, celconfig.RuntimeCELCostBudget, authz)
		answer := policyAnswer{Decisions: []policyDecision{}, Annotations: []policyAnnotation{}}
		for _, d := range result.Decisions {
			answer.Decisions = append(answer.Decisions, policyDecision{string(d.Action), string(d.Evaluation), d.Message, string(d.Reason)})
		}
		for _, a := range result.AuditAnnotations {
			answer.Annotations = append(answer.Annotations, policyAnnotation{a.Key, string(a.Action), a.Value, a.Error})
		}
		return answer, nil
	}, nil
}

func policyObject(object *unstructured.Unstructured) runtime.Object {
	if object == nil {
		return nil
	}
	return object
}

// As the plugin puts a policy together; it exports the parts only.
func compilePolicy(template *environment.EnvSet, spec v1.ValidatingAdmissionPolicySpec) (validating.Validator, error) {
	full := cel.OptionalVariableDeclarations{HasParams: spec.ParamKind != nil, HasAuthorizer: true}
	plain := cel.OptionalVariableDeclarations{HasParams: spec.ParamKind != nil}
	compiler, err := cel.NewCompositedCompiler(template)
	if err != nil {
		return nil, err
	}
	for _, variable := range spec.Variables {
		_ = compiler.CompileAndStoreVariable(&validating.Variable{Name: variable.Name, Expression: variable.Expression}, full, environment.StoredExpressions)
	}
	var matcher matchconditions.Matcher
	if len(spec.MatchConditions) > 0 {
		conditions := make([]cel.ExpressionAccessor, len(spec.MatchConditions))
		for i := range spec.MatchConditions {
			conditions[i] = (*matchconditions.MatchCondition)(&spec.MatchConditions[i])
		}
		matcher = matchconditions.NewMatcher(compiler.CompileCondition(conditions, full, environment.StoredExpressions), spec.FailurePolicy, "policy", "validate", "p")
	}
	checks := make([]cel.ExpressionAccessor, len(spec.Validations))
	messages := make([]cel.ExpressionAccessor, len(spec.Validations))
	for i, v := range spec.Validations {
		checks[i] = &validating.ValidationCondition{Expression: v.Expression, Message: v.Message, Reason: v.Reason}
		if v.MessageExpression != "" {
			messages[i] = &validating.MessageExpressionCondition{MessageExpression: v.MessageExpression}
		}
	}
	annotations := make([]cel.ExpressionAccessor, len(spec.AuditAnnotations))
	for i, a := range spec.AuditAnnotations {
		annotations[i] = &validating.AuditAnnotationCondition{Key: a.Key, ValueExpression: a.ValueExpression}
	}
	return validating.NewValidator(
		compiler.CompileCondition(checks, full, environment.StoredExpressions),
		matcher,
		compiler.CompileCondition(annotations, full, environment.StoredExpressions),
		compiler.CompileCondition(messages, plain, environment.StoredExpressions),
		spec.FailurePolicy,
		nil,
	), nil
}
