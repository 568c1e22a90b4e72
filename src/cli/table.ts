import type { Command, ProgramName } from './command.ts';
import { FLAGS, type Flag } from './flags.ts';

const GENERAL = ['help', 'version'];
const OUTPUT = ['output', 'all', 'color', 'quiet', 'verbose'];
const SOURCE = ['ref', 'git', 'config', 'unit', 'namespace', 'selector', 'kubernetes-version', 'context-objects', 'nodes'];
const LIVE = ['live', 'kubeconfig', 'context', 'cluster', 'user', 'as', 'as-group', 'no-exec'];
const PLAN = [
  ...SOURCE,
  'base',
  'snapshot',
  ...LIVE,
  'embedded',
  'fail-on',
  'baseline',
  'detailed-exitcode',
  'exit-code-style',
  ...OUTPUT,
  ...GENERAL,
];

const QUESTION = [...SOURCE, 'base', 'world', 'snapshot', ...LIVE, 'embedded', 'fail-on', ...OUTPUT, ...GENERAL];

/** Whom a request impersonates. */
const IMPERSONATE = ['impersonate', 'impersonate-group', 'impersonate-uid', 'impersonate-extra', 'on-node'];

const ASK = ['filename', 'subresource', 'all-namespaces', ...QUESTION.filter((flag) => !['selector', 'nodes'].includes(flag))];

