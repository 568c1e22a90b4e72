type Environment = Readonly<Record<string, string | undefined>>;

/** The merge request that a pipeline is of, and with what it may speak to GitLab. */
export interface MergeRequest {
  /** Of the API, version 4, without a slash at its end. */
  readonly apiUrl: string;
  /** The id of the project that it is to be merged into; of one from a fork not the project that the pipeline runs in. */
  readonly project: string;
  /** Its number in the project. */
  readonly iid: string;
  /** Its page. */
  readonly pageUrl?: string;
  readonly token: Token;
}

/** A token, and whose: the job's own, which GitLab lets read and write little, or one that was made for this. */
export interface Token {
  readonly kind: 'job' | 'own';
  readonly value: string;
}

/**
 * The merge request as GitLab CI describes it to a job (`CI_*` of merge request pipelines), with `GITLAB_TOKEN` or, without it, the token
 * of the job; or why there is none, in half a sentence.
 */
export function readMergeRequest(env: Environment): MergeRequest | { readonly missing: string } {
  const { CI_API_V4_URL: api = '', CI_MERGE_REQUEST_PROJECT_ID: project = '', CI_MERGE_REQUEST_IID: iid = '' } = env;
  if (iid === '') return { missing: 'this is no pipeline of a merge request: CI_MERGE_REQUEST_IID is not set' };
  if (!/^\d+$/.test(iid) || !/^\d+$/.test(project))
    return { missing: 'CI_MERGE_REQUEST_IID and CI_MERGE_REQUEST_PROJECT_ID must be the numbers that GitLab sets' };
  if (!/^https?:\/\/[^/]/.test(api)) return { missing: 'CI_API_V4_URL is no address' };
  const { GITLAB_TOKEN: own = '', CI_JOB_TOKEN: job = '', CI_MERGE_REQUEST_PROJECT_URL: projectUrl = '' } = env;
  if (own === '' && job === '') return { missing: `GITLAB_TOKEN is not set: ${TOKEN_HINT}` };
  return {
    apiUrl: api.replace(/\/+$/, ''),
    project,
    iid,
    ...(projectUrl === '' ? {} : { pageUrl: `${projectUrl}/-/merge_requests/${iid}` }),
    token: own === '' ? { kind: 'job', value: job } : { kind: 'own', value: own },
  };
}

/** What to do where the token is missing, or is not enough. */
export const TOKEN_HINT = 'give the job a project access token with the role Reporter and the scope `api` as GITLAB_TOKEN';
