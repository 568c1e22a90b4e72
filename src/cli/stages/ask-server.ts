import { applyTaking, type Cluster, type StatusError, type WriteResult } from '../../cluster/index.ts';
import {
  refKeyOf,
  stepsOf,
  toRefKey,
  withMetadata,
  type KubernetesObject,
  type ObjectRef,
  type Plan,
  type RefKey,
  type TakeOver,
  type World,
} from '../../model/index.ts';
import { restoreSecret, type Question, type ServerAnswer, type StandIn } from '../../planner/index.ts';

/** So many dry runs side by side. */
const AT_ONCE = 8;

/** How a cluster is asked about changes. */
export interface AskOptions {
  readonly cluster: Cluster;
  readonly plan: Plan;
  readonly before: World;
  /** Whose fields are taken over. */
  readonly from: TakeOver;
  /** Manifests with the values of Secrets, namespaces filled in, by object. */
  readonly secrets: () => ReadonlyMap<RefKey, KubernetesObject>;
  readonly signal: AbortSignal;
}

/**
 * Asks a cluster, in dry runs side by side and in the order of the plan, what comes of changes: by server-side apply as they
 * would be applied. What it cannot say is unknown, with the reason. Throws `KplanError` if the cluster cannot be reached.
 */
export async function askServer(questions: readonly Question[], options: AskOptions): Promise<ReadonlyMap<RefKey, ServerAnswer>> {
  const answers = new Map<RefKey, ServerAnswer>();
  const created = new Set(stepsOf(options.plan).flatMap(({ ref, action }) => (action === 'create' ? [ref.name] : [])));
  const waiting = questions.values();
  const work = async (): Promise<void> => {
    for (const question of waiting) {
      if (options.signal.aborted) return;
      answers.set(toRefKey(question.step.ref), await answerOf(question, options, created));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return answers;
}

async function answerOf(question: Question, options: AskOptions, created: ReadonlySet<string>): Promise<ServerAnswer> {
  const { step, mutated, obstacle } = question;
  if (obstacle !== undefined)
    return question.standIn === undefined
      ? { kind: 'unknown', reason: obstacle }
      : askElsewhere(question, question.standIn, options, created);
  const result = step.action === 'delete' ? await tryDelete(question, options) : await tryApply(question, options);
  if (typeof result === 'string') return { kind: 'unknown', reason: result };
  if (result.kind === 'ok') return { kind: 'accepted', mutated, ...(step.action === 'delete' ? {} : { object: result.object }) };
  return toRefusal(result, step.ref, created);
}

/** A refusal, if it is one of the change itself. */
function toRefusal(error: StatusError, ref: ObjectRef, created: ReadonlySet<string>): ServerAnswer {
  const unknown = explainUnknown(error, ref, created);
  if (unknown !== undefined) return { kind: 'unknown', reason: unknown };
  const { reason, message, causes } = error;
  return { kind: 'refused', refusal: { reason, message, ...(causes === undefined ? {} : { causes }) } };
}

async function tryApply({ step }: Question, options: AskOptions): Promise<WriteResult | string> {
  const { cluster, plan, before, from, signal } = options;
  if (step.desired === undefined) return 'the plan does not hold the object';
  const object = restoreSecret(step.desired, options.secrets().get(refKeyOf(step.desired)), plan.salt);
  if (typeof object === 'string') return object;
  const live = before.get(step.ref) ?? null;
  return applyTaking(cluster, object, { fieldManager: plan.fieldManager, dryRun: true, live, signal }, from);
}

/**
 * Asks in another namespace. Whether the object is valid is the same there. In one that is alike nothing but the code of
 * webhooks and policies, which may look at the name, can decide otherwise: what they do to it is told with that doubt, and
 * a refusal of theirs is no refusal yet. In any other nothing else that is said holds for its own.
 */
async function askElsewhere(
  question: Question,
  standIn: StandIn,
  options: AskOptions,
  created: ReadonlySet<string>,
): Promise<ServerAnswer> {
  const { step, obstacle = '', mutated, isSeen } = question;
  const { namespace, isAlike } = standIn;
  const unknown = { kind: 'unknown', reason: obstacle } as const;
  if (step.desired === undefined) return unknown;
  const desired = withMetadata(step.desired, { namespace });
  const result = await tryApply({ ...question, step: { ...step, ref: { ...step.ref, namespace }, desired } }, options);
  if (typeof result === 'string') return unknown;
  if (result.kind === 'ok') {
    if (!isAlike) return unknown;
    const object = withMetadata(result.object, { namespace: step.ref.namespace });
    const doubt = `${obstacle}: what is told was answered for the Namespace ${namespace}, which they select alike`;
    return { kind: 'accepted', object, mutated, ...(isSeen ? { doubt } : {}) };
  }
  const { reason, message } = result;
  if (reason === 'Invalid' || (isAlike && !isSeen)) return toRefusal(result, step.ref, created);
  const isTold = isAlike && isSeen && /admission webhook|AdmissionPolicy/.test(message);
  return isTold ? { kind: 'unknown', reason: `${obstacle}; in the Namespace ${namespace}, which they select alike, ${message}` } : unknown;
}

async function tryDelete({ step }: Question, { cluster, signal }: AskOptions): Promise<WriteResult> {
  const uid = step.precondition.kind === 'present' ? step.precondition.uid : '';
  return cluster.delete(step.ref, { ...(uid === '' ? {} : { uid }), dryRun: true, signal });
}

/** Why an error says nothing of the change itself; undefined for a refusal of it. */
function explainUnknown(
  { code, reason, message }: StatusError,
  { namespace }: ObjectRef,
  created: ReadonlySet<string>,
): string | undefined {
  const [, verb, resource, group] = / cannot (\w+) resource "([^"]*)" in API group "([^"]*)"/.exec(message) ?? [];
  if (code === 403 && verb !== undefined)
    return `the identity of the kubeconfig may not ${verb} ${resource}${group === '' ? '' : `.${group}`}, not even in a dry run`;
  if (code === 404 && message === `namespaces "${namespace ?? ''}" not found`) return `the Namespace ${namespace ?? ''} does not exist`;
  if (code === 404 && message === 'the server could not find the requested resource') return 'the cluster does not serve its kind';
  if (code === 400 && message.includes('does not support dry run'))
    return message.replace(/^.*?admission webhook/, 'the admission webhook');
  if (reason === 'ServiceUnavailable' || reason === 'Timeout' || reason === 'TooManyRequests')
    return `the API server did not answer: ${message}`;
  const [, missing] = /"([^"]+)" not found|unable to get policy (\S+) /.exec(message)?.filter((part) => part !== undefined) ?? [];
  return missing !== undefined && created.has(missing) ? `it needs ${missing}, which is made in the same change` : undefined;
}
