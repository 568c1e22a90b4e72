package main

import (
	"context"
	"encoding/json"
	"fmt"
	"syscall"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/kubernetes/pkg/scheduler/framework"
)

type placingAnswer struct {
	// Where each pod went, in order; the empty string for those that found no node.
	Nodes  []string `json:"nodes"`
	WallMs float64  `json:"wallMs"`
	// User and system time of all threads.
	CPUMs float64 `json:"cpuMs"`
}

// Places pods one after the other as fast as kube-scheduler's own code does without a server: as the subject `scheduler`, but that
// nothing is told of them beside their nodes. What it takes is measured from the first pod on: the objects are read, the cache is filled.
func newPlacing() (subject, error) {
	oracle, err := newSchedulerOracle()
	if err != nil {
		return nil, err
	}
	return func(input json.RawMessage) (any, error) { return oracle.placeAll(context.Background(), input) }, nil
}

func (o *schedulerOracle) placeAll(ctx context.Context, input json.RawMessage) (*placingAnswer, error) {
	var asked schedulerQuestion
	if err := json.Unmarshal(input, &asked); err != nil {
		return nil, err
	}
	defer o.forget()
	o.frameworks = o.standard
	pods, err := o.load(ctx, asked)
	if err != nil {
		return nil, err
	}
	told := &placingAnswer{}
	start, cpu := time.Now(), cpuTime()
	for _, pod := range pods {
		node, err := o.place(ctx, pod)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", pod.Name, err)
		}
		told.Nodes = append(told.Nodes, node)
	}
	told.WallMs = milliseconds(time.Since(start))
	told.CPUMs = milliseconds(cpuTime() - cpu)
	return told, nil
}

// The node of a pod, which then is there: the first by name of those with the highest score.
func (o *schedulerOracle) place(ctx context.Context, incoming *v1.Pod) (string, error) {
	nodes, err := o.snapshot.NodeInfos().List()
	if err != nil {
		return "", err
	}
	state := framework.NewCycleState()
	diagnosis := framework.Diagnosis{NodeToStatus: framework.NewDefaultNodeToStatus()}
	feasible, err := o.filter(ctx, state, incoming, nodes, &diagnosis)
	if err != nil || len(feasible) == 0 {
		return "", err
	}
	best := feasible[0].Node().Name
	if len(feasible) > 1 {
		if status := o.frameworkOf(incoming).RunPreScorePlugins(ctx, state, incoming, feasible); !status.IsSuccess() {
			return "", status.AsError()
		}
		scores, status := o.frameworkOf(incoming).RunScorePlugins(ctx, state, incoming, feasible)
		if !status.IsSuccess() {
			return "", status.AsError()
		}
		best = bestOf(scores).Name
	}
	return best, o.assume(ctx, state, incoming, best, true)
}

func cpuTime() time.Duration {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func milliseconds(duration time.Duration) float64 {
	return float64(duration) / float64(time.Millisecond)
}
