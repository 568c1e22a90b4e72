import { countResults, explainEnd, toAppliedSteps } from '../apply-steps.ts';
import { formatRef, refOf, toRefKey, World, type KubernetesObject, type Plan } from '../../model/index.ts';
import { isHookOf } from '../../planner/index.ts';
import { deleteUnit, listKept, readInventory, readStatus } from '../../reconcile/index.ts';
import { usage, type Arguments } from '../arguments.ts';
import { confirm } from '../confirm.ts';
import { parseDuration } from '../duration.ts';
import { createLog, type Io } from '../io.ts';
import { signalExit } from '../main.ts';
import { printReport, readTargets } from '../output.ts';
import { createProgress } from '../stages/carry-out.ts';
import { whileStepping } from '../stages/stepping.ts';
import { chooseTarget, openExistingTarget } from '../stages/target.ts';

/** `kapply delete --unit UNIT`: everything that the unit owns goes, in reverse order, between its hooks of removal; then the unit. */
export async function runDelete(args: Arguments, io: Io): Promise<number> {
  readTargets(args);
  const unit = args.string('unit');
  if (unit === undefined) throw usage(args.command, 'kapply delete needs --unit UNIT: what is to be removed');
  const log = createLog(io, args.has('quiet'), args.has('verbose'));
  const opened = await openExistingTarget(chooseTarget(args, io, log), World.EMPTY, args, io, log);
  const { cluster, source } = opened;
  try {
    const { owned, object: parent, objects: members, hooks } = await readInventory(cluster, unit);
    const run = args.has('no-hooks') ? [] : hooks;
    const kept = listKept(members);
    const going = `${members.length - kept.size} ${members.length - kept.size === 1 ? 'object' : 'objects'}`;
    if (owned.size === 0 && parent === undefined) {
      log.step(`unit ${unit} owns nothing here`);
      return 0;
    }
    if (args.has('dry-run')) {
      const status = await readStatus(cluster, unit, { now: io.now() });
      const objects = status.objects.map(({ ref, health }) => {
        const reason = kept.get(toRefKey(ref));
        return {
          ref,
          health: health.status,
          ...(reason === undefined ? { message: health.message, wouldPrune: true } : { message: reason }),
        };
      });
      const next = `${going} would be deleted${kept.size === 0 ? '' : `, ${kept.size} kept`}.`;
      await printReport(
        { kind: 'StatusReport', cluster: source, units: [{ unit, objects }], notes: run.map(describeHook), next },
        args,
        io,
      );
      return 0;
    }
    io.hold();
    await confirm(
      `Delete ${going} of unit ${unit} in ${source.description}, namespaces and claims included${describeCount(run)}?`,
      args,
      io,
    );
    const result = await whileStepping(opened, io, (clock) =>
      deleteUnit(cluster, unit, {
        clock,
        signal: io.signal,
        timeout: parseDuration(args.string('timeout') ?? '5m', 'timeout'),
        allow: () => true,
        runHooks: !args.has('no-hooks'),
        onEvent: createProgress(log),
      }),
    );
    const plan: Plan = {
      unit,
      fieldManager: 'kapply',
      before: source,
      after: { kind: 'none', description: 'nothing', kubernetesVersions: [] },
      waves: [],
      unchanged: [],
      findings: [],
      effects: [],
      salt: '',
    };
    await printReport(
      {
        kind: 'ApplyReport',
        plan,
        steps: toAppliedSteps(result.steps),
        notes: explainEnd(result),
        next: countResults(result.steps, '--no-hooks'),
      },
      args,
      io,
    );
    return signalExit(io) ?? (result.conclusion === 'applied' ? 0 : 1);
  } finally {
    await cluster.close();
  }
}

function describeHook(hook: KubernetesObject): string {
  const times = [
    ...(isHookOf(hook, 'before-removal') ? ['before anything is deleted'] : []),
    ...(isHookOf(hook, 'after-removal') ? ['once the others are deleted'] : []),
  ];
  return `The hook ${formatRef(refOf(hook))} is run ${times.join(' and ')}; --no-hooks leaves it out.`;
}

function describeCount(hooks: readonly KubernetesObject[]): string {
  return hooks.length === 0 ? '' : `, with ${hooks.length} ${hooks.length === 1 ? 'hook' : 'hooks'} to run`;
}
