package main

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"time"
	"unsafe"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	scalefake "k8s.io/client-go/scale/fake"
	clienttesting "k8s.io/client-go/testing"
	"k8s.io/client-go/tools/cache"
	_ "k8s.io/kubernetes/pkg/apis/autoscaling/install"
	"k8s.io/kubernetes/pkg/controller/podautoscaler"
	"k8s.io/kubernetes/pkg/controller/podautoscaler/metrics"
)

// One look at the metrics; the way to it, through a queue, is not for one question.
//
//go:linkname reconcileAutoscaler k8s.io/kubernetes/pkg/controller/podautoscaler.(*HorizontalController).reconcileAutoscaler
func reconcileAutoscaler(
	controller *podautoscaler.HorizontalController, ctx context.Context, hpa *autoscalingv2.HorizontalPodAutoscaler, key string,
) error

type sample struct {
	Value int64 `json:"value"`
	// Seconds before now, and the seconds that it is of.
	Age    int64 `json:"age"`
	Window int64 `json:"window"`
}

type autoscalerQuestion struct {
	// When it is; the times of pods are told by it.
	Now        metav1.Time       `json:"now"`
	Autoscaler json.RawMessage   `json:"autoscaler"`
	Pods       []json.RawMessage `json:"pods"`
	Current    int32             `json:"current"`
	Observed   int32             `json:"observed"`
	// Of a resource, a `resource/container`, or a metric of pods.
	Samples map[string]map[string]sample `json:"samples"`
	// Of an object or of nothing in the cluster.
	Values          map[string]int64 `json:"values"`
	Recommendations []struct {
		Age      int64 `json:"age"`
		Replicas int32 `json:"replicas"`
	} `json:"recommendations"`
	Changes []struct {
		Age    int64 `json:"age"`
		Change int32 `json:"change"`
	} `json:"changes"`
}

type autoscalerAnswer struct {
	Replicas int32 `json:"replicas"`
	// The reasons of the conditions.
	Able    string `json:"able,omitempty"`
	Active  string `json:"active,omitempty"`
	Limited string `json:"limited,omitempty"`
}

// The controller of HorizontalPodAutoscalers, with the flags of the controller manager's defaults.
type autoscalerOracle struct {
	controller *podautoscaler.HorizontalController
	pods       cache.Indexer
	asked      autoscalerQuestion
	scaled     *int32
	status     autoscalingv2.HorizontalPodAutoscalerStatus
}

func newAutoscaler() (subject, error) {
	oracle := &autoscalerOracle{}
	client := fake.NewSimpleClientset()
	client.PrependReactor("update", "horizontalpodautoscalers", func(action clienttesting.Action) (bool, runtime.Object, error) {
		object := action.(clienttesting.UpdateAction).GetObject()
		oracle.status = object.(*autoscalingv2.HorizontalPodAutoscaler).Status
		return true, object, nil
	})
	client.PrependReactor("create", "events", func(clienttesting.Action) (bool, runtime.Object, error) { return true, &v1.Event{}, nil })
	scales := &scalefake.FakeScaleClient{}
	scales.AddReactor("get", "*", func(clienttesting.Action) (bool, runtime.Object, error) {
		return true, &autoscalingv1.Scale{
			ObjectMeta: metav1.ObjectMeta{Name: "d", Namespace: "n"},
			Spec:       autoscalingv1.ScaleSpec{Replicas: oracle.asked.Current},
			Status:     autoscalingv1.ScaleStatus{Replicas: oracle.asked.Observed, Selector: "app=d"},
		}, nil
	})
	scales.AddReactor("update", "*", func(action clienttesting.Action) (bool, runtime.Object, error) {
		scale := action.(clienttesting.UpdateAction).GetObject().(*autoscalingv1.Scale)
		replicas := scale.Spec.Replicas
		oracle.scaled = &replicas
		return true, scale, nil
	})
	mapper := meta.NewDefaultRESTMapper([]schema.GroupVersion{appsv1.SchemeGroupVersion})
	mapper.Add(appsv1.SchemeGroupVersion.WithKind("Deployment"), meta.RESTScopeNamespace)
	factory := informers.NewSharedInformerFactory(client, 0)
	pods := factory.Core().V1().Pods()
	oracle.pods = pods.Informer().GetIndexer()
	oracle.controller = podautoscaler.NewHorizontalController(context.Background(), client.CoreV1(), scales, client.AutoscalingV2(), mapper,
		oracle, factory.Autoscaling().V2().HorizontalPodAutoscalers(), pods, 15*time.Second, 5*time.Minute, 0.1, 5*time.Minute, 30*time.Second)
	return oracle.ask, nil
}

