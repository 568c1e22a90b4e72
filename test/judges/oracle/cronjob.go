package main

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"sort"
	"time"
	"unsafe"

	batchv1 "k8s.io/api/batch/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"
	"k8s.io/kubernetes/pkg/controller/cronjob"
)

// One look at a CronJob.
//
//go:linkname syncCronJob k8s.io/kubernetes/pkg/controller/cronjob.(*ControllerV2).sync
func syncCronJob(controller *cronjob.ControllerV2, ctx context.Context, key string) (*time.Duration, error)

type cronJobQuestion struct {
	Now     metav1.Time       `json:"now"`
	CronJob json.RawMessage   `json:"cronJob"`
	Jobs    []json.RawMessage `json:"jobs"`
}

type cronJobAnswer struct {
	// Of a created Job the name and the time that it is for, of a deleted one the name.
	Actions            []string     `json:"actions"`
	Active             []string     `json:"active"`
	LastScheduleTime   *metav1.Time `json:"lastScheduleTime"`
	LastSuccessfulTime *metav1.Time `json:"lastSuccessfulTime"`
	// After how many milliseconds it is looked at again, if it is.
	Again *int64 `json:"again"`
}

var jobResource = batchv1.Resource("jobs")

// The controller of CronJobs, at one look at one of them.
func newCronJob() (subject, error) {
	return func(input json.RawMessage) (any, error) {
		var question cronJobQuestion
		if err := json.Unmarshal(input, &question); err != nil {
			return nil, err
		}
		return lookAtCronJob(question)
	}, nil
}

func lookAtCronJob(question cronJobQuestion) (any, error) {
	asked := &batchv1.CronJob{}
	if err := json.Unmarshal(question.CronJob, asked); err != nil {
		return nil, err
	}
	answer := cronJobAnswer{Actions: []string{}, Active: []string{}}
	status := asked.Status
	known := map[string]*batchv1.Job{}
	client := &fake.Clientset{}
	client.AddReactor("get", "cronjobs", func(clienttesting.Action) (bool, runtime.Object, error) { return true, asked.DeepCopy(), nil })
	client.AddReactor("get", "jobs", func(action clienttesting.Action) (bool, runtime.Object, error) {
		name := action.(clienttesting.GetAction).GetName()
		if found, isKnown := known[name]; isKnown {
			return true, found, nil
		}
		return true, nil, apierrors.NewNotFound(jobResource, name)
	})
	client.AddReactor("create", "jobs", func(action clienttesting.Action) (bool, runtime.Object, error) {
		made := action.(clienttesting.CreateAction).GetObject().(*batchv1.Job)
		if _, isKnown := known[made.Name]; isKnown {
			return true, nil, apierrors.NewAlreadyExists(jobResource, made.Name)
		}
		made.UID = "new"
		answer.Actions = append(answer.Actions, fmt.Sprintf("create %s %s", made.Name, made.Annotations[batchv1.CronJobScheduledTimestampAnnotation]))
		return true, made, nil
	})
	client.AddReactor("delete", "jobs", func(action clienttesting.Action) (bool, runtime.Object, error) {
		answer.Actions = append(answer.Actions, "delete "+action.(clienttesting.DeleteAction).GetName())
		return true, nil, nil
	})
	client.AddReactor("update", "cronjobs", func(action clienttesting.Action) (bool, runtime.Object, error) {
		written := action.(clienttesting.UpdateAction).GetObject().(*batchv1.CronJob)
		status = *written.Status.DeepCopy()
		return true, written, nil
	})
	client.AddReactor("*", "*", func(clienttesting.Action) (bool, runtime.Object, error) { return true, &batchv1.Job{}, nil })
	factory := informers.NewSharedInformerFactory(client, 0)
	jobs, cronJobs := factory.Batch().V1().Jobs(), factory.Batch().V1().CronJobs()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	controller, err := cronjob.NewControllerV2(ctx, jobs, cronJobs, client)
	if err != nil {
		return nil, err
	}
	fields := reflect.ValueOf(controller).Elem()
	field := func(name string) reflect.Value {
		value := fields.FieldByName(name)
		return reflect.NewAt(value.Type(), unsafe.Pointer(value.UnsafeAddr())).Elem()
	}
	field("now").Set(reflect.ValueOf(func() time.Time { return question.Now.Time }))
	defer field("queue").MethodByName("ShutDown").Call(nil)
	defer field("broadcaster").MethodByName("Shutdown").Call(nil)
	for _, raw := range question.Jobs {
		job := &batchv1.Job{}
		if err := json.Unmarshal(raw, job); err != nil {
			return nil, err
		}
		known[job.Name] = job
		if err := jobs.Informer().GetIndexer().Add(job); err != nil {
			return nil, err
		}
	}
	if err := cronJobs.Informer().GetIndexer().Add(asked); err != nil {
		return nil, err
	}
	again, err := syncCronJob(controller, ctx, asked.Namespace+"/"+asked.Name)
	if err != nil {
		return nil, err
	}
	if again != nil {
		after := again.Milliseconds()
		answer.Again = &after
	}
	for _, reference := range status.Active {
		answer.Active = append(answer.Active, reference.Name+" "+string(reference.UID))
	}
	answer.LastScheduleTime, answer.LastSuccessfulTime = status.LastScheduleTime, status.LastSuccessfulTime
	sort.Strings(answer.Actions)
	return answer, nil
}
