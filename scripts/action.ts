// The text of action.yml: its inputs are the flags of `kplan plan` and `kplan validate`, from the table of commands.
import { listInputs } from '../src/cli/action-inputs.ts';
import type { Flag } from '../src/cli/flags.ts';
import { ACTION_COMMANDS } from '../src/cli/run-action.ts';
import { COMMANDS } from '../src/cli/table.ts';

const OUTPUTS: Readonly<Record<string, string>> = {
  changes: 'how many objects are created, updated, replaced or deleted',
  effects: 'how many effects that has',
  findings: 'how many findings there are that are not waived',
  'plan-path': 'the saved plan, to be uploaded and, after the merge, applied exactly: kapply FILE',
  'exit-code': 'of kplan: 0, 1 (something at or above fail-on), 3 (could not answer)',
};

/** action.yml, made from the table. */
export function renderAction(): string {
  const flags = new Map<string, Flag>();
  for (const command of COMMANDS.filter(({ program, name }) => program === 'kplan' && ACTION_COMMANDS.some((item) => item === name)))
    for (const flag of listInputs(command)) flags.set(flag.name, flag);
  const inputs = [
    renderInput('command', `what to run: ${ACTION_COMMANDS.join(' or ')}`, 'plan'),
    renderInput('path', 'the manifests: a directory or file'),
    renderInput('token', 'with `checks: write` there are annotations, with `pull-requests: write` a comment', '${{ github.token }}'),
    ...[...flags.values()].map((flag) => renderInput(flag.name, describeFlag(flag))),
  ];
  return `# Made from the table of commands by \`npm run docs\`. A release has the bundle that this names; \`npm run build\` makes it.
name: kplan
description: Says in the pull request, on the lines that cause it, what a change of Kubernetes manifests would do
branding: { icon: git-pull-request, color: blue }
inputs:
${inputs.join('')}outputs:
${Object.entries(OUTPUTS)
  .map(([name, text]) => `  ${name}: { description: ${quote(text)} }\n`)
  .join('')}runs:
  using: node24
  main: dist/action.mjs
`;
}

function renderInput(name: string, text: string, fallback?: string): string {
  const value = fallback === undefined ? '' : `, default: ${quote(fallback)}`;
  return `  ${name}: { description: ${quote(text)}${value} }\n`;
}

function describeFlag({ summary, type }: Flag): string {
  const base = summary.replace('; repeatable', '');
  return type === 'list' ? `${base}; one a line` : type === 'boolean' ? `true: ${base}` : base;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
