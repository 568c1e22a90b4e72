//go:build release

package main

// What is asked of releases before the one whose code is linked otherwise; of those with a scheduler_RELEASE.go their scheduler too.
var subjects = map[string]func() (subject, error){
	"authorize": newAuthorize,
	"layout":    newLayout,
	"roles":     newRoles,
	"template":  newTemplate,
}
