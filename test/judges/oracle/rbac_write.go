package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/apiserver/pkg/authorization/authorizer"
	"k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	rbacapi "k8s.io/kubernetes/pkg/apis/rbac"
	rbacvalidation "k8s.io/kubernetes/pkg/apis/rbac/validation"
	clusterrole "k8s.io/kubernetes/pkg/registry/rbac/clusterrole/policybased"
	clusterrolebinding "k8s.io/kubernetes/pkg/registry/rbac/clusterrolebinding/policybased"
	role "k8s.io/kubernetes/pkg/registry/rbac/role/policybased"
	rolebinding "k8s.io/kubernetes/pkg/registry/rbac/rolebinding/policybased"
	"k8s.io/kubernetes/pkg/registry/rbac/validation"
	"k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac"
)

type grantQuestion struct {
	Objects []json.RawMessage `json:"objects"`
	Writes  []grantWrite      `json:"writes"`
}

type grantWrite struct {
	User accessUser `json:"user"`
	// Old is the object before, where there is one.
	Old json.RawMessage `json:"old"`
	New json.RawMessage `json:"new"`
	// Named says that the request's URL names the object, as that of a server-side apply does.
	Named bool `json:"named"`
}

type grantAnswer struct {
	Allowed bool   `json:"allowed"`
	Message string `json:"message"`
}

// newGrant answers for each write on its own whether a user may make it, as the storage does that guards roles and bindings against
// escalation. Whether the user may write such objects at all is not asked, and nothing that is written stays.
func newGrant() (subject, error) {
	return func(input json.RawMessage) (any, error) {
		var asked grantQuestion
		if err := json.Unmarshal(input, &asked); err != nil {
			return nil, err
		}
		policy, err := readPolicy(asked.Objects)
		if err != nil {
			return nil, err
		}
		answers := []grantAnswer{}
		for _, write := range asked.Writes {
			answer, err := write.judge(policy)
			if err != nil {
				return nil, err
			}
			answers = append(answers, answer)
		}
		return answers, nil
	}, nil
}

func (w grantWrite) judge(policy *rbacPolicy) (grantAnswer, error) {
	wanted, accessor, err := readInternal(w.New)
	if err != nil {
		return grantAnswer{}, err
	}
	kind := kindOf(wanted)
	info := &request.RequestInfo{
		IsResourceRequest: true,
		APIGroup:          rbacv1.GroupName,
		APIVersion:        "v1",
		Resource:          kind,
		Namespace:         accessor.GetNamespace(),
	}
	if w.Named || w.Old != nil {
		info.Name = accessor.GetName()
	}
	ctx := request.WithRequestInfo(request.WithUser(request.WithNamespace(context.Background(), accessor.GetNamespace()), w.User.info()), info)
	guarded := newGuard(kind, stored{}, rbac.New(policy, policy, policy, policy), policy.resolver())
	if w.Old == nil {
		_, err = guarded.Create(ctx, wanted, rest.ValidateAllObjectFunc, &metav1.CreateOptions{})
	} else {
		old, _, problem := readInternal(w.Old)
		if problem != nil {
			return grantAnswer{}, problem
		}
		_, _, err = guarded.Update(context.WithValue(ctx, oldKey{}, old), accessor.GetName(), rest.DefaultUpdatedObjectInfo(wanted), rest.ValidateAllObjectFunc, rest.ValidateAllObjectUpdateFunc, false, &metav1.UpdateOptions{})
	}
	switch {
	case err == nil:
		return grantAnswer{Allowed: true}, nil
	case apierrors.IsForbidden(err) || apierrors.IsInvalid(err) || apierrors.IsNotFound(err):
		return grantAnswer{Message: err.Error()}, nil
	default:
		return grantAnswer{}, err
	}
}

func readInternal(text json.RawMessage) (runtime.Object, metav1.Object, error) {
	object, _, err := legacyscheme.Codecs.UniversalDecoder(rbacapi.SchemeGroupVersion).Decode(text, nil, nil)
	if err != nil {
		return nil, nil, err
	}
	accessor, ok := object.(metav1.Object)
	if !ok {
		return nil, nil, fmt.Errorf("%T has no metadata", object)
	}
	return object, accessor, nil
}

func kindOf(object runtime.Object) string {
	switch object.(type) {
	case *rbacapi.ClusterRole:
		return "clusterroles"
	case *rbacapi.Role:
		return "roles"
	case *rbacapi.ClusterRoleBinding:
		return "clusterrolebindings"
	default:
		return "rolebindings"
	}
}

type guard interface {
	Create(ctx context.Context, obj runtime.Object, createValidation rest.ValidateObjectFunc, options *metav1.CreateOptions) (runtime.Object, error)
	Update(ctx context.Context, name string, objInfo rest.UpdatedObjectInfo, createValidation rest.ValidateObjectFunc, updateValidation rest.ValidateObjectUpdateFunc, forceAllowCreate bool, options *metav1.UpdateOptions) (runtime.Object, bool, error)
}

func newGuard(resource string, store rest.StandardStorage, decider authorizer.Authorizer, resolver validation.AuthorizationRuleResolver) guard {
	switch resource {
	case "clusterroles":
		return clusterrole.NewStorage(store, decider, resolver)
	case "roles":
		return role.NewStorage(store, decider, resolver)
	case "clusterrolebindings":
		return clusterrolebinding.NewStorage(store, decider, resolver)
	default:
		return rolebinding.NewStorage(store, decider, resolver)
	}
}

type oldKey struct{}

// stored takes whatever it is given: what it is asked to keep has passed the guard.
type stored struct{ rest.StandardStorage }

func (stored) Create(_ context.Context, object runtime.Object, _ rest.ValidateObjectFunc, _ *metav1.CreateOptions) (runtime.Object, error) {
	return object, nil
}

func (stored) Update(ctx context.Context, _ string, info rest.UpdatedObjectInfo, _ rest.ValidateObjectFunc, _ rest.ValidateObjectUpdateFunc, _ bool, _ *metav1.UpdateOptions) (runtime.Object, bool, error) {
	old, _ := ctx.Value(oldKey{}).(runtime.Object)
	object, err := info.UpdatedObject(ctx, old)
	if err != nil {
		return nil, false, err
	}
	return object, false, judgeRoleRef(object, old)
}

// judgeRoleRef answers what the strategy of a binding says of another role; nothing of what else is wrong with it.
func judgeRoleRef(object, old runtime.Object) error {
	var kind, name string
	var found field.ErrorList
	switch next := object.(type) {
	case *rbacapi.ClusterRoleBinding:
		kind, name = "ClusterRoleBinding", next.Name
		found = rbacvalidation.ValidateClusterRoleBindingUpdate(next, old.(*rbacapi.ClusterRoleBinding))
	case *rbacapi.RoleBinding:
		kind, name = "RoleBinding", next.Name
		found = rbacvalidation.ValidateRoleBindingUpdate(next, old.(*rbacapi.RoleBinding))
	}
	found = found.Filter(func(err error) bool { return !strings.HasSuffix(err.Error(), "cannot change roleRef") })
	if len(found) == 0 {
		return nil
	}
	return apierrors.NewInvalid(rbacapi.Kind(kind), name, found)
}
