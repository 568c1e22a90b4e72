package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apiextensions-apiserver/pkg/crdserverscheme"
	"k8s.io/apiextensions-apiserver/pkg/registry/customresource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
)

// A custom resource, its definition, and what it takes the place of.
type customQuestion struct {
	Definition json.RawMessage `json:"definition"`
	Object     json.RawMessage `json:"object"`
	Old        json.RawMessage `json:"old"`
}

// The version of a definition that an object is of, ready to judge.
type customRules struct {
	version customVersion
	kind    kindStrategies
}

// Compiling a definition takes longer than all else, and the same is asked of many times.
const mostDefinitions = 300

func newCustom() (subject, error) {
	known := map[string]map[string]*customRules{}
	return func(input json.RawMessage) (answer any, err error) {
		// Planning crashes where a key of a map can be none: the server's handlers recover from that, and answer nothing of use.
		defer func() {
			if crash := recover(); crash != nil {
				answer, err = validateAnswer{Unread: fmt.Sprintf("internal error: %v", crash)}, nil
			}
		}()
		var asked customQuestion
		if err := json.Unmarshal(input, &asked); err != nil {
			return nil, err
		}
		versions := known[string(asked.Definition)]
		if versions == nil {
			made, err := rulesOf(asked.Definition)
			if err != nil {
				return validateAnswer{Unread: err.Error()}, nil
			}
			if len(known) >= mostDefinitions {
				known = map[string]map[string]*customRules{}
			}
			known[string(asked.Definition)], versions = made, made
		}
		return answerCustom(versions, asked)
	}, nil
}

func rulesOf(text json.RawMessage) (map[string]*customRules, error) {
	decoded, err := runtime.Decode(legacyscheme.Codecs.UniversalDecoder(apiextensionsv1.SchemeGroupVersion), text)
	if err != nil {
		return nil, err
	}
	definition, isOne := decoded.(*apiextensionsv1.CustomResourceDefinition)
	if !isOne {
		return nil, errors.New("no definition")
	}
	versions := map[string]*customRules{}
	for _, version := range definition.Spec.Versions {
		if versions[version.Name], err = rulesOfVersion(definition, version); err != nil {
			return nil, err
		}
	}
	return versions, nil
}

func rulesOfVersion(definition *apiextensionsv1.CustomResourceDefinition, version apiextensionsv1.CustomResourceDefinitionVersion) (*customRules, error) {
	internal := &apiextensions.CustomResourceValidation{}
	if err := apiextensionsv1.Convert_v1_CustomResourceValidation_To_apiextensions_CustomResourceValidation(version.Schema, internal, nil); err != nil {
		return nil, err
	}
	structural, err := structuralschema.NewStructural(internal.OpenAPIV3Schema)
	if err != nil {
		return nil, err
	}
	validator, _, err := validation.NewSchemaValidator(internal.OpenAPIV3Schema)
	if err != nil {
		return nil, err
	}
	var status *apiextensions.CustomResourceSubresourceStatus
	if version.Subresources != nil && version.Subresources.Status != nil {
		status = &apiextensions.CustomResourceSubresourceStatus{}
	}
	kind := schema.GroupVersionKind{Group: definition.Spec.Group, Version: version.Name, Kind: definition.Spec.Names.Kind}
	isNamespaced := definition.Spec.Scope == apiextensionsv1.NamespaceScoped
	made := customresource.NewStrategy(crdserverscheme.NewUnstructuredObjectTyper(), isNamespaced, kind, validator, nil, structural, status, nil, nil)
	return &customRules{customVersion{kind, structural}, kindStrategies{definition.Spec.Names.Plural, made, made}}, nil
}

func answerCustom(versions map[string]*customRules, asked customQuestion) (any, error) {
	var typed runtime.TypeMeta
	if err := json.Unmarshal(asked.Object, &typed); err != nil {
		return validateAnswer{Unread: err.Error()}, nil
	}
	gvk := schema.FromAPIVersionAndKind(typed.APIVersion, typed.Kind)
	rules := versions[gvk.Version]
	if rules == nil || rules.version.kind != gvk {
		return validateAnswer{Unreached: true}, nil
	}
	object, err := rules.version.decode(asked.Object)
	if err != nil {
		return validateAnswer{Unread: err.Error()}, nil
	}
	given := object.(*unstructured.Unstructured)
	given.SetUID("u")
	given.SetCreationTimestamp(systemTime())
	ctx := contextOf(rules.kind, given.GetNamespace(), gvk, "update")
	if asked.Old == nil {
		return answerOf(rest.BeforeCreate(rules.kind.create, ctx, object)), nil
	}
	old, err := rules.version.decode(asked.Old)
	if err != nil {
		return validateAnswer{Unread: fmt.Sprintf("what is there could not be there: %v", err)}, nil
	}
	known := old.(*unstructured.Unstructured)
	known.SetUID("u")
	known.SetCreationTimestamp(systemTime())
	known.SetResourceVersion("1")
	given.SetResourceVersion("1")
	return answerOf(rest.BeforeUpdate(rules.kind.update, ctx, object, old)), nil
}