func (o *autoscalerOracle) ask(input json.RawMessage) (any, error) {
	o.asked, o.scaled, o.status = autoscalerQuestion{}, nil, autoscalingv2.HorizontalPodAutoscalerStatus{}
	if err := json.Unmarshal(input, &o.asked); err != nil {
		return nil, err
	}
	object, _, err := decodeStored(o.asked.Autoscaler)
	if err != nil {
		return nil, err
	}
	hpa, isOne := object.(*autoscalingv2.HorizontalPodAutoscaler)
	if !isOne {
		return nil, fmt.Errorf("not an autoscaler of v2")
	}
	if err := o.load(); err != nil {
		return nil, err
	}
	// That a metric fails is told of in a condition.
	_ = reconcileAutoscaler(o.controller, context.Background(), hpa, "n/h")
	answer := autoscalerAnswer{Replicas: o.asked.Current}
	if o.scaled != nil {
		answer.Replicas = *o.scaled
	}
	for _, condition := range o.status.Conditions {
		switch condition.Type {
		case autoscalingv2.AbleToScale:
			answer.Able = condition.Reason
		case autoscalingv2.ScalingActive:
			answer.Active = condition.Reason
		case autoscalingv2.ScalingLimited:
			answer.Limited = condition.Reason
		}
	}
	return answer, nil
}

// Puts the pods and the memory of the controller in place, with the times that they would have now.
func (o *autoscalerOracle) load() error {
	passed := time.Since(o.asked.Now.Time)
	var items []interface{}
	for _, raw := range o.asked.Pods {
		pod := &v1.Pod{}
		if err := json.Unmarshal(raw, pod); err != nil {
			return err
		}
		if pod.Status.StartTime != nil {
			pod.Status.StartTime = &metav1.Time{Time: pod.Status.StartTime.Add(passed)}
		}
		for i := range pod.Status.Conditions {
			since := &pod.Status.Conditions[i].LastTransitionTime
			*since = metav1.Time{Time: since.Add(passed)}
		}
		items = append(items, pod)
	}
	recommendations := map[string][]recommendation{}
	for _, item := range o.asked.Recommendations {
		recommendations["n/h"] = append(recommendations["n/h"], recommendation{item.Replicas, ago(item.Age)})
	}
	up, down := map[string][]scaleEvent{}, map[string][]scaleEvent{}
	for _, item := range o.asked.Changes {
		if item.Change > 0 {
			up["n/h"] = append(up["n/h"], scaleEvent{item.Change, ago(item.Age), false})
		} else {
			down["n/h"] = append(down["n/h"], scaleEvent{-item.Change, ago(item.Age), false})
		}
	}
	fields := reflect.ValueOf(o.controller).Elem()
	*(*map[string][]recommendation)(unsafe.Pointer(fields.FieldByName("recommendations").UnsafeAddr())) = recommendations
	*(*map[string][]scaleEvent)(unsafe.Pointer(fields.FieldByName("scaleUpEvents").UnsafeAddr())) = up
	*(*map[string][]scaleEvent)(unsafe.Pointer(fields.FieldByName("scaleDownEvents").UnsafeAddr())) = down
	return o.pods.Replace(items, "")
}

// The memory of the controller, laid out as it is there.
type recommendation struct {
	recommendation int32
	timestamp      time.Time
}

type scaleEvent struct {
	replicaChange int32
	timestamp     time.Time
	outdated      bool
}

func ago(seconds int64) time.Time {
	return time.Now().Add(-time.Duration(seconds) * time.Second)
}

func (o *autoscalerOracle) GetResourceMetric(
	_ context.Context, resource v1.ResourceName, _ string, _ labels.Selector, container string,
) (metrics.PodMetricsInfo, time.Time, error) {
	key := string(resource)
	if container != "" {
		key += "/" + container
	}
	return o.samplesOf(key)
}

func (o *autoscalerOracle) GetRawMetric(name, _ string, _, _ labels.Selector) (metrics.PodMetricsInfo, time.Time, error) {
	return o.samplesOf(name)
}

func (o *autoscalerOracle) GetObjectMetric(
	name, _ string, _ *autoscalingv2.CrossVersionObjectReference, _ labels.Selector,
) (int64, time.Time, error) {
	value, isKnown := o.asked.Values[name]
	if !isKnown {
		return 0, time.Time{}, fmt.Errorf("unknown")
	}
	return value, time.Now(), nil
}

func (o *autoscalerOracle) GetExternalMetric(name, _ string, _ labels.Selector) ([]int64, time.Time, error) {
	value, _, err := o.GetObjectMetric(name, "", nil, nil)
	return []int64{value}, time.Now(), err
}

func (o *autoscalerOracle) samplesOf(key string) (metrics.PodMetricsInfo, time.Time, error) {
	samples, isKnown := o.asked.Samples[key]
	if !isKnown {
		return nil, time.Time{}, fmt.Errorf("unknown")
	}
	info := metrics.PodMetricsInfo{}
	for pod, item := range samples {
		info[pod] = metrics.PodMetric{Value: item.Value, Timestamp: ago(item.Age), Window: time.Duration(item.Window) * time.Second}
	}
	return info, time.Now(), nil
}
