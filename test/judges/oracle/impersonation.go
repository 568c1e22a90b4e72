package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apiserver/pkg/authentication/serviceaccount"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizer"
	"k8s.io/apiserver/pkg/authorization/authorizerfactory"
	"k8s.io/apiserver/pkg/authorization/union"
	"k8s.io/apiserver/pkg/endpoints/filters/impersonation"
	"k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/auth/nodeidentifier"
	"k8s.io/kubernetes/plugin/pkg/auth/authorizer/node"
	"k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac"
	"k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac/bootstrappolicy"
)

type impersonationQuestion struct {
	Objects []json.RawMessage `json:"objects"`
	User    accessUser        `json:"user"`
	// Node is the one whose Pod the user is.
	Node        string              `json:"node"`
	Wanted      accessUser          `json:"wanted"`
	UID         string              `json:"uid"`
	Extra       map[string][]string `json:"extra"`
	Method      string              `json:"method"`
	Target      string              `json:"target"`
	Constrained bool                `json:"constrained"`
}

type impersonationAnswer struct {
	// Asked are the rights that were looked for, in this order.
	Asked   []accessRequest `json:"asked"`
	User    *accessUser     `json:"user,omitempty"`
	Refusal string          `json:"refusal,omitempty"`
}

// newImpersonation answers whether a request goes on as somebody else's, and what rights the filter of the API server asked for.
func newImpersonation() (subject, error) {
	return func(input json.RawMessage) (any, error) {
		var asked impersonationQuestion
		if err := json.Unmarshal(input, &asked); err != nil {
			return nil, err
		}
		policy, err := readPolicy(asked.Objects)
		if err != nil {
			return nil, err
		}
		answer := &impersonationAnswer{Asked: []accessRequest{}}
		real := union.New(
			authorizerfactory.NewPrivilegedGroups(user.SystemPrivilegedGroup),
			node.NewAuthorizer(node.NewGraph(), nodeidentifier.NewDefaultNodeIdentifier(), bootstrappolicy.NodeRules()),
			rbac.New(policy, policy, policy, policy),
		)
		noting := authorizer.AuthorizerFunc(func(ctx context.Context, a authorizer.Attributes) (authorizer.Decision, string, error) {
			noted := accessRequest{Verb: a.GetVerb(), Path: a.GetPath()}
			if a.IsResourceRequest() {
				noted = accessRequest{
					Verb: a.GetVerb(), Group: a.GetAPIGroup(), Resource: a.GetResource(), Subresource: a.GetSubresource(), Namespace: a.GetNamespace(), Name: a.GetName(),
				}
			}
			answer.Asked = append(answer.Asked, noted)
			return real.Authorize(ctx, a)
		})
		next := http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
			info, _ := request.UserFrom(req.Context())
			answer.User = &accessUser{Name: info.GetName(), Groups: info.GetGroups()}
		})
		filter := impersonation.WithImpersonation
		if asked.Constrained {
			filter = impersonation.WithConstrainedImpersonation
		}
		req, err := asked.request()
		if err != nil {
			return nil, err
		}
		recorder := httptest.NewRecorder()
		filter(next, noting, legacyscheme.Codecs).ServeHTTP(recorder, req)
		if answer.User == nil {
			var status metav1.Status
			if err := json.Unmarshal(recorder.Body.Bytes(), &status); err != nil {
				return nil, err
			}
			answer.Refusal = status.Message
		}
		return answer, nil
	}, nil
}

func (q impersonationQuestion) request() (*http.Request, error) {
	req := httptest.NewRequest(q.Method, q.Target, nil)
	info, err := requestInfos.NewRequestInfo(req)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Impersonate-User", q.Wanted.Name)
	for _, group := range q.Wanted.Groups {
		req.Header.Add("Impersonate-Group", group)
	}
	if q.UID != "" {
		req.Header.Set("Impersonate-Uid", q.UID)
	}
	for key, values := range q.Extra {
		for _, value := range values {
			req.Header.Add("Impersonate-Extra-"+key, value)
		}
	}
	requestor := &user.DefaultInfo{Name: q.User.Name, Groups: q.User.Groups}
	if q.Node != "" {
		requestor.Extra = map[string][]string{serviceaccount.NodeNameKey: {q.Node}}
	}
	return req.WithContext(request.WithRequestInfo(request.WithUser(req.Context(), requestor), info)), nil
}
