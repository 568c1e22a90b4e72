/** What ends the scheduling of a pod with an error instead of a refusal: kube-scheduler tries such pods again later (`SchedulerError`). */
export class CycleError extends Error {}

/** What this simulation cannot tell: where such a pod would go is not known. */
export class NotKnown extends Error {}
