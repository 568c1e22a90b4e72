//go:build release

package main

import (
	"context"

	v1 "k8s.io/api/core/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"
	fwk "k8s.io/kube-scheduler/framework"
	internalcache "k8s.io/kubernetes/pkg/scheduler/backend/cache"
	internalqueue "k8s.io/kubernetes/pkg/scheduler/backend/queue"
	"k8s.io/kubernetes/pkg/scheduler/framework/plugins/nodevolumelimits"
	frameworkruntime "k8s.io/kubernetes/pkg/scheduler/framework/runtime"
	"k8s.io/kubernetes/pkg/scheduler/metrics"
)

func init() { subjects["scheduler"] = newScheduler }

type (
	sharedDRAManager = fwk.SharedDRAManager
	nodePluginScores = fwk.NodePluginScores
	postFilterResult = fwk.PostFilterResult
	nominatingInfo   = fwk.NominatingInfo
)

const modeOverride = fwk.ModeOverride

// Extended resources stand for no devices yet.
func classHandlers(sharedDRAManager) []cache.ResourceEventHandler { return nil }

func releaseOptions(factory informers.SharedInformerFactory, _ *internalcache.Snapshot) []frameworkruntime.Option {
	return []frameworkruntime.Option{
		frameworkruntime.WithSharedCSIManager(nodevolumelimits.NewCSIManager(factory.Storage().V1().CSINodes().Lister())),
	}
}

func newSchedulerCache(ctx context.Context) internalcache.Cache {
	return internalcache.New(ctx, 0, nil)
}

func enqueue(ctx context.Context, queue *internalqueue.PriorityQueue, pod *v1.Pod) {
	queue.Add(klog.FromContext(ctx), pod)
}

func recording(recorder *metrics.MetricAsyncRecorder) internalqueue.Option {
	return internalqueue.WithMetricsRecorder(recorder)
}

// What volumes are bound to is read where it is listed.
func listening(factory informers.SharedInformerFactory, _ *schedulerOracle) informers.SharedInformerFactory {
	return factory
}
