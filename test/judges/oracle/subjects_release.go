//go:build release

package main

// What is asked of releases before the one whose code is linked otherwise; needs no more than main.go, rbac.go, roles.go and template.go.
var subjects = map[string]func() (subject, error){
	"authorize": newAuthorize,
	"layout":    newLayout,
	"roles":     newRoles,
	"template":  newTemplate,
}
