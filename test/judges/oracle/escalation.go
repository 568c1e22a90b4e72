package main

import (
	"encoding/json"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/component-helpers/auth/rbac/validation"
)

type escalationQuestion struct {
	Owned   []rbacv1.PolicyRule `json:"owned"`
	Granted []rbacv1.PolicyRule `json:"granted"`
}

type escalationAnswer struct {
	Covered bool                `json:"covered"`
	Missing []rbacv1.PolicyRule `json:"missing,omitempty"`
}

func newEscalation() (subject, error) {
	return func(input json.RawMessage) (any, error) {
		var asked escalationQuestion
		if err := json.Unmarshal(input, &asked); err != nil {
			return nil, err
		}
		covered, missing := validation.Covers(asked.Owned, asked.Granted)
		return escalationAnswer{covered, missing}, nil
	}, nil
}
