import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { formatRows, type BenchRow } from './row.ts';

const PAGE = new URL('../../docs/benchmarks.md', import.meta.url);

/** The rows of one part, as they were measured just now. */
export interface MeasuredPart {
  readonly name: string;
  readonly rows: readonly BenchRow[];
  /** When it was over, and how busy the machine then was. */
  readonly date: string;
  readonly load: number;
}

/** Writes the tables of some parts to docs/benchmarks.md, with what the reader must know of the machine; those of other parts stay. */
export function writePage(measured: readonly MeasuredPart[], order: readonly string[]): void {
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  const tables = new Map([...readTables(), ...measured.map((part) => [part.name, toTable(part)] as const)]);
  const text = `# Benchmarks

Written by \`npm run bench -- --write\`: ${cpus().length} shared cores, ${gigabytes} GiB of memory, Node ${process.version}, Linux. Other work ran on the machine
meanwhile, so compare rows of one table with each other, not tables.

${order.flatMap((name) => tables.get(name) ?? []).join('\n')}
## notes

- Whole processes are measured, five times in turn with their peer; the run with the median CPU time counts. CPU is user and
  system time of all threads, MB the highest resident set. Rows of the embedded cluster and of the engines are measured within one process, once.
- \`answer\` is a hash of what was found out. Where a peer or a naive twin (\`test/bench/naive/\`) answers the same question, the
  benchmark fails if the hashes differ; it never fails because of time.
- The 10,000 documents (9.3 MB, 2,000 files, 25 kinds) come from \`test/bench/corpus.ts\`, always the same. kubeconform v0.8.0 gets the
  schemas of Kubernetes 1.36 that kplan has, as files. Build it with
  \`go install github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0\` and name the program in \`KUBECONFORM\`. \`KUBECTL_VALIDATE\` names
  another peer, \`go install sigs.k8s.io/kubectl-validate@v0.0.4\`, which judges by the schemas of 1.30 that it holds.
- kplan judges more than kubeconform does (names, references between objects, what the API server's own validation says), so where
  both are compared on faults, the faults are such that a schema sees.
- The quotas of that repository have room for all its pods, and a hundredth of its workloads are DaemonSets. Up to 2026-11-22 they
  refused most pods, so that plans of it had little to place: earlier tables of \`plan\` and \`pull-request\` say less.
- "Warm": another run has filled the cache; before every run one file changes.
- Pods placed: the first row is the whole of it, reading the pods of a world that is in memory included, in a process of its own, before its code is warm; the second is the median of three more in that process; the third
  asks every plugin about every node for the last of them, with the others where the first has put them. The hash is of the decisions on those.
- Nodes lost: placing all pods first is a part of it; the second row asks every plugin about every node for the pods of the last 20 nodes.
- One workload changed: 300 Deployments of 500 replicas; the first row is the median of three changes in engines that have compared the
  same cluster before, the second asks new engines about copies of both worlds.
- RBAC: 5,000 roles and 20,000 bindings that name some 10,000 users, groups and ServiceAccounts. The real authorizer is that of Kubernetes 1.36
  with bindings by namespace as its informers have them; its own clock says what it took, so that reading the questions is left out. Its
  reasons are compared, not its verdicts alone.
- kube-scheduler's own packages (v1.36.3, \`test/judges/oracle\`) place the same pods in the same order, look at every node as kplan does
  (the real scheduler stops at 42 percent of 1,000), take the first of equal nodes, and wait for no server; the clock runs from the first
  pod on, when objects are read and the cache is filled. kplan's row is the median of 25 runs in one process, reading the pods included;
  "at first" is the first of these, before anything is compiled.
- The live cluster is kube-apiserver v1.36.3 with etcd and the controller manager on the same machine, so that clients and server share its cores;
  kubectl is of the same version. Each cold apply has the cluster for itself. The bare client sends the same patches, and neither reads, plans nor checks;
  hashes are of what the server then holds, or of the names that changed.
`;
  writeFileSync(PAGE, text);
}

function toTable({ name, rows, date, load }: MeasuredPart): string {
  return `## ${name}\n\nMeasured on ${date}, at a load average of ${load.toFixed(0)}.\n\n\`\`\`text\n${formatRows(rows)}\n\`\`\`\n`;
}

/** The tables that the page has, by the name of their part. */
function readTables(): readonly (readonly [string, string])[] {
  const page = readFileSync(PAGE, 'utf8');
  return [...page.matchAll(/^## ([\w-]+)\n(?:(?!^## )[^])*?^```text\n[^]*?^```\n/gm)].map(([table, name = '']) => [name, table] as const);
}
