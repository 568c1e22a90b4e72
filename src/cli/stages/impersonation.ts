import {
  judgeImpersonation,
  type Action,
  type ImpersonatedUser,
  type ImpersonationVerdict,
  type UserInfo,
} from '../../engine/rbac/index.ts';
import type { ImpersonationEntry } from '../../report/index.ts';
import { usage, type Arguments } from '../arguments.ts';
import { toEntry } from './access-request.ts';
import type { QuestionWorld } from './question-world.ts';

/** From this minor version on a server has constrained impersonation. */
const CONSTRAINED_SINCE = 36;

/** A question that is asked as somebody else, and what was said of that. */
export interface JudgedImpersonation {
  readonly wanted: ImpersonatedUser;
  readonly verdict: ImpersonationVerdict;
}

/** Judges the impersonation that the flags ask for; undefined if they ask for none. */
export function readImpersonation(
  args: Arguments,
  { world, kubernetesVersion }: QuestionWorld,
  user: UserInfo,
  action: Action,
): JudgedImpersonation | undefined {
  const wanted = readWanted(args);
  const node = args.string('on-node') ?? '';
  if (wanted === undefined && node !== '') throw usage(args.command, '--on-node is of use with --impersonate');
  if (wanted === undefined) return undefined;
  const isConstrained = Number(kubernetesVersion.split('.')[1]) >= CONSTRAINED_SINCE;
  return { wanted, verdict: judgeImpersonation(world, { user, node, wanted, action, isConstrained }) };
}

function readWanted(args: Arguments): ImpersonatedUser | undefined {
  const [name, groups, uid] = [args.string('impersonate'), args.list('impersonate-group'), args.string('impersonate-uid')];
  const extra = new Map<string, readonly string[]>();
  for (const pair of args.list('impersonate-extra')) {
    const at = pair.indexOf('=');
    if (at < 1) throw usage(args.command, `--impersonate-extra ${pair}: give KEY=VALUE`);
    const key = pair.slice(0, at).toLowerCase();
    extra.set(key, [...(extra.get(key) ?? []), pair.slice(at + 1)]);
  }
  if (name !== undefined) return { name, groups, uid: uid ?? '', extra: Object.fromEntries(extra) };
  if (groups.length === 0 && uid === undefined && extra.size === 0) return undefined;
  throw usage(args.command, 'the API server refuses groups, a uid or extra information without a user: --impersonate USER names one');
}

/** What was said of an impersonation, as a report shows it. */
export function toImpersonationEntry({ wanted, verdict }: JudgedImpersonation): ImpersonationEntry {
  return {
    wanted: { name: wanted.name, groups: wanted.groups, uid: wanted.uid, extra: wanted.extra },
    attempts: verdict.attempts.map(({ mode, checks, refusal }) => ({
      mode,
      checks: checks.map(({ header, action, allowed }) => ({ header, request: toEntry(action), allowed })),
      ...(refusal === undefined ? {} : { refusal }),
    })),
    ...(verdict.user === undefined ? {} : { user: verdict.user }),
  };
}
