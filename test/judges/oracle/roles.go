package main

import (
	"encoding/json"

	rbacv1 "k8s.io/api/rbac/v1"
)

type rolesQuestion struct {
	Objects []json.RawMessage `json:"objects"`
	// Wanted names some roles and bindings.
	Wanted []struct {
		Kind      string `json:"kind"`
		Namespace string `json:"namespace"`
		Name      string `json:"name"`
	} `json:"wanted"`
}

type rolesAnswer struct {
	// Count says how many roles and bindings there are of each kind.
	Count map[string]int `json:"count"`
	// Objects are those that were asked for, in that order; null where there is none.
	Objects []any `json:"objects"`
}

// newRoles answers what roles and bindings a cluster has: the default policy and the given ones, aggregated by the real
// controller.
func newRoles() (subject, error) {
	return func(input json.RawMessage) (any, error) {
		var asked rolesQuestion
		if err := json.Unmarshal(input, &asked); err != nil {
			return nil, err
		}
		policy, err := readPolicy(asked.Objects)
		if err != nil {
			return nil, err
		}
		clusterRoleBindings := map[string]*rbacv1.ClusterRoleBinding{}
		for _, binding := range policy.clusterRoleBindings {
			clusterRoleBindings[binding.Name] = binding
		}
		roleBindings := map[string]*rbacv1.RoleBinding{}
		for _, list := range policy.roleBindings {
			for _, binding := range list {
				roleBindings[binding.Namespace+"/"+binding.Name] = binding
			}
		}
		answer := rolesAnswer{Objects: []any{}, Count: map[string]int{
			"ClusterRole":        len(policy.clusterRoles),
			"ClusterRoleBinding": len(clusterRoleBindings),
			"Role":               len(policy.roles),
			"RoleBinding":        len(roleBindings),
		}}
		for _, wanted := range asked.Wanted {
			var object any
			switch key := wanted.Namespace + "/" + wanted.Name; wanted.Kind {
			case "ClusterRole":
				object = policy.clusterRoles[wanted.Name]
			case "ClusterRoleBinding":
				object = clusterRoleBindings[wanted.Name]
			case "Role":
				object = policy.roles[key]
			case "RoleBinding":
				object = roleBindings[key]
			}
			answer.Objects = append(answer.Objects, object)
		}
		return answer, nil
	}, nil
}
