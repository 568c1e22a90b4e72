package main

import (
	"encoding/json"
	"sort"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/kubernetes/pkg/controller"
)

type victimsQuestion struct {
	Now     time.Time     `json:"now"`
	Pods    []*corev1.Pod `json:"pods"`
	Related []*corev1.Pod `json:"related"`
}

// In which order a ReplicaSet gives up pods.
func newVictims() (subject, error) {
	return func(input json.RawMessage) (any, error) {
		var question victimsQuestion
		if err := json.Unmarshal(input, &question); err != nil {
			return nil, err
		}
		perNode := map[string]int{}
		for _, pod := range question.Related {
			if controller.IsPodActive(pod) {
				perNode[pod.Spec.NodeName]++
			}
		}
		ranks := make([]int, len(question.Pods))
		for i, pod := range question.Pods {
			ranks[i] = perNode[pod.Spec.NodeName]
		}
		sort.Stable(controller.ActivePodsWithRanks{Pods: question.Pods, Rank: ranks, Now: metav1.NewTime(question.Now)})
		names := make([]string, len(question.Pods))
		for i, pod := range question.Pods {
			names[i] = pod.Name
		}
		return names, nil
	}, nil
}
