package main

import (
	"encoding/json"
	"fmt"

	"github.com/mattfenwick/cyclonus/pkg/matcher"
	v1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
)

type networkQuestion struct {
	Objects []json.RawMessage `json:"objects"`
	Flows   []networkFlow     `json:"flows"`
}

// From and To are `namespace/name` of a pod, or an address.
type networkFlow struct {
	From     string      `json:"from"`
	To       string      `json:"to"`
	Protocol v1.Protocol `json:"protocol"`
	Port     int32       `json:"port"`
}

type networkAnswer struct {
	Egress  bool `json:"egress"`
	Ingress bool `json:"ingress"`
}

func newNetwork() (subject, error) {
	return func(input json.RawMessage) (any, error) {
		var asked networkQuestion
		if err := json.Unmarshal(input, &asked); err != nil {
			return nil, err
		}
		var policies []*networkingv1.NetworkPolicy
		pods := map[string]*v1.Pod{}
		namespaces := map[string]map[string]string{}
		for _, raw := range asked.Objects {
			object, _, err := decodeStored(raw)
			if err != nil {
				return nil, err
			}
			switch object := object.(type) {
			case *networkingv1.NetworkPolicy:
				policies = append(policies, object)
			case *v1.Pod:
				pods[object.Namespace+"/"+object.Name] = object
			case *v1.Namespace:
				namespaces[object.Name] = object.Labels
			default:
				return nil, fmt.Errorf("NetworkPolicies do not look at %T", object)
			}
		}
		policy := matcher.BuildNetworkPolicies(false, policies)
		answers := []networkAnswer{}
		for _, flow := range asked.Flows {
			traffic := &matcher.Traffic{
				Source:           peerOf(flow.From, pods, namespaces),
				Destination:      peerOf(flow.To, pods, namespaces),
				ResolvedPort:     int(flow.Port),
				ResolvedPortName: nameOfPort(pods[flow.To], flow),
				Protocol:         flow.Protocol,
			}
			answers = append(answers, networkAnswer{
				Egress:  policy.IsIngressOrEgressAllowed(traffic, false).IsAllowed(),
				Ingress: policy.IsIngressOrEgressAllowed(traffic, true).IsAllowed(),
			})
		}
		return answers, nil
	}, nil
}

func peerOf(end string, pods map[string]*v1.Pod, namespaces map[string]map[string]string) *matcher.TrafficPeer {
	pod := pods[end]
	if pod == nil {
		return &matcher.TrafficPeer{IP: end}
	}
	labels := map[string]string{v1.LabelMetadataName: pod.Namespace}
	for key, value := range namespaces[pod.Namespace] {
		labels[key] = value
	}
	return &matcher.TrafficPeer{
		IP:       pod.Status.PodIP,
		Internal: &matcher.InternalPeer{PodLabels: pod.Labels, NamespaceLabels: labels, Namespace: pod.Namespace},
	}
}

func nameOfPort(pod *v1.Pod, flow networkFlow) string {
	if pod == nil {
		return ""
	}
	for _, container := range pod.Spec.Containers {
		for _, port := range container.Ports {
			if port.ContainerPort == flow.Port && port.Protocol == flow.Protocol {
				return port.Name
			}
		}
	}
	return ""
}
