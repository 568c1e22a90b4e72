package main

import (
	"context"
	"encoding/json"
	"time"

	"k8s.io/apiserver/pkg/authorization/authorizer"
	"k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac"
)

type decisionsAnswer struct {
	// Reasons has the reason of each request that is allowed, and an empty text for the others.
	Reasons     []string `json:"reasons"`
	Nanoseconds int64    `json:"nanoseconds"`
}

// newDecisions answers many access requests of one large cluster as the RBAC authorizer does, and says how long deciding took:
// the time of neither reading the cluster nor the requests.
func newDecisions() (subject, error) {
	return func(input json.RawMessage) (any, error) {
		var asked authorizeQuestion
		if err := json.Unmarshal(input, &asked); err != nil {
			return nil, err
		}
		policy, err := readPolicy(asked.Objects)
		if err != nil {
			return nil, err
		}
		decider := rbac.New(policy, policy, policy, policy)
		attributes := []authorizer.Attributes{}
		for _, request := range asked.Requests {
			attributes = append(attributes, request.attributes())
		}
		answer := decisionsAnswer{Reasons: make([]string, len(attributes))}
		start := time.Now()
		for i, attribute := range attributes {
			decision, reason, err := decider.Authorize(context.Background(), attribute)
			if err != nil {
				return nil, err
			}
			if decision == authorizer.DecisionAllow {
				answer.Reasons[i] = reason
			}
		}
		answer.Nanoseconds = time.Since(start).Nanoseconds()
		return answer, nil
	}, nil
}
