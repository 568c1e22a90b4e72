package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	_ "unsafe"

	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizer"
	"k8s.io/apiserver/pkg/endpoints/request"
	rbacv1ac "k8s.io/client-go/applyconfigurations/rbac/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	core "k8s.io/client-go/testing"
	"k8s.io/client-go/tools/cache"
	"k8s.io/kubernetes/pkg/controller/clusterroleaggregation"
	"k8s.io/kubernetes/pkg/registry/rbac/validation"
	"k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac"
	"k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac/bootstrappolicy"
)

type accessUser struct {
	Name   string   `json:"name"`
	Groups []string `json:"groups"`
}

func (u accessUser) info() user.Info {
	return &user.DefaultInfo{Name: u.Name, Groups: u.Groups}
}

type accessRequest struct {
	User        accessUser `json:"user"`
	Verb        string     `json:"verb"`
	Path        string     `json:"path"`
	Group       string     `json:"group"`
	Resource    string     `json:"resource"`
	Subresource string     `json:"subresource"`
	Namespace   string     `json:"namespace"`
	Name        string     `json:"name"`
	// FieldSelector is as it is written.
	FieldSelector string `json:"fieldSelector,omitempty"`
}

func (r accessRequest) attributes() authorizer.Attributes {
	record := authorizer.AttributesRecord{User: r.User.info(), Verb: r.Verb}
	if r.Path != "" {
		record.Path = r.Path
		return record
	}
	record.ResourceRequest = true
	record.APIGroup, record.APIVersion = r.Group, "*"
	record.Resource, record.Subresource = r.Resource, r.Subresource
	record.Namespace, record.Name = r.Namespace, r.Name
	// As authorization.go of the API server does.
	if selector, err := fields.ParseSelector(r.FieldSelector); err == nil {
		record.FieldSelectorRequirements = selector.Requirements()
	}
	return record
}

type authorizeQuestion struct {
	Objects  []json.RawMessage `json:"objects"`
	Requests []accessRequest   `json:"requests"`
}

type authorizeAnswer struct {
	Allowed  bool     `json:"allowed"`
	Reason   string   `json:"reason"`
	Subjects []string `json:"subjects"`
}

// newAuthorize answers access requests as the RBAC authorizer does, behind the group that may do everything, of a cluster
// that has the default policy and the given roles and bindings, aggregated by the real controller. Bindings are visited by
// namespace and name.
func newAuthorize() (subject, error) {
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
		locator := rbac.NewSubjectAccessEvaluator(policy, policy, policy, policy, "")
		answers := []authorizeAnswer{}
		for _, request := range asked.Requests {
			attributes := request.attributes()
			answer := authorizeAnswer{Subjects: []string{}}
			if slices.Contains(request.User.Groups, user.SystemPrivilegedGroup) {
				answer.Allowed = true
			} else {
				decision, reason, err := decider.Authorize(context.Background(), attributes)
				if err != nil {
					return nil, err
				}
				answer.Allowed, answer.Reason = decision == authorizer.DecisionAllow, reason
			}
			subjects, _ := locator.AllowedSubjects(context.Background(), attributes)
			for _, subject := range subjects {
				answer.Subjects = append(answer.Subjects, strings.Join([]string{subject.Kind, subject.Namespace, subject.Name}, " "))
			}
			answers = append(answers, answer)
		}
		return answers, nil
	}, nil
}

// rbacPolicy holds roles and bindings, each kind sorted by namespace and name, RoleBindings by namespace as the listers have them.
type rbacPolicy struct {
	clusterRoles        map[string]*rbacv1.ClusterRole
	roles               map[string]*rbacv1.Role
	clusterRoleBindings []*rbacv1.ClusterRoleBinding
	roleBindings        map[string][]*rbacv1.RoleBinding
}

func (p *rbacPolicy) GetRole(ctx context.Context, namespace, name string) (*rbacv1.Role, error) {
	if role := p.roles[namespace+"/"+name]; role != nil {
		return role, nil
	}
	return nil, notFound(ctx, "role", name)
}

func (p *rbacPolicy) GetClusterRole(ctx context.Context, name string) (*rbacv1.ClusterRole, error) {
	if role := p.clusterRoles[name]; role != nil {
		return role, nil
	}
	return nil, notFound(ctx, "clusterrole", name)
}

// notFound is worded by the listers that the authorizer reads, or by the store that the guards read, which takes what
// the request is about for what it lacks.
func notFound(ctx context.Context, kind, name string) error {
	if info, ok := request.RequestInfoFrom(ctx); ok {
		kind = info.Resource
	}
	return apierrors.NewNotFound(rbacv1.Resource(kind), name)
}

func (p *rbacPolicy) ListClusterRoleBindings(context.Context) ([]*rbacv1.ClusterRoleBinding, error) {
	return p.clusterRoleBindings, nil
}

func (p *rbacPolicy) ListRoleBindings(_ context.Context, namespace string) ([]*rbacv1.RoleBinding, error) {
	return p.roleBindings[namespace], nil
}

func (p *rbacPolicy) resolver() validation.AuthorizationRuleResolver {
	return validation.NewDefaultRuleResolver(p, p, p, p)
}

