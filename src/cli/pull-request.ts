/**
 * The branch that a pull request asks to be merged into, in GitHub Actions or GitLab CI, as a revision that is there after
 * an ordinary checkout; undefined outside of pull requests.
 */
export function findPullRequestBase(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const event = env['GITHUB_EVENT_NAME'];
  if (event === 'pull_request' || event === 'pull_request_target') {
    const branch = env['GITHUB_BASE_REF'];
    return branch === undefined || branch === '' ? undefined : `origin/${branch}`;
  }
  const target = env['CI_MERGE_REQUEST_TARGET_BRANCH_NAME'];
  return target === undefined || target === '' ? undefined : `origin/${target}`;
}
