// The merge of a real API server as a filter: JSON lines in, JSON lines out. Each line is an apply or an update on a
// live object; the answer is the object with its managedFields, or the server's message. Types, conversion and field
// manager are those of k8s.io/kubernetes; only defaulting is left out, and times are. See record.ts.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/kube-openapi/pkg/spec3"
	"k8s.io/kube-openapi/pkg/validation/spec"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
	_ "k8s.io/kubernetes/pkg/apis/rbac/install"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

type question struct {
	Op          string                 `json:"op"`
	Live        map[string]interface{} `json:"live"`
	Object      map[string]interface{} `json:"object"`
	Manager     string                 `json:"manager"`
	Force       bool                   `json:"force"`
	Subresource string                 `json:"subresource"`
}

type noDefaults struct{}

func (noDefaults) Default(runtime.Object) {}

func main() {
	schemas := map[string]*spec.Schema{}
	for _, file := range os.Args[1:] {
		data, err := os.ReadFile(file)
		check(err)
		var document spec3.OpenAPI
		check(json.Unmarshal(data, &document))
		for name, definition := range document.Components.Schemas {
			schemas[name] = definition
		}
	}
	converter, err := managedfields.NewTypeConverter(schemas, false)
	check(err)
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var q question
		check(json.Unmarshal(lines.Bytes(), &q))
		check(out.Encode(answer(converter, q)))
	}
}

func answer(converter managedfields.TypeConverter, q question) map[string]interface{} {
	object := &unstructured.Unstructured{Object: q.Object}
	gvk := object.GroupVersionKind()
	hub := schema.GroupVersion{Group: gvk.Group, Version: runtime.APIVersionInternal}
	if q.Op == "store" {
		return map[string]interface{}{"object": external(gvk, internal(gvk, hub, q.Object))}
	}
	reset := map[fieldpath.APIVersion]fieldpath.Filter{}
	switch q.Subresource {
	case "":
		reset[fieldpath.APIVersion(gvk.GroupVersion().String())] = fieldpath.NewExcludeSetFilter(fieldpath.NewSet(fieldpath.MakePathOrDie("status")))
	case "status":
		reset[fieldpath.APIVersion(gvk.GroupVersion().String())] = fieldpath.NewExcludeSetFilter(fieldpath.NewSet(fieldpath.MakePathOrDie("spec"), fieldpath.MakePathOrDie("metadata")))
	}
	scheme := legacyscheme.Scheme
	manager, err := managedfields.NewDefaultFieldManager(converter, scheme, noDefaults{}, scheme, gvk, hub, q.Subresource, reset)
	check(err)
	live := internal(gvk, hub, q.Live)
	var result runtime.Object
	if q.Op == "apply" {
		result, err = manager.Apply(live, object, q.Manager, q.Force)
	} else {
		result, err = manager.Update(live, internal(gvk, hub, q.Object), q.Manager)
	}
	if err != nil {
		return map[string]interface{}{"error": err.Error()}
	}
	return map[string]interface{}{"object": external(gvk, result)}
}

func internal(gvk schema.GroupVersionKind, hub schema.GroupVersion, object map[string]interface{}) runtime.Object {
	versioned, err := legacyscheme.Scheme.New(gvk)
	check(err)
	versioned.GetObjectKind().SetGroupVersionKind(gvk)
	if object == nil {
		return versioned
	}
	check(runtime.DefaultUnstructuredConverter.FromUnstructured(object, versioned))
	converted, err := legacyscheme.Scheme.ConvertToVersion(versioned, hub)
	check(err)
	return converted
}

func external(gvk schema.GroupVersionKind, object runtime.Object) map[string]interface{} {
	versioned, err := legacyscheme.Scheme.ConvertToVersion(object, gvk.GroupVersion())
	check(err)
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(versioned)
	check(err)
	result := unstructured.Unstructured{Object: fields}
	entries := result.GetManagedFields()
	for i := range entries {
		if entries[i].Time != nil {
			entries[i].Time = &metav1.Time{}
		}
	}
	result.SetManagedFields(entries)
	return result.Object
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
