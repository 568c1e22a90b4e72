package main

import (
	"encoding/json"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsinstall "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/install"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/conversion"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apiextensions-apiserver/pkg/controller/openapi/builder"
	"k8s.io/apiextensions-apiserver/pkg/crdserverscheme"
	"k8s.io/apiextensions-apiserver/pkg/registry/customresource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/apiserver/pkg/util/webhook"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

func init() { apiextensionsinstall.Install(legacyscheme.Scheme) }

// A version of a custom resource, as the handler of custom resources prepares it.
type customVersion struct {
	kind       schema.GroupVersionKind
	structural *structuralschema.Structural
}

func (v customVersion) Default(object runtime.Object) {
	if given, isOne := object.(*unstructured.Unstructured); isOne {
		defaulting.Default(given.Object, v.structural)
	}
}

func (v customVersion) New(schema.GroupVersionKind) (runtime.Object, error) {
	made := &unstructured.Unstructured{}
	made.SetGroupVersionKind(v.kind)
	return made, nil
}

func (v customVersion) decode(text []byte) (runtime.Object, error) {
	object := &unstructured.Unstructured{}
	if err := utiljson.Unmarshal(text, &object.Object); err != nil {
		return nil, err
	}
	pruning.Prune(object.Object, v.structural, true)
	defaulting.PruneNonNullableNullsWithoutDefaults(object.Object, v.structural)
	v.Default(object)
	return object, nil
}

// Makes the kinds of a definition known to merging.
func (o *mergeOracle) define(text json.RawMessage) error {
	decoded, err := runtime.Decode(legacyscheme.Codecs.UniversalDecoder(apiextensionsv1.SchemeGroupVersion), text)
	if err != nil {
		return err
	}
	definition := decoded.(*apiextensionsv1.CustomResourceDefinition)
	definition.Status.AcceptedNames = definition.Spec.Names
	factory, err := conversion.NewCRConverterFactory(nil, func(resolver webhook.AuthenticationInfoResolver) webhook.AuthenticationInfoResolver { return resolver })
	if err != nil {
		return err
	}
	safe, _, err := factory.NewConverter(definition)
	if err != nil {
		return err
	}
	for _, version := range definition.Spec.Versions {
		gvk := schema.GroupVersionKind{Group: definition.Spec.Group, Version: version.Name, Kind: definition.Spec.Names.Kind}
		internal := &apiextensions.CustomResourceValidation{}
		if err := apiextensionsv1.Convert_v1_CustomResourceValidation_To_apiextensions_CustomResourceValidation(version.Schema, internal, nil); err != nil {
			return err
		}
		structural, err := structuralschema.NewStructural(internal.OpenAPIV3Schema)
		if err != nil {
			return err
		}
		made, err := customKind(definition, version, customVersion{gvk, structural}, internal, safe)
		if err != nil {
			return err
		}
		o.kinds[gvk] = made
	}
	return nil
}

func customKind(
	definition *apiextensionsv1.CustomResourceDefinition, version apiextensionsv1.CustomResourceDefinitionVersion,
	custom customVersion, internal *apiextensions.CustomResourceValidation, converter runtime.ObjectConvertor,
) (*mergedKind, error) {
	openapi, err := builder.BuildOpenAPIV3(definition, version.Name, builder.Options{})
	if err != nil {
		return nil, err
	}
	types, err := managedfields.NewTypeConverter(openapi.Components.Schemas, definition.Spec.PreserveUnknownFields)
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
	isNamespaced := definition.Spec.Scope == apiextensionsv1.NamespaceScoped
	kind := custom.kind
	made := customresource.NewStrategy(crdserverscheme.NewUnstructuredObjectTyper(), isNamespaced, kind, validator, nil, custom.structural, status, nil, nil)
	manager, err := managedfields.NewDefaultCRDFieldManager(types, converter, custom, custom, kind, kind.GroupVersion(), "", fieldpath.NewExcludeFilterSetMap(made.GetResetFields()))
	if err != nil {
		return nil, err
	}
	return &mergedKind{
		manager:  manager,
		strategy: made,
		resource: definition.Spec.Names.Plural,
		create:   func() (runtime.Object, error) { return custom.New(kind) },
		decode:   custom.decode,
		encode:   func(object runtime.Object) ([]byte, error) { return json.Marshal(object) },
	}, nil
}
