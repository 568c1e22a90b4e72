package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"reflect"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/rand"
	hashutil "k8s.io/kubernetes/pkg/util/hash"
)

type templateQuestion struct {
	Template       json.RawMessage `json:"template"`
	CollisionCount *int32          `json:"collisionCount"`
}

// newTemplate answers the hash of a pod template as the Deployment controller computes it (controller.ComputeHash, which would link
// far more) once it has read the object from the API server, which sends it as protobuf.
func newTemplate() (subject, error) {
	return func(input json.RawMessage) (any, error) {
		var asked templateQuestion
		if err := json.Unmarshal(input, &asked); err != nil {
			return nil, err
		}
		var sent, template corev1.PodTemplateSpec
		if err := json.Unmarshal(asked.Template, &sent); err != nil {
			return nil, err
		}
		bytes, err := sent.Marshal()
		if err != nil {
			return nil, err
		}
		if err := template.Unmarshal(bytes); err != nil {
			return nil, err
		}
		hasher := fnv.New32a()
		hashutil.DeepHashObject(hasher, template)
		if asked.CollisionCount != nil {
			count := make([]byte, 8)
			binary.LittleEndian.PutUint32(count, uint32(*asked.CollisionCount))
			hasher.Write(count)
		}
		return rand.SafeEncodeString(fmt.Sprint(hasher.Sum32())), nil
	}, nil
}

type layoutField struct {
	Name string `json:"name"`
	// JSON is empty for what stands inline.
	JSON string `json:"json"`
	Type string `json:"type"`
}

type layout struct {
	Structs map[string][]layoutField `json:"structs"`
	// Named says what other types with a name are.
	Named map[string]string `json:"named"`
}

// newLayout answers how Go lays out a pod template: the fields of every struct in it, in their order, with their types.
func newLayout() (subject, error) {
	return func(json.RawMessage) (any, error) {
		made := layout{Structs: map[string][]layoutField{}, Named: map[string]string{}}
		seen := map[string]reflect.Type{}
		if err := made.add(reflect.TypeOf(corev1.PodTemplateSpec{}), seen); err != nil {
			return nil, err
		}
		return made, nil
	}, nil
}

func (made layout) add(t reflect.Type, seen map[string]reflect.Type) error {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice:
		return made.add(t.Elem(), seen)
	case reflect.Map:
		if t.Name() == "" {
			if err := made.add(t.Key(), seen); err != nil {
				return err
			}
			return made.add(t.Elem(), seen)
		}
	}
	if t.Name() == "" || t.PkgPath() == "" {
		return nil
	}
	if known, ok := seen[t.String()]; ok {
		if known != t {
			return fmt.Errorf("two types are %s", t)
		}
		return nil
	}
	seen[t.String()] = t
	switch reflect.Zero(t).Interface().(type) {
	case resource.Quantity, intstr.IntOrString, metav1.Time, metav1.FieldsV1:
		return nil
	}
	if t.Kind() == reflect.Map {
		made.Named[t.String()] = fmt.Sprintf("map[%s]%s", t.Key(), t.Elem())
		if err := made.add(t.Key(), seen); err != nil {
			return err
		}
		return made.add(t.Elem(), seen)
	}
	if t.Kind() != reflect.Struct {
		made.Named[t.String()] = t.Kind().String()
		return nil
	}
	fields := []layoutField{}
	for i := range t.NumField() {
		field := t.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		fields = append(fields, layoutField{field.Name, name, field.Type.String()})
		if err := made.add(field.Type, seen); err != nil {
			return err
		}
	}
	made.Structs[t.String()] = fields
	return nil
}
