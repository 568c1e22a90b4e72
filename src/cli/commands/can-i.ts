import { authorize, describeBinding, listPermissions, type Action, type UserInfo } from '../../engine/rbac/index.ts';
import type { AbilityEntry, AccessListReport, AccessReport } from '../../report/index.ts';
import { compareBy, sortedUnique } from '../../std/index.ts';
import { answerAccess } from '../access-batch.ts';
import { usage, withoutFlags, type Arguments } from '../arguments.ts';
import { answerBatch } from '../batch.ts';
import { createLog, type Io } from '../io.ts';
import { printReport, readTargets } from '../output.ts';
import { readAction, readNamespace, toEntry, toGrantEntries } from '../stages/access-request.ts';
import { readImpersonation, toImpersonationEntry, type JudgedImpersonation } from '../stages/impersonation.ts';
import { findNodeRestriction } from '../stages/node-write.ts';
import type { QuestionWorld } from '../stages/question-world.ts';
import { openRightsWorld } from '../stages/rights-world.ts';
import { readUser } from '../user.ts';

/** `kplan can-i VERB RESOURCE`: whether the API server would allow it. Exit 1 for no. */
export async function runCanI(args: Arguments, io: Io): Promise<number> {
  readTargets(args);
  const batch = args.string('batch');
  const user = readUser(args);
  checkUsage(args, user);
  const log = createLog(io, args.has('quiet'), args.has('verbose'));
  const question = await openRightsWorld(args.string('filename'), withoutFlags(args, ['as', 'as-group', 'namespace']), io, log);
  if (batch !== undefined) return answerBatch(batch, (line) => answerAccess(line, question.world), io);
  if (user === undefined) throw whoAsks(args);
  if (args.has('list')) {
    await printReport(toList(question, user, args), args, io);
    return 0;
  }
  const action = readAction(args, question, log);
  const report = toAnswer(question, user, action, readImpersonation(args, question, user, action));
  await printReport(report, args, io);
  return report.allowed ? 0 : 1;
}

const IMPERSONATING = ['impersonate', 'impersonate-group', 'impersonate-uid', 'impersonate-extra', 'on-node'];

function checkUsage(args: Arguments, user: UserInfo | undefined): void {
  const asked = [
    args.has('list') && '--list',
    args.string('batch') !== undefined && '--batch',
    args.positionals.length > 0 && 'VERB RESOURCE',
  ];
  const [first, second] = asked.filter((part) => part !== false);
  if (second !== undefined) throw usage(args.command, `${first ?? ''} and ${second} are two questions: ask one of them`);
  if (first === undefined) throw usage(args.command, 'nothing is asked: give VERB RESOURCE, --list or --batch FILE');
  const stray = IMPERSONATING.find((flag) => args.list(flag).length > 0);
  if (stray !== undefined && first !== 'VERB RESOURCE') throw usage(args.command, `--${stray} is of use with VERB RESOURCE alone`);
  if (first === '--batch' ? user !== undefined : user === undefined)
    throw first === '--batch' ? usage(args.command, '--batch: each line names who asks; leave --as out') : whoAsks(args);
}

function whoAsks(args: Arguments): Error {
  return usage(args.command, 'who asks? --as USER says it: a user name, or system:serviceaccount:NAMESPACE:NAME');
}

function toAnswer(question: QuestionWorld, user: UserInfo, action: Action, impersonation?: JudgedImpersonation): AccessReport {
  const asked = impersonation === undefined ? user : impersonation.verdict.user;
  const none = { allowed: false, reason: impersonation?.verdict.refusal ?? '', rules: [] };
  const { allowed, reason, rules } = asked === undefined ? none : authorize(question.world, { ...action, user: asked });
  const isMaster = asked?.groups.includes('system:masters') === true;
  const admission = allowed && asked !== undefined ? findNodeRestriction(question, asked, action) : undefined;
  return {
    kind: 'AccessReport',
    ...questionOf(question),
    user,
    request: toEntry(action),
    allowed,
    reason,
    ...(impersonation === undefined ? {} : { impersonation: toImpersonationEntry(impersonation) }),
    ...(admission === undefined ? {} : { admission }),
    grants: toGrantEntries(rules, question),
    next: isMaster
      ? 'The group system:masters may do everything, whatever roles say.'
      : allowed
        ? '`kplan who-can` with the same words says who else.'
        : '`kplan who-can` with the same words says who may.',
  };
}

function questionOf({
  which,
  before,
  after,
  findings,
  notes,
}: QuestionWorld): Pick<AccessReport, 'after' | 'before' | 'findings' | 'notes' | 'which'> {
  return { which, before, ...(after === undefined ? {} : { after }), findings, notes };
}

function toList(question: QuestionWorld, user: UserInfo, args: Arguments): AccessListReport {
  const namespace = readNamespace(args, question);
  return {
    kind: 'AccessListReport',
    ...questionOf(question),
    user,
    namespace,
    abilities: listAbilities(question, user, namespace),
    next: user.groups.includes('system:masters')
      ? 'The group system:masters may do everything, whatever this list says.'
      : '`-o json` names the bindings that each comes from.',
  };
}

/** Permissions of the same resource and name as one, with all their verbs, as `kubectl auth can-i --list` shows them. */
function listAbilities({ world }: QuestionWorld, user: UserInfo, namespace: string): readonly AbilityEntry[] {
  const abilities = new Map<string, AbilityEntry>();
  for (const { permission, namespace: where, sources } of listPermissions(world, user, namespace)) {
    const isPath = permission.kind === 'path';
    const resource = isPath ? '' : permission.resource.replace(/(?=\/)|$/, permission.group === '' ? '' : `.${permission.group}`);
    const names = isPath || permission.name === undefined ? [] : [permission.name];
    const path = isPath ? permission.path : '';
    const via = sources.map(({ grant: { binding, subjectIndex } }) => {
      const subject = binding.subjects[subjectIndex];
      return subject === undefined ? '' : describeBinding(binding, subject);
    });
    const key = [where, resource, path, ...names].join('\0');
    const known = abilities.get(key);
    abilities.set(key, {
      resource,
      path,
      names,
      verbs: sortedUnique([...(known?.verbs ?? []), permission.verb]),
      namespace: where,
      via: sortedUnique([...(known?.via ?? []), ...via]),
    });
  }
  return [...abilities.values()].toSorted(
    compareBy(
      ({ path }) => path,
      ({ resource }) => resource,
      ({ names }) => names.join(),
      ({ namespace: where }) => where,
    ),
  );
}
