//go:build !release

package main

var subjects = map[string]func() (subject, error){
	"authorize":     newAuthorize,
	"autoscaler":    newAutoscaler,
	"cel":           newCel,
	"cron":          newCron,
	"cronjob":       newCronJob,
	"custom":        newCustom,
	"decisions":     newDecisions,
	"escalation":    newEscalation,
	"grant":         newGrant,
	"impersonation": newImpersonation,
	"job":           newJob,
	"merge":         newMerge,
	"mutating":      newMutating,
	"network":       newNetwork,
	"node":          newNode,
	"placing":       newPlacing,
	"podsecurity":   newPodSecurity,
	"policy":        newPolicy,
	"quantity":      newQuantity,
	"request":       newRequest,
	"restriction":   newRestriction,
	"roles":         newRoles,
	"rollout":       newRollout,
	"scheduler":     newScheduler,
	"selector":      newSelector,
	"statefulset":   newStatefulSet,
	"validate":      newValidate,
	"victims":       newVictims,
}
