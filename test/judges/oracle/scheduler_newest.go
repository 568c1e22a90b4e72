//go:build !release

package main

import (
	"context"

	v1 "k8s.io/api/core/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/tools/cache"
	fwk "k8s.io/kube-scheduler/framework"
	internalcache "k8s.io/kubernetes/pkg/scheduler/backend/cache"
	internalqueue "k8s.io/kubernetes/pkg/scheduler/backend/queue"
	"k8s.io/kubernetes/pkg/scheduler/framework/plugins/nodevolumelimits"
	frameworkruntime "k8s.io/kubernetes/pkg/scheduler/framework/runtime"
	"k8s.io/kubernetes/pkg/scheduler/metrics"
)

// What scheduler.go needs and each release has its own way of.

type (
	sharedDRAManager = fwk.SharedDRAManager
	nodePluginScores = fwk.NodePluginScores
	postFilterResult = fwk.PostFilterResult
	nominatingInfo   = fwk.NominatingInfo
)

const modeOverride = fwk.ModeOverride

// What extended resources stand for is kept by a handler of events.
func classHandlers(dynamic sharedDRAManager) []cache.ResourceEventHandler {
	return []cache.ResourceEventHandler{dynamic.DeviceClassResolver().(cache.ResourceEventHandler)}
}

func releaseOptions(factory informers.SharedInformerFactory, snapshot *internalcache.Snapshot) []frameworkruntime.Option {
	return []frameworkruntime.Option{
		frameworkruntime.WithSharedCSIManager(nodevolumelimits.NewCSIManager(factory.Storage().V1().CSINodes().Lister())),
		frameworkruntime.WithPodGroupManager(snapshot),
		frameworkruntime.WithPodsInPreBind(frameworkruntime.NewPodsInPreBindMap()),
	}
}

func newSchedulerCache(ctx context.Context) internalcache.Cache {
	return internalcache.New(ctx, nil, false)
}

func enqueue(ctx context.Context, queue *internalqueue.PriorityQueue, pod *v1.Pod) {
	queue.Add(ctx, pod)
}

func recording(recorder *metrics.MetricAsyncRecorder) internalqueue.Option {
	return internalqueue.WithMetricsRecorder(recorder)
}

// What volumes are bound to is read where it is listed.
func listening(factory informers.SharedInformerFactory, _ *schedulerOracle) informers.SharedInformerFactory {
	return factory
}