/** Every command. Help, docs, completion and tests are made from this table. */
export const COMMANDS: readonly Command[] = [
  {
    program: 'kplan',
    name: 'plan',
    summary: 'Says what would change, and what that change does, before anything is touched.',
    usage: '[plan] [PATH]',
    positionals: [0, 1],
    flags: ['out', 'watch', 'force-conflicts', 'force-conflicts-with', 'server-dry-run', 'scheduler-config', ...PLAN],
    examples: [
      ['kplan', 'the manifests here against the cluster'],
      ['kplan deploy --base merge-base:main', 'what this branch changes, without a cluster'],
      ['kplan deploy --snapshot live.yaml --out change.kplan', 'against a dump, saved to be applied'],
    ],
  },
  {
    program: 'kplan',
    name: 'validate',
    summary: 'Checks manifests as the API server would; needs no cluster and no Git.',
    usage: 'validate [PATH...]',
    positionals: [0, 1000],
    flags: ['fix', 'diff', 'ref', 'git', 'config', 'kubernetes-version', 'context-objects', 'fail-on', 'baseline', ...OUTPUT, ...GENERAL],
    examples: [
      ['kplan validate deploy', 'for the newest Kubernetes known'],
      ['kplan validate deploy --kubernetes-version 1.36,1.34', 'for two versions at once'],
      ['kustomize build . | kplan validate -', 'what another program prints'],
      ['kplan validate deploy --diff', 'what --fix would mend of the practices in kplan.yaml'],
    ],
  },
  {
    program: 'kplan',
    name: 'show',
    summary: 'Shows a saved plan.',
    usage: 'show FILE',
    positionals: [1, 1],
    flags: ['fail-on', 'detailed-exitcode', 'exit-code-style', ...OUTPUT, ...GENERAL],
    examples: [
      ['kplan show change.kplan', 'as text'],
      ['kplan show change.kplan --all', 'with everything that is folded otherwise'],
      ['kplan show change.kplan -o markdown', 'as a comment for a pull request'],
    ],
  },
  {
    program: 'kplan',
    name: 'explain',
    summary: 'Says what a finding or effect means, why it matters and how to mend it.',
    usage: 'explain CODE',
    positionals: [1, 1],
    flags: [...GENERAL],
    examples: [
      ['kplan explain KV0102', 'one code'],
      ['kplan explain all', 'every code with its title'],
      ['kplan explain network', 'what an engine says, and what it does not look at'],
    ],
  },
  {
    program: 'kplan',
    name: 'snapshot',
    summary: 'Writes a cluster as a file for offline plans; Secret values become salted hashes.',
    usage: 'snapshot [FILE]',
    positionals: [0, 1],
    flags: [...LIVE, 'embedded', 'quiet', ...GENERAL],
    examples: [
      ['kplan snapshot live.yaml', 'the cluster of the kubeconfig, or the embedded one'],
      ['kplan snapshot --embedded /tmp/cluster', 'another one, to standard output'],
      ['kplan deploy --snapshot live.yaml', 'and a plan against it'],
    ],
  },
  {
    program: 'kplan',
    name: 'rbac',
    summary: 'Says who may do what, and what of that the manifests change; or writes the least Roles for kapply.',
    usage: 'rbac [PATH] [--audit FILE | --for-kapply]',
    positionals: [0, 1],
    flags: [
      'audit',
      'for-kapply',
      'daemon',
      'adopt',
      'service-account',
      'output-paths',
      ...QUESTION.filter((flag) => !['selector', 'nodes', 'output'].includes(flag)),
    ],
    examples: [
      ['kplan rbac deploy --base merge-base:main', 'who gains and loses what by this branch'],
      ['kplan rbac deploy --base merge-base:main -o svg=paths.svg', 'a picture of the paths of escalation, with what opens and closes'],
      ['kplan rbac --snapshot live.yaml --audit audit.log.gz', 'rights that were not used while the log was written'],
      ['kplan rbac deploy --for-kapply | kubectl apply -f -', 'the least Roles, for a ServiceAccount of its own'],
    ],
  },
  {
    program: 'kplan',
    name: 'schedule',
    summary: "Says where each pod goes and why, in the scheduler's own words.",
    usage: 'schedule [PATH]',
    positionals: [0, 1],
    flags: ['explain', 'orders', 'seed', 'scheduler-config', ...QUESTION],
    examples: [
      ['kplan schedule deploy --nodes 3x4cpu,16Gi,zones=3', 'on nodes that are given'],
      ['kplan schedule --snapshot live.yaml', 'the pods of a dump that wait for a node'],
      ['kplan schedule deploy --explain shop/web-0', "every node's verdict and score for one pod"],
    ],
  },
  {
    program: 'kplan',
    name: 'drain',
    summary: 'Says what happens if nodes are drained, or fail: who may not go, and who finds no other place.',
    usage: 'drain NODE... [-f PATH]',
    positionals: [0, 1000],
    flags: [
      'filename',
      'each',
      'zones',
      'force',
      'ignore-daemonsets',
      'delete-emptydir-data',
      'disable-eviction',
      'pod-selector',
      'scheduler-config',
      ...QUESTION.filter((flag) => flag !== 'namespace' && flag !== 'selector'),
    ],
    examples: [
      ['kplan drain node-1 --ignore-daemonsets --snapshot live.yaml', 'what kubectl drain would do, with its flags'],
      ['kplan drain node-1 node-2 -f deploy --nodes 3x4cpu,16Gi --delete-emptydir-data', 'two nodes, of manifests on given nodes'],
      ['kplan drain --each --zones -f deploy --nodes 6x4cpu,16Gi,zones=3', 'every node and every zone lost in turn'],
    ],
  },
  {
    program: 'kplan',
    name: 'can-i',
    summary: 'Says whether somebody may do something, as the API server would, and which rules let them.',
    usage: 'can-i VERB RESOURCE[/NAME] --as USER',
    positionals: [0, 2],
    flags: ['list', 'batch', ...IMPERSONATE, ...ASK],
    examples: [
      ['kplan can-i create pods -n shop --as jane -f deploy', 'once these manifests are applied'],
      ["kplan can-i GET '/api/v1/namespaces/shop/pods?watch=true' --as jane -f deploy", 'a raw request: what the API server takes it for'],
      ['kplan can-i get pods -n shop --as jane --impersonate joe -f deploy', 'as somebody else: which header needs which right'],
      ['kplan can-i --list -n shop --as system:serviceaccount:shop:web', 'everything that a ServiceAccount may do'],
      ['kplan can-i --batch questions.jsonl --snapshot live.yaml', 'many questions, one answer a line'],
    ],
  },
  {
    program: 'kplan',
    name: 'who-can',
    summary: 'Says who may do something, and the bindings and rules that let them.',
    usage: 'who-can VERB RESOURCE[/NAME]',
    positionals: [2, 2],
    flags: ASK,
    examples: [
      ['kplan who-can get secrets -n shop -f deploy', 'once these manifests are applied'],
      ['kplan who-can create pods/exec -A --snapshot live.yaml', 'in all namespaces of a dump'],
      ['kplan who-can get /metrics --live', 'a path of the API server'],
    ],
  },
  {
    program: 'kplan',
    name: 'reach',
    summary: 'Says who reaches whom on which ports, why of one connection, and what a change opens and closes.',
    usage: 'reach [PATH] | reach diff [PATH | DIR1 DIR2] | reach suggest [PATH]',
    positionals: [0, 3],
    flags: [
      'from',
      'reach-to',
      'port',
      'batch',
      'flows',
      'from-manifests',
      'staged',
      'exposure',
      'explain-connections',
      'focus-workload',
      'focus-conn',
      'output-connections',
      ...QUESTION.filter((flag) => flag !== 'output'),
    ],
    examples: [
      ['kplan reach deploy --base none', 'every allowed connection of these manifests alone'],
      ['kplan reach deploy --from shop/web --to shop/db --port 5432/TCP', 'one answer, with the rules that decide; exit 1 for no'],
      ['kplan reach deploy --from shop/web --to db.pay --port 5432', 'a packet to a Service by its name, step by step'],
      ['kplan reach diff deploy --base merge-base:main', 'what this branch opens and closes'],
      ['kplan reach suggest deploy -o manifests=policies.yaml', 'the smallest NetworkPolicies that keep what these manifests declare'],
      ['kplan reach suggest deploy --flows flows.json', 'those that keep what a log of Hubble or Calico has seen'],
    ],
  },
  {
    program: 'kplan',
    name: 'capacity',
    summary: 'Says what there is room for, and the fewest nodes that hold all pods, with a proven bound.',
    usage: 'capacity [PATH]',
    positionals: [0, 1],
    flags: ['for', 'node-shape', 'node-group', 'expander', 'usage', 'scheduler-config', ...QUESTION],
    examples: [
      ['kplan capacity deploy --nodes 3x4cpu,16Gi --for deployment/web', 'how many more of one workload fit'],
      ["kplan capacity deploy --node-shape 'm5.large=2cpu,8Gi,price=0.096' --node-shape m5.xlarge,price=0.192", 'the cheapest fleet'],
      ['kplan capacity --snapshot live.yaml', 'headroom, and how few nodes like these would do'],
      [
        'kplan capacity --usage monday.json --usage tuesday.json',
        'what containers should ask for, as VPA would have it, and the nodes that spares',
      ],
    ],
  },
  {
    program: 'kplan',
    name: 'init',
    summary: 'Writes a commented kplan.yaml and a CI workflow after looking at the repository; overwrites nothing.',
    usage: 'init [PATH]',
    positionals: [0, 1],
    flags: ['ci', 'action', 'overwrite', 'dry-run', 'git', ...GENERAL],
    examples: [
      ['kplan init', 'for the repository here'],
      ['kplan init --dry-run', 'printed, nothing written'],
      ['kplan init --ci gitlab --overwrite', 'for GitLab, anew'],
    ],
  },
  {
    program: 'kplan',
    name: 'completion',
    summary: 'Prints a completion script for a shell.',
    usage: 'completion bash|zsh|fish',
    positionals: [1, 1],
    flags: [...GENERAL],
    examples: [
      ['source <(kplan completion bash)', 'for this shell'],
      ['kplan completion zsh > ~/.zfunc/_kplan', 'for every zsh'],
      ['kplan completion fish | source', 'for this fish'],
    ],
  },
  {
    program: 'kapply',
    name: 'apply',
    summary: 'Plans, shows, asks, applies and waits for health; with a plan file, exactly that plan or a refusal.',
    usage: '[PATH | PLANFILE]',
    positionals: [0, 1],
    flags: [
      ...SOURCE,
      ...LIVE,
      'embedded',
      'to',
      'scheduler-config',
      'allow',
      'yes',
      'dry-run',
      'detailed-exitcode',
      'exit-code-style',
      'force-conflicts',
      'force-conflicts-with',
      'server-dry-run',
      'apply-fresh',
      'timeout',
      'no-wait',
      'concurrency',
      'watch',
      'interval',
      'listen',
      'log-format',
      'once',
      ...OUTPUT,
      ...GENERAL,
    ],
    examples: [
      ['kapply deploy', 'plan, ask, apply, wait'],
      ['kapply change.kplan --yes', 'exactly what was reviewed'],
      ['kapply --watch deploy', 'keep the cluster equal to the folder'],
    ],
  },
  {
    program: 'kapply',
    name: 'status',
    summary: 'Says what kapply owns in a cluster, and how that is.',
    usage: 'status',
    positionals: [0, 0],
    flags: [...LIVE, 'embedded', 'config', 'unit', ...OUTPUT, ...GENERAL],
    examples: [
      ['kapply status', 'every unit'],
      ['kapply status --unit shop --all', 'every object of one unit'],
      ['kapply status -o json', 'for a script'],
    ],
  },
  {
    program: 'kapply',
    name: 'delete',
    summary: 'Removes everything that a unit owns, in reverse order, then the unit.',
    usage: 'delete --unit UNIT',
    positionals: [0, 0],
    flags: [...LIVE, 'embedded', 'unit', 'yes', 'dry-run', 'no-hooks', 'timeout', ...OUTPUT, ...GENERAL],
    examples: [
      ['kapply delete --unit shop', 'asks first'],
      ['kapply delete --unit shop --yes', 'does not ask'],
      ['kapply delete --unit shop --dry-run', 'only says what would go'],
    ],
  },
  {
    program: 'kapply',
    name: 'approve',
    summary: 'Lets go the plan that a daemon holds, exactly that one.',
    usage: 'approve UNIT',
    positionals: [1, 1],
    flags: [...LIVE, 'embedded', 'yes', 'color', 'quiet', 'verbose', ...GENERAL],
    examples: [
      ['kapply approve shop', 'shows why it is held, and asks'],
      ['kapply approve shop --yes', 'does not ask'],
      ['kapply approve shop --context prod', 'in the cluster of another context'],
    ],
  },
  {
    program: 'kapply',
    name: 'adopt',
    summary: 'Takes over what kubectl, Helm, Flux or Argo CD has applied, without a difference or a restart.',
    usage: 'adopt [PATH]',
    positionals: [0, 1],
    flags: [
      ...SOURCE.filter((flag) => flag !== 'selector' && flag !== 'nodes'),
      ...LIVE,
      'embedded',
      'yes',
      'dry-run',
      'detailed-exitcode',
      'concurrency',
      ...OUTPUT,
      ...GENERAL,
    ],
    examples: [
      ['kapply adopt deploy', 'shows what would change hands, and asks'],
      ['kapply adopt deploy --dry-run -o json', 'only says it, for a script'],
      ['kapply adopt deploy --unit shop --yes', 'into the unit shop, without asking'],
    ],
  },
];

/** The command of a program that its main job is. */
export function mainCommand(program: ProgramName): Command {
  const command = COMMANDS.find((item) => item.program === program && (item.name === 'plan' || item.name === 'apply'));
  if (command === undefined) throw new Error(`no main command for ${program}`);
  return command;
}

/** The flags of a command, in the table's order. */
export function flagsOf(command: Command): readonly Flag[] {
  return FLAGS.filter((flag) => command.flags.includes(flag.id ?? flag.name));
}