func readPolicy(objects []json.RawMessage) (*rbacPolicy, error) {
	clusterRoles, roles := defaultRoles()
	clusterRoleBindings, roleBindings := defaultBindings()
	for _, object := range objects {
		var head struct{ Kind string }
		if err := json.Unmarshal(object, &head); err != nil {
			return nil, err
		}
		var err error
		switch head.Kind {
		case "ClusterRole":
			role := &rbacv1.ClusterRole{}
			err = json.Unmarshal(object, role)
			clusterRoles[role.Name] = role
		case "Role":
			role := &rbacv1.Role{}
			err = json.Unmarshal(object, role)
			roles[role.Namespace+"/"+role.Name] = role
		case "ClusterRoleBinding":
			binding := &rbacv1.ClusterRoleBinding{}
			err = json.Unmarshal(object, binding)
			clusterRoleBindings[binding.Name] = binding
		case "RoleBinding":
			binding := &rbacv1.RoleBinding{}
			err = json.Unmarshal(object, binding)
			roleBindings[binding.Namespace+"/"+binding.Name] = binding
		default:
			err = fmt.Errorf("no RBAC kind: %q", head.Kind)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := aggregate(clusterRoles); err != nil {
		return nil, err
	}
	return &rbacPolicy{clusterRoles, roles, sorted(clusterRoleBindings), byNamespace(sorted(roleBindings))}, nil
}

func byNamespace(bindings []*rbacv1.RoleBinding) map[string][]*rbacv1.RoleBinding {
	found := map[string][]*rbacv1.RoleBinding{}
	for _, binding := range bindings {
		found[binding.Namespace] = append(found[binding.Namespace], binding)
	}
	return found
}

func defaultRoles() (map[string]*rbacv1.ClusterRole, map[string]*rbacv1.Role) {
	clusterRoles, roles := map[string]*rbacv1.ClusterRole{}, map[string]*rbacv1.Role{}
	for _, role := range slices.Concat(bootstrappolicy.ClusterRoles(), bootstrappolicy.ControllerRoles()) {
		clusterRoles[role.Name] = role.DeepCopy()
	}
	for namespace, list := range bootstrappolicy.NamespaceRoles() {
		for _, role := range list {
			roles[namespace+"/"+role.Name] = role.DeepCopy()
		}
	}
	return clusterRoles, roles
}

func defaultBindings() (map[string]*rbacv1.ClusterRoleBinding, map[string]*rbacv1.RoleBinding) {
	clusterRoleBindings, roleBindings := map[string]*rbacv1.ClusterRoleBinding{}, map[string]*rbacv1.RoleBinding{}
	for _, binding := range slices.Concat(bootstrappolicy.ClusterRoleBindings(), bootstrappolicy.ControllerRoleBindings()) {
		clusterRoleBindings[binding.Name] = binding.DeepCopy()
	}
	for namespace, list := range bootstrappolicy.NamespaceRoleBindings() {
		for _, binding := range list {
			roleBindings[namespace+"/"+binding.Name] = binding.DeepCopy()
		}
	}
	return clusterRoleBindings, roleBindings
}

func sorted[T any](byName map[string]T) []T {
	list := []T{}
	for _, name := range sortedKeys(byName) {
		list = append(list, byName[name])
	}
	return list
}

func sortedKeys[T any](byName map[string]T) []string {
	names := []string{}
	for name := range byName {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return slices.Compare(strings.Split(a, "/"), strings.Split(b, "/")) })
	return names
}

//go:linkname syncClusterRole k8s.io/kubernetes/pkg/controller/clusterroleaggregation.(*ClusterRoleAggregationController).syncClusterRole
func syncClusterRole(c *clusterroleaggregation.ClusterRoleAggregationController, ctx context.Context, key string) error

// aggregate lets the real controller look at one role after another, by name, until it changes none; roles that select each
// other in a circle may never settle, for then the order of their rules keeps changing.
func aggregate(roles map[string]*rbacv1.ClusterRole) error {
	// Nothing is asked of it but the patches below: the schemas that a whole one reads take longer than all the rest.
	client := &fake.Clientset{}
	informer := informers.NewSharedInformerFactory(client, 0).Rbac().V1().ClusterRoles()
	index := informer.Informer().GetIndexer()
	aggregated := []string{}
	for _, name := range sortedKeys(roles) {
		if err := index.Add(roles[name]); err != nil {
			return err
		}
		if roles[name].AggregationRule != nil {
			aggregated = append(aggregated, name)
		}
	}
	changed := false
	client.PrependReactor("patch", "clusterroles", func(action core.Action) (bool, runtime.Object, error) {
		patch := action.(core.PatchAction)
		applied := &rbacv1ac.ClusterRoleApplyConfiguration{}
		if err := json.Unmarshal(patch.GetPatch(), applied); err != nil {
			return true, nil, err
		}
		role := roles[patch.GetName()].DeepCopy()
		// The rules are an atomic list: applied, they replace what is there; left out, they leave it.
		if applied.Rules != nil {
			role.Rules = toRules(applied.Rules)
			changed = true
		}
		roles[role.Name] = role
		return true, role, index.Update(role)
	})
	controller := clusterroleaggregation.NewClusterRoleAggregation(informer, client.RbacV1())
	for range 3 * (len(aggregated) + 1) {
		changed = false
		for _, name := range aggregated {
			key, _ := cache.MetaNamespaceKeyFunc(roles[name])
			if err := syncClusterRole(controller, context.Background(), key); err != nil {
				return err
			}
		}
		if !changed {
			return nil
		}
	}
	return nil
}

func toRules(applied []rbacv1ac.PolicyRuleApplyConfiguration) []rbacv1.PolicyRule {
	rules := []rbacv1.PolicyRule{}
	for _, rule := range applied {
		rules = append(rules, rbacv1.PolicyRule{
			Verbs:           rule.Verbs,
			APIGroups:       rule.APIGroups,
			Resources:       rule.Resources,
			ResourceNames:   rule.ResourceNames,
			NonResourceURLs: rule.NonResourceURLs,
		})
	}
	return rules
}
