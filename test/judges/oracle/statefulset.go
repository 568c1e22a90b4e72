package main

import (
	"context"
	"encoding/json"
	"fmt"
	"sort"
	"sync"
	"time"
	_ "unsafe"

	apps "k8s.io/api/apps/v1"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/tools/record"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/controller/history"
	"k8s.io/kubernetes/pkg/controller/statefulset"
)

// What the controller keeps of a set's template.
//
//go:linkname newRevision k8s.io/kubernetes/pkg/controller/statefulset.newRevision
func newRevision(set *apps.StatefulSet, revision int64, collisionCount *int32) (*apps.ControllerRevision, error)

type statefulSetQuestion struct {
	Now time.Time         `json:"now"`
	Set *apps.StatefulSet `json:"set"`
	// The templates of revisions, by the names that the question gives them, the oldest first.
	Revisions []struct {
		Name     string             `json:"name"`
		Template v1.PodTemplateSpec `json:"template"`
	} `json:"revisions"`
	Pods   []*v1.Pod                   `json:"pods"`
	Claims []*v1.PersistentVolumeClaim `json:"claims"`
}

type statefulSetAnswer struct {
	Actions []string               `json:"actions"`
	Status  apps.StatefulSetStatus `json:"status"`
}

// One look of the controller of StatefulSets at a set, its pods and claims.
type statefulSetOracle struct {
	asked statefulSetQuestion
	// Parallel sets are looked at so.
	lock      sync.Mutex
	claims    map[string]*v1.PersistentVolumeClaim
	revisions []*apps.ControllerRevision
	// The pods that this look makes.
	made map[string]bool
	// The names that the question gives to revisions, by the real ones.
	given  map[string]string
	answer statefulSetAnswer
}

func newStatefulSet() (subject, error) {
	return func(input json.RawMessage) (any, error) {
		oracle := &statefulSetOracle{claims: map[string]*v1.PersistentVolumeClaim{}, given: map[string]string{}, made: map[string]bool{}}
		if err := json.Unmarshal(input, &oracle.asked); err != nil {
			return nil, err
		}
		return oracle.look()
	}, nil
}

func (o *statefulSetOracle) look() (any, error) {
	set := o.asked.Set
	legacyscheme.Scheme.Default(set)
	real := map[string]string{}
	for i, item := range o.asked.Revisions {
		at := set.DeepCopy()
		at.Spec.Template = item.Template
		legacyscheme.Scheme.Default(at)
		revision, err := newRevision(at, int64(i+1), nil)
		if err != nil {
			return nil, err
		}
		o.revisions = append(o.revisions, revision)
		real[item.Name], o.given[revision.Name] = revision.Name, item.Name
	}
	set.Status.CurrentRevision = rename(real, set.Status.CurrentRevision)
	set.Status.UpdateRevision = rename(real, set.Status.UpdateRevision)
	for _, pod := range o.asked.Pods {
		pod.Labels[apps.StatefulSetRevisionLabel] = rename(real, pod.Labels[apps.StatefulSetRevisionLabel])
	}
	for _, claim := range o.asked.Claims {
		o.claims[claim.Name] = claim
	}
	o.keep(&set.Status)
	pods := statefulset.NewStatefulPodControlFromManager(o, &record.FakeRecorder{})
	// That an action is refused, since a claim is being deleted, is no answer but what was done before it.
	_, _ = statefulset.NewDefaultStatefulSetControl(pods, o, o).UpdateStatefulSet(context.Background(), set, o.asked.Pods, o.asked.Now)
	sort.Strings(o.answer.Actions)
	return o.answer, nil
}

func rename(names map[string]string, name string) string {
	if other, isKnown := names[name]; isKnown {
		return other
	}
	return name
}

func (o *statefulSetOracle) do(format string, words ...any) {
	o.lock.Lock()
	defer o.lock.Unlock()
	o.answer.Actions = append(o.answer.Actions, fmt.Sprintf(format, words...))
}

func (o *statefulSetOracle) CreatePod(_ context.Context, pod *v1.Pod, _ *apps.StatefulSet) error {
	o.do("create %s of %s", pod.Name, rename(o.given, pod.Labels[apps.StatefulSetRevisionLabel]))
	o.lock.Lock()
	defer o.lock.Unlock()
	o.made[pod.Name] = true
	return nil
}

