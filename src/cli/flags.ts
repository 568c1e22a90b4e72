/** The type of a flag's value. */
export type FlagType = 'boolean' | 'string' | 'number' | 'list';

/** One flag: `name` without the dashes. */
export interface Flag {
  readonly name: string;
  readonly alias?: string;
  readonly type: FlagType;
  readonly group: 'World' | 'Plan' | 'Apply' | 'Daemon' | 'Output' | 'General';
  readonly summary: string;
  /** What stands for the value in help: `REV`. */
  readonly value?: string;
  readonly choices?: readonly string[];
  readonly fallback?: string;
}

/** Every flag of every command. */
export const FLAGS: readonly Flag[] = [
  { name: 'ref', type: 'string', group: 'World', value: 'REV', summary: 'read PATH from a Git revision, without a checkout' },
  {
    name: 'base',
    type: 'string',
    group: 'World',
    value: 'REV',
    summary: 'before is PATH at that revision; merge-base:REV takes the merge base, none nothing',
  },
  {
    name: 'snapshot',
    type: 'string',
    group: 'World',
    value: 'FILE',
    summary: 'before is a dump of a cluster: a file or directory of objects',
  },
  { name: 'live', type: 'boolean', group: 'World', summary: 'before is the cluster of the kubeconfig (default where there is one)' },
  {
    name: 'embedded',
    type: 'string',
    group: 'World',
    value: 'DIR',
    summary: 'before is the embedded cluster kept in DIR (default .kplan/cluster where there is no kubeconfig)',
  },
  { name: 'kubeconfig', type: 'string', group: 'World', value: 'FILE', summary: 'the kubeconfig; default KUBECONFIG, else ~/.kube/config' },
  { name: 'context', type: 'string', group: 'World', value: 'NAME', summary: 'the context of the kubeconfig' },
  { name: 'cluster', type: 'string', group: 'World', value: 'NAME', summary: "the cluster of the kubeconfig, in place of the context's" },
  { name: 'user', type: 'string', group: 'World', value: 'NAME', summary: "the user of the kubeconfig, in place of the context's" },
  { name: 'as', type: 'string', group: 'World', value: 'USER', summary: 'act as this user (impersonation)' },
  { name: 'as-group', type: 'list', group: 'World', value: 'GROUP', summary: 'act as a member of this group; repeatable' },
  { name: 'no-exec', type: 'boolean', group: 'World', summary: 'refuse credential plugins of the kubeconfig' },
  { name: 'nodes', type: 'string', group: 'World', value: 'FILE|SPEC', summary: 'the nodes there are: a file, or 3x4cpu,16Gi[,zones=3]' },
  {
    name: 'context-objects',
    type: 'list',
    group: 'World',
    value: 'FILE',
    summary: 'objects that exist but are not in the repository; repeatable',
  },
  {
    name: 'kubernetes-version',
    type: 'string',
    group: 'World',
    value: '1.36[,1.34]',
    summary: "versions to validate for; default the cluster's, else the newest known",
  },
  { name: 'config', type: 'string', group: 'World', value: 'FILE', summary: "configuration; default kplan.yaml at the repository's root" },
  {
    name: 'git',
    type: 'string',
    group: 'World',
    choices: ['auto', 'js', 'native'],
    summary: 'how Git is read: the git program, or none needed',
    fallback: 'auto',
  },
  { name: 'unit', type: 'string', group: 'World', value: 'NAME', summary: "the unit's name: what its inventory is kept under" },
  {
    name: 'namespace',
    alias: 'n',
    type: 'list',
    group: 'World',
    value: 'NAMESPACE',
    summary: 'show and apply only these namespaces; repeatable',
  },
  {
    name: 'selector',
    alias: 'l',
    type: 'string',
    group: 'World',
    value: 'LABELS',
    summary: 'show and apply only objects with these labels',
  },
  { name: 'out', type: 'string', group: 'Plan', value: 'FILE', summary: 'save the plan; kapply FILE applies exactly that' },
  {
    name: 'server-dry-run',
    type: 'string',
    group: 'Plan',
    choices: ['auto', 'always', 'never'],
    summary: 'what a live plan confirms with the API server',
    fallback: 'auto',
  },
  { name: 'watch', type: 'boolean', group: 'Plan', summary: 'plan again whenever a file changes' },
  {
    name: 'fail-on',
    type: 'string',
    group: 'Plan',
    choices: ['error', 'warning', 'info', 'never'],
    summary: 'the severity of findings and effects that fails the run',
    fallback: 'error',
  },
  {
    name: 'baseline',
    type: 'string',
    group: 'Plan',
    value: 'FILE',
    summary: 'a JSON report whose findings and effects are known and hidden',
  },
  { name: 'detailed-exitcode', type: 'boolean', group: 'Plan', summary: 'exit 2 if there are changes' },
  {
    name: 'allow',
    type: 'list',
    group: 'Apply',
    value: 'CODE|ENGINE',
    summary: 'go on despite error findings or effects of this code or engine; repeatable',
  },
  { name: 'for-kapply', type: 'boolean', group: 'Plan', summary: 'the least Roles with which kapply can apply PATH' },
  { name: 'daemon', type: 'boolean', group: 'Plan', summary: 'with the Lease that kapply --watch holds' },
  {
    name: 'service-account',
    type: 'string',
    group: 'Plan',
    value: 'NAMESPACE/NAME',
    summary: 'who gets them; default default/kapply-UNIT',
  },
  { name: 'to', type: 'string', group: 'Apply', value: 'REV', summary: 'go back to PATH as it was at that Git revision' },
  { name: 'yes', alias: 'y', type: 'boolean', group: 'Apply', summary: 'do not ask' },
  { name: 'no-hooks', type: 'boolean', group: 'Apply', summary: 'do not run the hooks that are for the removal of the unit' },
  { name: 'dry-run', type: 'boolean', group: 'Apply', summary: 'show what would be done; write nothing' },
  { name: 'force-conflicts', type: 'boolean', group: 'Apply', summary: 'take over fields that another manager owns' },
  {
    name: 'apply-fresh',
    type: 'boolean',
    group: 'Apply',
    summary: 'of a plan file that has gone stale in part, apply the steps that have not',
  },
  { name: 'timeout', type: 'string', group: 'Apply', value: 'DURATION', summary: 'how long to wait for health', fallback: '5m' },
  {
    name: 'no-wait',
    type: 'boolean',
    group: 'Apply',
    summary: 'do not wait for health: every wave is written though objects of earlier ones are not healthy',
  },
  { name: 'concurrency', type: 'number', group: 'Apply', value: 'N', summary: 'writes side by side', fallback: '8' },
  {
    name: 'interval',
    type: 'string',
    group: 'Daemon',
    value: 'DURATION',
    summary: 'how often the source is read and drift is looked for',
    fallback: '30s',
  },
  { name: 'once', type: 'boolean', group: 'Daemon', summary: 'end after the first revision is applied or held' },
  {
    name: 'output',
    alias: 'o',
    type: 'list',
    group: 'Output',
    value: 'FORMAT[=FILE]',
    summary: 'text, json, yaml, markdown or github; repeatable with =FILE',
    fallback: 'text',
  },
  { name: 'all', type: 'boolean', group: 'Output', summary: 'show what is folded otherwise' },
  {
    name: 'color',
    type: 'string',
    group: 'Output',
    choices: ['auto', 'always', 'never'],
    summary: 'colour; NO_COLOR and FORCE_COLOR are heeded',
    fallback: 'auto',
  },
  { name: 'quiet', alias: 'q', type: 'boolean', group: 'Output', summary: 'no progress on stderr' },
  { name: 'verbose', alias: 'v', type: 'boolean', group: 'Output', summary: 'more on stderr: what was read, and how long each stage took' },
  { name: 'help', alias: 'h', type: 'boolean', group: 'General', summary: 'this text' },
  { name: 'version', type: 'boolean', group: 'General', summary: 'the version' },
];
