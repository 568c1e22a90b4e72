//go:build release

package main

import (
	"context"

	v1 "k8s.io/api/core/v1"
	"k8s.io/client-go/informers"
	coreinformers "k8s.io/client-go/informers/core"
	coreinformersv1 "k8s.io/client-go/informers/core/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"
	internalcache "k8s.io/kubernetes/pkg/scheduler/backend/cache"
	internalqueue "k8s.io/kubernetes/pkg/scheduler/backend/queue"
	"k8s.io/kubernetes/pkg/scheduler/framework"
	frameworkruntime "k8s.io/kubernetes/pkg/scheduler/framework/runtime"
	"k8s.io/kubernetes/pkg/scheduler/metrics"
)

func init() { subjects["scheduler"] = newScheduler }

type (
	sharedDRAManager = framework.SharedDRAManager
	nodePluginScores = framework.NodePluginScores
	postFilterResult = framework.PostFilterResult
	nominatingInfo   = framework.NominatingInfo
)

const modeOverride = framework.ModeOverride

// Extended resources stand for no devices yet.
func classHandlers(sharedDRAManager) []cache.ResourceEventHandler { return nil }

func releaseOptions(informers.SharedInformerFactory, *internalcache.Snapshot) []frameworkruntime.Option {
	return nil
}

func newSchedulerCache(ctx context.Context) internalcache.Cache {
	return internalcache.New(ctx, 0, nil)
}

func enqueue(ctx context.Context, queue *internalqueue.PriorityQueue, pod *v1.Pod) {
	queue.Add(klog.FromContext(ctx), pod)
}

func recording(recorder *metrics.MetricAsyncRecorder) internalqueue.Option {
	return internalqueue.WithMetricsRecorder(*recorder)
}

// Claims and volumes are kept by handlers of events, of each profile its own.
func listening(factory informers.SharedInformerFactory, oracle *schedulerOracle) informers.SharedInformerFactory {
	claims, volumes := &feed{}, &feed{}
	oracle.told = map[string]*feed{"PersistentVolumeClaim": claims, "PersistentVolume": volumes}
	return &toldFactory{factory, &toldCore{factory.Core(), &toldCoreV1{
		factory.Core().V1(),
		&toldClaims{factory.Core().V1().PersistentVolumeClaims(), toldInformer{factory.Core().V1().PersistentVolumeClaims().Informer(), claims}},
		&toldVolumes{factory.Core().V1().PersistentVolumes(), toldInformer{factory.Core().V1().PersistentVolumes().Informer(), volumes}},
	}}}
}

type toldFactory struct {
	informers.SharedInformerFactory
	core coreinformers.Interface
}

func (f *toldFactory) Core() coreinformers.Interface { return f.core }

type toldCore struct {
	coreinformers.Interface
	v1 coreinformersv1.Interface
}

func (c *toldCore) V1() coreinformersv1.Interface { return c.v1 }

type toldCoreV1 struct {
	coreinformersv1.Interface
	claims  coreinformersv1.PersistentVolumeClaimInformer
	volumes coreinformersv1.PersistentVolumeInformer
}

func (c *toldCoreV1) PersistentVolumeClaims() coreinformersv1.PersistentVolumeClaimInformer {
	return c.claims
}

func (c *toldCoreV1) PersistentVolumes() coreinformersv1.PersistentVolumeInformer { return c.volumes }

type toldClaims struct {
	coreinformersv1.PersistentVolumeClaimInformer
	informer toldInformer
}

func (c *toldClaims) Informer() cache.SharedIndexInformer { return c.informer }

type toldVolumes struct {
	coreinformersv1.PersistentVolumeInformer
	informer toldInformer
}

func (v *toldVolumes) Informer() cache.SharedIndexInformer { return v.informer }

// An informer whose handlers are told what a question has.
type toldInformer struct {
	cache.SharedIndexInformer
	feed *feed
}

func (i toldInformer) AddEventHandler(handler cache.ResourceEventHandler) (cache.ResourceEventHandlerRegistration, error) {
	return i.feed.AddEventHandler(handler)
}
