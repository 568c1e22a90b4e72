package main

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"sort"
	"strings"
	"sync"
	"time"
	"unsafe"

	batchv1 "k8s.io/api/batch/v1"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"
	"k8s.io/kubernetes/pkg/controller/job"
)

// One look at a Job; the way to it, through a queue, is not for one question.
//
//go:linkname syncJob k8s.io/kubernetes/pkg/controller/job.(*Controller).syncJob
func syncJob(controller *job.Controller, ctx context.Context, key string) error

type jobQuestion struct {
	// When it is; all times are told by it.
	Now  metav1.Time       `json:"now"`
	Job  json.RawMessage   `json:"job"`
	Pods []json.RawMessage `json:"pods"`
}

type jobAnswer struct {
	// Of created pods the index and how many failed before, of deleted ones the name.
	Actions []string `json:"actions"`
	// What is said of the end, the last of all.
	Type    string `json:"type,omitempty"`
	Reason  string `json:"reason,omitempty"`
	Message string `json:"message,omitempty"`
	// Whether the times of the start and the suspension are told.
	IsStarted        bool    `json:"isStarted"`
	Suspended        string  `json:"suspended,omitempty"`
	Active           int32   `json:"active"`
	Ready            int32   `json:"ready"`
	Terminating      int32   `json:"terminating"`
	Succeeded        int32   `json:"succeeded"`
	Failed           int32   `json:"failed"`
	CompletedIndexes string  `json:"completedIndexes,omitempty"`
	FailedIndexes    *string `json:"failedIndexes,omitempty"`
}

// The controller of Jobs, at its first look at a Job.
func newJob() (subject, error) {
	return func(input json.RawMessage) (any, error) {
		var question jobQuestion
		if err := json.Unmarshal(input, &question); err != nil {
			return nil, err
		}
		return lookAtJob(question)
	}, nil
}

func lookAtJob(question jobQuestion) (any, error) {
	passed := time.Since(question.Now.Time)
	object, _, err := decodeStored(question.Job)
	if err != nil {
		return nil, err
	}
	asked, isJob := object.(*batchv1.Job)
	if !isJob {
		return nil, fmt.Errorf("not a Job")
	}
	shift(asked.Status.StartTime, passed)
	var lock sync.Mutex
	answer := jobAnswer{Actions: []string{}}
	status := asked.Status
	client := &fake.Clientset{}
	do := func(format string, words ...any) {
		lock.Lock()
		defer lock.Unlock()
		answer.Actions = append(answer.Actions, strings.TrimSpace(fmt.Sprintf(format, words...)))
	}
	client.AddReactor("create", "pods", func(action clienttesting.Action) (bool, runtime.Object, error) {
		pod := action.(clienttesting.CreateAction).GetObject().(*v1.Pod)
		do("create %s %s %s", pod.Annotations[batchv1.JobCompletionIndexAnnotation], pod.Annotations[batchv1.JobIndexFailureCountAnnotation],
			pod.Annotations[batchv1.JobIndexIgnoredFailureCountAnnotation])
		return true, pod, nil
	})
	client.AddReactor("delete", "pods", func(action clienttesting.Action) (bool, runtime.Object, error) {
		do("delete %s", action.(clienttesting.DeleteAction).GetName())
		return true, nil, nil
	})
	client.AddReactor("update", "jobs", func(action clienttesting.Action) (bool, runtime.Object, error) {
		written := action.(clienttesting.UpdateAction).GetObject().(*batchv1.Job)
		lock.Lock()
		defer lock.Unlock()
		status = *written.Status.DeepCopy()
		return true, written, nil
	})
	client.AddReactor("*", "*", func(action clienttesting.Action) (bool, runtime.Object, error) { return true, &v1.Pod{}, nil })
	factory := informers.NewSharedInformerFactory(client, 0)
	pods, jobs := factory.Core().V1().Pods(), factory.Batch().V1().Jobs()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	controller, err := job.NewController(ctx, client, pods, jobs, nil, nil)
	if err != nil {
		return nil, err
	}
	defer endQueues(controller)
	for _, raw := range question.Pods {
		pod := &v1.Pod{}
		if err := json.Unmarshal(raw, pod); err != nil {
			return nil, err
		}
		shiftPod(pod, passed)
		pod.Finalizers = append(pod.Finalizers, batchv1.JobTrackingFinalizer)
		if err := pods.Informer().GetIndexer().Add(pod); err != nil {
			return nil, err
		}
	}
	if err := jobs.Informer().GetIndexer().Add(asked); err != nil {
		return nil, err
	}
	if err := syncJob(controller, ctx, asked.Namespace+"/"+asked.Name); err != nil {
		return nil, err
	}
	sort.Strings(answer.Actions)
	answer.tell(status)
	return answer, nil
}

// What a controller begins when it is made goes on until it is told to end.
func endQueues(controller *job.Controller) {
	fields := reflect.ValueOf(controller).Elem()
	for name, method := range map[string]string{"queue": "ShutDown", "orphanQueue": "ShutDown", "broadcaster": "Shutdown"} {
		field := fields.FieldByName(name)
		reflect.NewAt(field.Type(), unsafe.Pointer(field.UnsafeAddr())).Elem().MethodByName(method).Call(nil)
	}
}

func (a *jobAnswer) tell(status batchv1.JobStatus) {
	for _, condition := range status.Conditions {
		if condition.Type == batchv1.JobSuspended {
			a.Suspended = string(condition.Status)
		} else if condition.Status == v1.ConditionTrue {
			a.Type, a.Reason, a.Message = string(condition.Type), condition.Reason, condition.Message
		}
	}
	a.IsStarted = status.StartTime != nil
	a.Active, a.Succeeded, a.Failed = status.Active, status.Succeeded, status.Failed
	a.CompletedIndexes, a.FailedIndexes = status.CompletedIndexes, status.FailedIndexes
	if status.Ready != nil {
		a.Ready = *status.Ready
	}
	if status.Terminating != nil {
		a.Terminating = *status.Terminating
	}
}

// Times are moved to where they would be now.
func shift(at *metav1.Time, passed time.Duration) {
	if at != nil && !at.IsZero() {
		*at = metav1.Time{Time: at.Add(passed)}
	}
}

func shiftPod(pod *v1.Pod, passed time.Duration) {
	shift(&pod.CreationTimestamp, passed)
	shift(pod.DeletionTimestamp, passed)
	for i := range pod.Status.Conditions {
		shift(&pod.Status.Conditions[i].LastTransitionTime, passed)
	}
	for _, list := range [][]v1.ContainerStatus{pod.Status.ContainerStatuses, pod.Status.InitContainerStatuses} {
		for i := range list {
			if ended := list[i].State.Terminated; ended != nil {
				shift(&ended.FinishedAt, passed)
			}
		}
	}
}
