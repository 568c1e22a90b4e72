package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	v1 "k8s.io/api/core/v1"
	resourceapi "k8s.io/api/resource/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/apis/core"
	"k8s.io/kubernetes/pkg/apis/resource"
	"k8s.io/kubernetes/pkg/registry/core/pod"
	"k8s.io/kubernetes/pkg/registry/resource/deviceclass"
	"k8s.io/kubernetes/pkg/registry/resource/resourceslice"
	config "k8s.io/kubernetes/pkg/scheduler/apis/config"
	configscheme "k8s.io/kubernetes/pkg/scheduler/apis/config/scheme"
	configvalidation "k8s.io/kubernetes/pkg/scheduler/apis/config/validation"
	internalcache "k8s.io/kubernetes/pkg/scheduler/backend/cache"
	"k8s.io/kubernetes/pkg/scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/framework/plugins"
	frameworkruntime "k8s.io/kubernetes/pkg/scheduler/framework/runtime"
)

// The profiles of a configuration at work, by their scheduler's name, or why kube-scheduler would not start with it.
func (o *schedulerOracle) configure(ctx context.Context, given json.RawMessage) (map[string]framework.Framework, []string) {
	if given == nil {
		given = json.RawMessage(`{"apiVersion": "kubescheduler.config.k8s.io/v1", "kind": "KubeSchedulerConfiguration"}`)
	}
	object, gvk, err := configscheme.Codecs.UniversalDecoder().Decode(given, nil, nil)
	if err != nil {
		return nil, []string{err.Error()}
	}
	configuration, isOne := object.(*config.KubeSchedulerConfiguration)
	if !isOne {
		return nil, []string{fmt.Sprintf("couldn't decode as KubeSchedulerConfiguration, got %s: ", gvk)}
	}
	configuration.TypeMeta.APIVersion = gvk.GroupVersion().String()
	if problems := configvalidation.ValidateKubeSchedulerConfiguration(configuration); problems != nil {
		refused := []string{}
		for _, problem := range problems.Errors() {
			refused = append(refused, problem.Error())
		}
		return nil, refused
	}
	frameworks := map[string]framework.Framework{}
	for i := range configuration.Profiles {
		profile := &configuration.Profiles[i]
		made, err := frameworkruntime.NewFramework(ctx, plugins.NewInTreeRegistry(), profile, o.options...)
		if err != nil {
			return nil, []string{err.Error()}
		}
		frameworks[profile.SchedulerName] = made
	}
	return frameworks, nil
}

// Puts the world into the snapshot and the listers, as the API server stores it.
func (o *schedulerOracle) load(ctx context.Context, asked schedulerQuestion) ([]*v1.Pod, error) {
	lists := map[string][]interface{}{}
	var nodes []*v1.Node
	var pods []*v1.Pod
	names := sets.New[string]()
	for _, raw := range asked.Objects {
		object, kind, err := decodeStored(raw)
		if err != nil {
			return nil, err
		}
		if o.indexers[kind] == nil {
			return nil, fmt.Errorf("the scheduler is not asked of %s", kind)
		}
		lists[kind] = append(lists[kind], object)
		switch object := object.(type) {
		case *v1.Node:
			nodes = append(nodes, object)
			names.Insert(object.Name)
		case *v1.Pod:
			pods = append(pods, object)
		}
	}
	var incoming []*v1.Pod
	for _, raw := range slices.Concat([]json.RawMessage{asked.Pod}, asked.Next, asked.Waiting) {
		object, _, err := decodeStored(raw)
		if err != nil {
			return nil, err
		}
		pod, isPod := object.(*v1.Pod)
		if !isPod {
			return nil, fmt.Errorf("not a pod")
		}
		incoming = append(incoming, pod)
		lists["Pod"] = append(lists["Pod"], pod)
	}
	for kind, indexer := range o.indexers {
		if err := indexer.Replace(lists[kind], ""); err != nil {
			return nil, err
		}
	}
	for kind, feed := range o.told {
		feed.replace(lists[kind])
	}
	o.claims.replace(lists["ResourceClaim"])
	o.classes.replace(lists["DeviceClass"])
	o.victims = nil
	for _, pod := range incoming {
		if pod.Status.NominatedNodeName == "" {
			continue
		}
		enqueue(ctx, o.queue, pod)
		o.undo = append(o.undo, func() { o.queue.Delete(pod) })
	}
	return incoming, o.fill(ctx, nodes, pods, names)
}

// Fills the snapshot as the event handlers of the scheduler do, with its cache between.
func (o *schedulerOracle) fill(ctx context.Context, nodes []*v1.Node, pods []*v1.Pod, names sets.Set[string]) error {
	logger := klog.FromContext(ctx)
	o.live = newSchedulerCache(ctx)
	for _, node := range nodes {
		o.live.AddNode(logger, node)
	}
	for _, item := range pods {
		isOver := item.Status.Phase == v1.PodSucceeded || item.Status.Phase == v1.PodFailed
		if isOver || !names.Has(item.Spec.NodeName) {
			continue
		}
		if err := o.live.AddPod(logger, item); err != nil {
			return err
		}
	}
	*o.snapshot = *internalcache.NewEmptySnapshot()
	return o.live.UpdateSnapshot(logger, o.snapshot)
}

// Decodes an object with its defaults; a pod also as its strategy prepares it.
func decodeStored(raw json.RawMessage) (runtime.Object, string, error) {
	object, gvk, err := legacyscheme.Codecs.UniversalDeserializer().Decode(raw, nil, nil)
	if err != nil {
		return nil, "", err
	}
	legacyscheme.Scheme.Default(object)
	if stored, err := meta.Accessor(object); err == nil {
		stored.SetResourceVersion("1")
	}
	switch given := object.(type) {
	case *v1.Pod:
		object, err = prepared(given)
	case *resourceapi.ResourceSlice:
		err = dropDisabled(given, &resource.ResourceSlice{}, resourceslice.Strategy)
	case *resourceapi.DeviceClass:
		err = dropDisabled(given, &resource.DeviceClass{}, deviceclass.Strategy)
	}
	return object, gvk.Kind, err
}

// Leaves out of an object the fields of features that are off, as its strategy does.
func dropDisabled(given, internal runtime.Object, strategy rest.RESTCreateStrategy) error {
	if err := legacyscheme.Scheme.Convert(given, internal, nil); err != nil {
		return err
	}
	strategy.PrepareForCreate(context.Background(), internal)
	return legacyscheme.Scheme.Convert(internal, given, nil)
}

func prepared(given *v1.Pod) (*v1.Pod, error) {
	given.UID = types.UID(given.Namespace + "/" + given.Name)
	status := given.Status
	internal := &core.Pod{}
	if err := legacyscheme.Scheme.Convert(given, internal, nil); err != nil {
		return nil, err
	}
	pod.Strategy.PrepareForCreate(context.Background(), internal)
	converted := &v1.Pod{}
	if err := legacyscheme.Scheme.Convert(internal, converted, nil); err != nil {
		return nil, err
	}
	converted.Status = status
	// The scheduler reads what the server writes, with quantities in their canonical form: sums of others go wrong.
	text, err := json.Marshal(converted)
	if err != nil {
		return nil, err
	}
	stored := &v1.Pod{}
	return stored, json.Unmarshal(text, stored)
}
