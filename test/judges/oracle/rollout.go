package main

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"unsafe"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"
	"k8s.io/client-go/tools/cache"
	"k8s.io/kubernetes/pkg/controller/deployment"
)

type rolloutQuestion struct {
	Objects []json.RawMessage `json:"objects"`
}

// What one sync of a Deployment does to its ReplicaSets.
type rolloutAnswer struct {
	// The sizes of those that are written, by name.
	Sizes map[string]int32 `json:"sizes"`
	// The size of the one that is made.
	Created *int32   `json:"created,omitempty"`
	Deleted []string `json:"deleted,omitempty"`
}

type rolloutOracle struct {
	sync     func(ctx context.Context, key string) error
	indexers map[string]cache.Indexer
	answer   *rolloutAnswer
}

func newRollout() (subject, error) {
	ctx := context.Background()
	oracle := &rolloutOracle{}
	client := fake.NewSimpleClientset()
	client.PrependReactor("*", "*", oracle.react)
	factory := informers.NewSharedInformerFactory(client, 0)
	deployments, sets, pods := factory.Apps().V1().Deployments(), factory.Apps().V1().ReplicaSets(), factory.Core().V1().Pods()
	controller, err := deployment.NewDeploymentController(ctx, deployments, sets, pods, client)
	if err != nil {
		return nil, err
	}
	// The method that syncs one Deployment is not exported, but the field that holds it has a known name.
	handler := reflect.ValueOf(controller).Elem().FieldByName("syncHandler")
	oracle.sync = *(*func(context.Context, string) error)(unsafe.Pointer(handler.UnsafeAddr()))
	oracle.indexers = map[string]cache.Indexer{
		"Deployment": deployments.Informer().GetIndexer(),
		"ReplicaSet": sets.Informer().GetIndexer(),
		"Pod":        pods.Informer().GetIndexer(),
	}
	return oracle.ask, nil
}

// Takes note of every write, and lets it succeed.
func (o *rolloutOracle) react(action clienttesting.Action) (bool, runtime.Object, error) {
	isSet := action.GetResource().Resource == "replicasets"
	switch action := action.(type) {
	case clienttesting.UpdateActionImpl:
		if set, isOne := action.GetObject().(*appsv1.ReplicaSet); isOne {
			o.answer.Sizes[set.Name] = *set.Spec.Replicas
		}
		return true, action.GetObject(), nil
	case clienttesting.CreateActionImpl:
		if set, isOne := action.GetObject().(*appsv1.ReplicaSet); isOne {
			size := *set.Spec.Replicas
			o.answer.Created = &size
		}
		return true, action.GetObject(), nil
	case clienttesting.DeleteActionImpl:
		if isSet {
			o.answer.Deleted = append(o.answer.Deleted, action.GetName())
		}
		return true, nil, nil
	}
	return true, nil, fmt.Errorf("not asked for: %s %s", action.GetVerb(), action.GetResource().Resource)
}

func (o *rolloutOracle) ask(input json.RawMessage) (any, error) {
	var asked rolloutQuestion
	if err := json.Unmarshal(input, &asked); err != nil {
		return nil, err
	}
	lists := map[string][]interface{}{}
	key := ""
	for _, raw := range asked.Objects {
		object, kind, err := decodeStored(raw)
		if err != nil {
			return nil, err
		}
		lists[kind] = append(lists[kind], object)
		if one, isOne := object.(*appsv1.Deployment); isOne {
			key = one.Namespace + "/" + one.Name
		}
	}
	for kind, indexer := range o.indexers {
		if err := indexer.Replace(lists[kind], ""); err != nil {
			return nil, err
		}
	}
	o.answer = &rolloutAnswer{Sizes: map[string]int32{}}
	if err := o.sync(context.Background(), key); err != nil {
		return nil, err
	}
	for _, item := range lists["ReplicaSet"] {
		// What is written with the size that it has is written for other reasons.
		if set := item.(*appsv1.ReplicaSet); o.answer.Sizes[set.Name] == *set.Spec.Replicas {
			delete(o.answer.Sizes, set.Name)
		}
	}
	return o.answer, nil
}
