package main

import (
	"context"
	"encoding/json"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	resourcev1 "k8s.io/api/resource/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apiserver/pkg/authorization/authorizer"
	"k8s.io/kubernetes/pkg/auth/nodeidentifier"
	"k8s.io/kubernetes/plugin/pkg/auth/authorizer/node"
	"k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac/bootstrappolicy"
)

type nodeDecision struct {
	Allowed bool   `json:"allowed"`
	Reason  string `json:"reason"`
}

// newNode answers access requests as the Node authorizer alone does, of a cluster of pods, volumes and slices.
func newNode() (subject, error) {
	return func(input json.RawMessage) (any, error) {
		var asked authorizeQuestion
		if err := json.Unmarshal(input, &asked); err != nil {
			return nil, err
		}
		graph := node.NewGraph()
		for _, object := range asked.Objects {
			if err := addToGraph(graph, object); err != nil {
				return nil, err
			}
		}
		decider := node.NewAuthorizer(graph, nodeidentifier.NewDefaultNodeIdentifier(), bootstrappolicy.NodeRules())
		answers := []nodeDecision{}
		for _, request := range asked.Requests {
			decision, reason, err := decider.Authorize(context.Background(), request.attributes())
			if err != nil {
				return nil, err
			}
			answers = append(answers, nodeDecision{decision == authorizer.DecisionAllow, reason})
		}
		return answers, nil
	}, nil
}

// addToGraph does what the informers of the API server do when an object is added (graph_populator.go).
func addToGraph(graph *node.Graph, object json.RawMessage) error {
	var head struct{ Kind string }
	if err := json.Unmarshal(object, &head); err != nil {
		return err
	}
	switch head.Kind {
	case "Pod":
		pod := &corev1.Pod{}
		if err := json.Unmarshal(object, pod); err != nil {
			return err
		}
		if pod.Spec.NodeName != "" {
			graph.AddPod(pod)
		}
	case "PersistentVolume":
		volume := &corev1.PersistentVolume{}
		if err := json.Unmarshal(object, volume); err != nil {
			return err
		}
		graph.AddPV(volume)
	case "VolumeAttachment":
		attachment := &storagev1.VolumeAttachment{}
		if err := json.Unmarshal(object, attachment); err != nil {
			return err
		}
		graph.AddVolumeAttachment(attachment.Name, attachment.Spec.NodeName)
	case "ResourceSlice":
		slice := &resourcev1.ResourceSlice{}
		if err := json.Unmarshal(object, slice); err != nil {
			return err
		}
		name := ""
		if slice.Spec.NodeName != nil {
			name = *slice.Spec.NodeName
		}
		graph.AddResourceSlice(slice.Name, name)
	default:
		return fmt.Errorf("nothing that nodes have to do with: %q", head.Kind)
	}
	return nil
}
