package main

import (
	"encoding/json"
	"net/http"
	"net/url"

	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apiserver/pkg/endpoints/request"
)

type requestQuestion struct {
	Method string `json:"method"`
	Target string `json:"target"`
}

// One of these; unread where the request is refused before anybody is asked.
type requestAnswer struct {
	Unread bool           `json:"unread,omitempty"`
	Info   *accessRequest `json:"info,omitempty"`
}

var requestInfos = &request.RequestInfoFactory{APIPrefixes: sets.NewString("api", "apis"), GrouplessAPIPrefixes: sets.NewString("api")}

// newRequest answers what the API server takes raw requests for.
func newRequest() (subject, error) {
	return func(input json.RawMessage) (any, error) {
		var asked requestQuestion
		if err := json.Unmarshal(input, &asked); err != nil {
			return nil, err
		}
		target, err := url.ParseRequestURI(asked.Target)
		if err != nil {
			return requestAnswer{Unread: true}, nil
		}
		info, err := requestInfos.NewRequestInfo(&http.Request{Method: asked.Method, URL: target})
		if err != nil {
			return requestAnswer{Unread: true}, nil
		}
		if !info.IsResourceRequest {
			return requestAnswer{Info: &accessRequest{Verb: info.Verb, Path: info.Path}}, nil
		}
		return requestAnswer{Info: &accessRequest{
			Verb: info.Verb, Group: info.APIGroup, Resource: info.Resource, Subresource: info.Subresource, Namespace: info.Namespace, Name: info.Name,
			FieldSelector: info.FieldSelector,
		}}, nil
	}, nil
}
