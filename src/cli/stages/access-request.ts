import { readRequestInfo } from '../../cluster/index.ts';
import type { Action, AllowingRule } from '../../engine/rbac/index.ts';
import { refOf, toRefKey, type Manifest, type RefKey } from '../../model/index.ts';
import type { AccessEntry, GrantEntry } from '../../report/index.ts';
import { usage, type Arguments } from '../arguments.ts';
import type { Log } from '../io.ts';
import { toIndexes } from './locate.ts';
import type { QuestionWorld } from './question-world.ts';

/** Verbs that mean something to RBAC: those of requests, and those that the API server asks about by itself. */
const VERBS: ReadonlySet<string> = new Set([
  'approve',
  'attest',
  'bind',
  'create',
  'delete',
  'deletecollection',
  'escalate',
  'get',
  'impersonate',
  'list',
  'patch',
  'sign',
  'update',
  'use',
  'watch',
  '*',
]);

const PATH_VERBS: ReadonlySet<string> = new Set(['delete', 'get', 'head', 'options', 'patch', 'post', 'put', '*']);

/** The namespace that is asked about; empty for what holds everywhere. */
export function readNamespace(args: Arguments, { defaultNamespace }: Pick<QuestionWorld, 'defaultNamespace'>): string {
  const [namespace, second] = args.list('namespace');
  if (second !== undefined) throw usage(args.command, 'one question is of one namespace: give -n once, or -A');
  if (namespace !== undefined && args.has('all-namespaces')) throw usage(args.command, '-n and -A choose two things: give one of them');
  return args.has('all-namespaces') ? '' : (namespace ?? defaultNamespace);
}

const METHODS: ReadonlySet<string> = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']);

/** A raw request, as the API server reads it: METHOD /PATH?QUERY. */
function readRaw(method: string, target: string, args: Arguments): Action {
  const stray = ['namespace', 'all-namespaces', 'subresource'].find((flag) => args.has(flag) || args.list(flag).length > 0);
  if (stray !== undefined) throw usage(args.command, `--${stray} and a raw request are two questions: its path says all`);
  const info = readRequestInfo(method, target);
  if ('problem' in info) throw usage(args.command, info.problem);
  return info;
}

/** Decodes VERB RESOURCE[/NAME] or VERB /PATH as `kubectl auth can-i` does, or a raw request (`GET /api/v1/pods`); what looks like a mistake is warned of. */
export function readAction(args: Arguments, question: QuestionWorld, log: Log): Action {
  const [verb = '', what = ''] = args.positionals;
  if (what === '') throw usage(args.command, `${args.command.program} ${args.command.usage} needs a resource or a path`);
  if (what.startsWith('/') && METHODS.has(verb)) return readRaw(verb, what, args);
  if (what.startsWith('/')) {
    if (!PATH_VERBS.has(verb)) log.warn(`verb '${verb}' is not a known verb of paths: get, post, put, patch, delete, head, options`);
    return { kind: 'path', verb, path: what };
  }
  const slash = what.indexOf('/');
  const [type, rest] = slash < 0 ? [what, ''] : [what.slice(0, slash), what.slice(slash + 1)];
  if (!VERBS.has(verb) && !verb.startsWith('impersonate')) log.warn(`verb '${verb}' is not a known verb`);
  return { kind: 'resource', verb, ...toResource(type, rest, args, question, log) };
}

function toResource(
  type: string,
  rest: string,
  args: Arguments,
  question: QuestionWorld,
  log: Log,
): Pick<Extract<Action, { kind: 'resource' }>, 'group' | 'name' | 'namespace' | 'resource' | 'subresource'> {
  const kind = type === '*' ? undefined : question.catalog.findResource(type);
  const [, plural = type, group = ''] = /^([^.]*)\.(.*)$/.exec(type) ?? [];
  if (kind === undefined && type !== '*') log.warn(`nothing known here has a resource type '${type}': it is taken as it is written`);
  const given = args.string('subresource') ?? '';
  const isSubresource = given === '' && kind?.subresources.includes(rest) === true;
  const [subresource, name] = isSubresource ? [rest, ''] : [given, rest];
  const target = { group: kind?.group ?? group, resource: kind?.plural ?? plural, subresource, name };
  const namespace = readNamespace(args, question);
  if (kind?.namespaced !== false) return { ...target, namespace };
  if (args.list('namespace').length > 0) log.warn(`resource '${kind.plural}' is not namespace scoped: -n says nothing here`);
  return { ...target, namespace: kind.plural === 'namespaces' && kind.group === '' ? name : '' };
}

/** A request as a report shows it. */
export function toEntry(action: Action): AccessEntry {
  if (action.kind === 'path') return { verb: action.verb, path: action.path };
  const { kind: _, ...entry } = action;
  return entry;
}

/** Rules that allow, with their places in the manifests. */
export function toGrantEntries(rules: readonly AllowingRule[], { manifests, defaultNamespace }: QuestionWorld): readonly GrantEntry[] {
  const roles = new Map<RefKey, Manifest>();
  for (const manifest of manifests) {
    const ref = refOf(manifest.object);
    if (ref.kind === 'ClusterRole') roles.set(toRefKey(ref), manifest);
    if (ref.kind === 'Role') roles.set(toRefKey({ namespace: defaultNamespace, ...ref }), manifest);
  }
  return rules.map(({ grant, rule }) => {
    const { binding, subjectIndex } = grant;
    const subject = binding.subjects[subjectIndex] ?? { kind: '', namespace: '', name: '' };
    const source = roles.get(toRefKey(rule.source.ref))?.origin.locate(toIndexes(rule.source.path));
    return {
      subject: { ...subject, namespace: subject.kind === 'ServiceAccount' ? subject.namespace : '' },
      binding: binding.ref,
      role: binding.role,
      rule: rule.rule,
      writtenIn: rule.source.ref,
      ...(source === undefined ? {} : { source }),
    };
  });
}