func (o *statefulSetOracle) GetPod(_, name string) (*v1.Pod, error) {
	for _, pod := range o.asked.Pods {
		if pod.Name == name {
			return pod, nil
		}
	}
	return nil, errors.NewNotFound(v1.Resource("pods"), name)
}

func (o *statefulSetOracle) UpdatePod(*v1.Pod, *apps.StatefulSet) error { return nil }

// What was not made, since a claim of it is to go first, an API server cannot delete.
func (o *statefulSetOracle) DeletePod(pod *v1.Pod) error {
	if _, err := o.GetPod(pod.Namespace, pod.Name); err != nil && !o.made[pod.Name] {
		return err
	}
	o.do("delete %s", pod.Name)
	return nil
}

func (o *statefulSetOracle) CreateClaim(claim *v1.PersistentVolumeClaim, _ *apps.StatefulSet) error {
	o.do("create %s", claim.Name)
	o.lock.Lock()
	defer o.lock.Unlock()
	o.claims[claim.Name] = claim.DeepCopy()
	return nil
}

func (o *statefulSetOracle) GetClaim(_, name string) (*v1.PersistentVolumeClaim, error) {
	o.lock.Lock()
	defer o.lock.Unlock()
	if claim, isThere := o.claims[name]; isThere {
		return claim, nil
	}
	return nil, errors.NewNotFound(v1.Resource("persistentvolumeclaims"), name)
}

func (o *statefulSetOracle) UpdateClaim(claim *v1.PersistentVolumeClaim, _ *apps.StatefulSet) error {
	words := ""
	for _, owner := range claim.OwnerReferences {
		words += fmt.Sprintf(" %s/%s", owner.Kind, owner.Name)
	}
	o.do("own %s:%s", claim.Name, words)
	o.lock.Lock()
	defer o.lock.Unlock()
	o.claims[claim.Name] = claim
	return nil
}

func (o *statefulSetOracle) UpdateStatefulSetStatus(_ context.Context, _ *apps.StatefulSet, status *apps.StatefulSetStatus) error {
	// As the API server's validation of a status refuses it.
	if status.CurrentReplicas < 0 {
		return errors.NewBadRequest("must be greater than or equal to 0")
	}
	o.keep(status)
	return nil
}

// What holds, written anew or as it was.
func (o *statefulSetOracle) keep(status *apps.StatefulSetStatus) {
	o.answer.Status = *status
	o.answer.Status.CurrentRevision = rename(o.given, status.CurrentRevision)
	o.answer.Status.UpdateRevision = rename(o.given, status.UpdateRevision)
}

func (o *statefulSetOracle) ListControllerRevisions(metav1.Object, schema.GroupVersionKind, labels.Selector) ([]*apps.ControllerRevision, error) {
	return o.revisions, nil
}

func (o *statefulSetOracle) CreateControllerRevision(
	_ metav1.Object, revision *apps.ControllerRevision, _ *int32,
) (*apps.ControllerRevision, error) {
	o.do("create revision")
	o.given[revision.Name] = "made"
	return revision, nil
}

func (o *statefulSetOracle) DeleteControllerRevision(revision *apps.ControllerRevision) error {
	o.do("delete revision %s", rename(o.given, revision.Name))
	return nil
}

func (o *statefulSetOracle) UpdateControllerRevision(revision *apps.ControllerRevision, number int64) (*apps.ControllerRevision, error) {
	o.do("revision %s becomes %d", rename(o.given, revision.Name), number)
	clone := revision.DeepCopy()
	clone.Revision = number
	return clone, nil
}

func (o *statefulSetOracle) AdoptControllerRevision(
	_ metav1.Object, _ schema.GroupVersionKind, revision *apps.ControllerRevision,
) (*apps.ControllerRevision, error) {
	return revision, nil
}

func (o *statefulSetOracle) ReleaseControllerRevision(_ metav1.Object, revision *apps.ControllerRevision) (*apps.ControllerRevision, error) {
	return revision, nil
}

var _ history.Interface = &statefulSetOracle{}
