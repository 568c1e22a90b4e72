//go:build release

package main

// What is asked of releases before the one whose code is linked otherwise; needs no more than main.go, rbac.go and roles.go.
var subjects = map[string]func() (subject, error){
	"authorize": newAuthorize,
	"roles":     newRoles,
}
