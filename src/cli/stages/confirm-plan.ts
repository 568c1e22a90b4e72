import { gvkOf, refKeyOf, type KubernetesObject, type RefKey } from '../../model/index.ts';
import { draftPlan, listQuestions, withNamespace, type PlanDraft, type PlanInput } from '../../planner/index.ts';
import { usage, type Arguments } from '../arguments.ts';
import type { Io, Log } from '../io.ts';
import { askServer } from './ask-server.ts';
import type { Before } from './before.ts';
import type { Desired } from './desired.ts';

/** What a live plan confirms with the API server. */
type DryRun = 'never' | 'auto' | 'always';

/** What --server-dry-run asks for; `always` of nothing that can answer is a mistake. An embedded cluster answers as we do. */
export function chooseDryRun({ opened, source }: Before, args: Arguments): DryRun {
  const given = args.string('server-dry-run') ?? 'auto';
  if (given === 'always' && opened === undefined)
    throw usage(args.command, `--server-dry-run always asks a cluster, and the world before is ${source.description}`);
  if (given === 'always') return 'always';
  return given === 'never' || source.kind !== 'cluster' || opened === undefined ? 'never' : 'auto';
}

interface ConfirmOptions {
  readonly mode: 'auto' | 'always';
  readonly io: Io;
  readonly log: Log;
}

/** The plan with what the cluster answers to what is in doubt. It takes a first plan to know what that is. */
export async function confirmPlan(input: PlanInput, desired: Desired, before: Before, options: ConfirmOptions): Promise<PlanDraft> {
  const { opened, source, unread = [] } = before;
  const { mode, io, log } = options;
  const draft = draftPlan(input);
  if (opened === undefined) return draft;
  const isForeign = unread.some((kind) => kind.startsWith('admissionregistration.k8s.io/')) || source.servedVersion !== undefined;
  const questions = listQuestions(draft.plan, input, { mode, isForeign });
  if (questions.length === 0) return draft;
  const started = io.now();
  const secrets = (): ReadonlyMap<RefKey, KubernetesObject> => placeManifests(input, desired);
  const { forceConflicts, before: world } = input;
  const answers = await askServer(questions, {
    cluster: opened.cluster,
    plan: draft.plan,
    before: world,
    from: forceConflicts,
    secrets,
    signal: io.signal,
  });
  log.detail(`asked the API server about ${questions.length} changes in ${io.now() - started} ms`);
  return draftPlan({ ...input, answers });
}

/** The manifests as they are applied: each in its namespace. */
function placeManifests({ catalog }: PlanInput, { manifests, defaultNamespace }: Desired): ReadonlyMap<RefKey, KubernetesObject> {
  return new Map(
    manifests.map(({ object }) => {
      const placed = withNamespace(object, catalog.find(gvkOf(object)), defaultNamespace);
      return [refKeyOf(placed), placed];
    }),
  );
}
