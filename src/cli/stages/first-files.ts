import { listOutermost, type CiSystem, type Survey } from './survey.ts';

/** A file that `kplan init` proposes; its path is relative to the repository's root. */
export interface ProposedFile {
  readonly path: string;
  readonly text: string;
}

/** What a workflow plans, and where in the pipeline. */
export type Planned = Pick<Survey, 'stages'> & { readonly paths: readonly string[] };

/** How kplan comes into a CI system: as an action of GitHub, or from the registry. */
export interface Installation {
  readonly version: string;
  readonly action?: string;
}

const CHECKS = /test|lint|valid|check|verif|plan|review/i;

/** What is planned in CI, each by itself: what Flux and Argo CD apply, kustomizations, charts and plain manifests, without what stands in another. */
export function listPlanned({ kept, kustomizations, charts, plain }: Survey): readonly string[] {
  const all = listOutermost([...kept.paths, ...kustomizations, ...charts, ...plain]);
  return all.length === 0 ? ['.'] : all;
}

/** The configuration, with what may be said in it as comments. */
export function renderConfig({ kept, kustomizations }: Pick<Survey, 'kept' | 'kustomizations'>): string {
  const found = [...kept.controllers, ...(kustomizations.length === 0 ? [] : ['kustomizations'])];
  return `# yaml-language-server: $schema=https://kplan.dev/schemas/config.schema.json
apiVersion: kplan.dev/v1
kind: Config

# The minor versions to validate for. Default: the cluster's, else the newest known.
# kubernetesVersions: ["1.36"]

# Where namespaced objects go that name no namespace.
# defaultNamespace: default

# The nodes there are, where no cluster tells: says which pods find no place. A file with Node objects, or a shape.
# nodes: 3x4cpu,16Gi,zones=3

# Objects that exist but are not in this repository: what operators make, quotas, Secrets (names and keys are enough).
# contextObjects: [cluster/context.yaml]

# The severity that fails a run: error, warning, info or never.
failOn: error

# Who must never be able to do what.
# deny:
#   - subjects: ["ServiceAccount *"]
#     verbs: [get, list]
#     resources: [secrets]
#     namespaces: [kube-system]
#     reason: nothing that runs here reads the cluster's own Secrets

# Which severity findings and effects have, where that is not the usual one: by code, and if you like by file or object.
# severities:
#   - code: KS0006
#     severity: warning
#     object: StatefulSet payments/*

# Findings and effects that are known, each with its reason. A comment on the line above does the same: # kplan: ignore CODE reason
# ignore:
#   - code: KR0015
#     object: Service shop/legacy
#     reason: an operator makes its pods

# What \`kapply --watch\` keeps, each by itself.
# units: ${found.length === 0 ? '[{ name: shop, path: apps/shop }]' : `{ find: [${found.join(', ')}] }`}
`;
}

/** The workflow of a CI system that plans pull requests. */
export function renderCi(system: CiSystem, planned: Planned, installation: Installation): ProposedFile {
  return system === 'github'
    ? { path: '.github/workflows/kplan.yaml', text: renderGithub(planned, installation) }
    : { path: '.gitlab/kplan.gitlab-ci.yml', text: renderGitlab(planned, installation) };
}

function renderGithub({ paths }: Planned, { version, action }: Installation): string {
  const [only] = paths.length === 1 ? paths : [];
  const path = only ?? '${{ matrix.path }}';
  const matrix = only === undefined ? `    strategy:\n      fail-fast: false\n      matrix:\n        path: ${JSON.stringify(paths)}\n` : '';
  const name = only === undefined ? 'kplan-${{ strategy.job-index }}' : 'kplan';
  const plan = action === undefined ? 'change.kplan' : '${{ steps.plan.outputs.plan-path }}';
  const isThere = action === undefined ? "hashFiles('change.kplan') != ''" : "steps.plan.outputs.plan-path != ''";
  const run =
    action === undefined
      ? `      - run: npm install --global kplan@${version}
      - run: kplan plan ${quote(path)} -o github --out change.kplan
        env: { GITHUB_TOKEN: '\${{ github.token }}', KPLAN_CACHE: .kplan/cache }
`
      : `      - uses: ${action}
        id: plan
        env: { KPLAN_CACHE: .kplan/cache }
        with: { path: ${quote(path)} }
`;
  return `# Says in each pull request what it would do, on the lines that cause it.
name: kplan
on: pull_request
permissions: { contents: read, checks: write, pull-requests: write }
jobs:
  plan:
    runs-on: ubuntu-latest
${matrix}    steps:
      - uses: actions/checkout@v5
        with: { fetch-depth: 0 } # the merge base is what the change is compared with
      - uses: actions/cache@v4 # parsed files, by their content
        with: { path: .kplan/cache, key: "kplan-\${{ github.sha }}", restore-keys: kplan- }
${run}      - uses: actions/upload-artifact@v4 # the plan itself: kplan show, and after the merge kapply
        if: always() && ${isThere}
        with: { name: '${name}', path: '${plan}' }
`;
}

function renderGitlab({ paths, stages }: Planned, { version }: Installation): string {
  // A pipeline that lists no stages has `test`, where a job without a stage is.
  const stage = stages.find((name) => CHECKS.test(name)) ?? stages[0];
  return `# Says in each merge request what it would do. Include it in .gitlab-ci.yml:
#   include: { local: .gitlab/kplan.gitlab-ci.yml }
# The note in the merge request needs a project access token (Reporter, scope api) as the masked variable GITLAB_TOKEN.
kplan:
  image: node:24
${stage === undefined ? '' : `  stage: ${JSON.stringify(stage)}\n`}  rules: [{ if: $CI_PIPELINE_SOURCE == 'merge_request_event' }]
  variables: { GIT_DEPTH: '0', KPLAN_CACHE: .kplan/cache }
  cache: { key: kplan, paths: [.kplan/cache] }
  parallel: { matrix: [{ KPLAN_PATH: ${JSON.stringify(paths)} }] }
  script:
    - git fetch origin $CI_MERGE_REQUEST_TARGET_BRANCH_NAME
    - npm install --global kplan@${version}
    - kplan plan "$KPLAN_PATH" -o gitlab=gl-code-quality-report.json -o gitlab-note
  artifacts:
    when: always
    reports: { codequality: gl-code-quality-report.json }
`;
}

function quote(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : JSON.stringify(path);
}
