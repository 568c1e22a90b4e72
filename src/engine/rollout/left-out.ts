/** What rollouts are not followed through; `kplan explain rollout` says so. */
export const ROLLOUT_LEAVES_OUT: readonly string[] = [
  'how long pods take to start, and whether they get ready: each that has a node and its volumes does',
  'updates of a change that take more than some thousand steps, or are in a world of so many pods that following them takes too long',
  'custom resources and Jobs that are replaced, and what webhooks or operators do meanwhile',
];
