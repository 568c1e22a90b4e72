import { formatRef, gvkOf, KplanError, refOf, type ObjectRef } from '../../model/index.ts';
import { isHookOf, isLeftOut, withNamespace } from '../../planner/index.ts';
import { listUnknownKinds, parentRef, planLeastRights, readInventory } from '../../reconcile/index.ts';
import { stringifyYaml } from '../../report/index.ts';
import { stringifyJsonInOrder } from '../../std/index.ts';
import { usage, type Arguments } from '../arguments.ts';
import { createLog, type Io } from '../io.ts';
import { NOTHING, type Before } from '../stages/before.ts';
import { openBefore } from '../stages/open-before.ts';
import { readDesired, type Desired } from '../stages/desired.ts';
import { catalogOf } from '../stages/catalog.ts';
import { chooseTarget, findGiven, LIVE_FLAGS } from '../stages/target.ts';

/** `kplan rbac --for-kapply [PATH]`: objects for kubectl, as YAML documents or a JSON List. */
export async function printLeastRights(args: Arguments, io: Io): Promise<number> {
  const format = readFormat(args);
  const log = createLog(io, args.has('quiet'), args.has('verbose'));
  const desired = await readDesired(args, io, log, args.positionals[0] ?? '.');
  mustBeKnown(desired);
  const account = readAccount(args, desired);
  const before = await openGiven(desired, args, io);
  try {
    const catalog = catalogOf(desired, before, args);
    const objects = desired.manifests
      .filter(({ object }) => !isLeftOut(object) || isHookOf(object))
      .map(({ object }) => withNamespace(object, catalog.find(gvkOf(object)), desired.defaultNamespace));
    const unknown = listUnknownKinds(objects, catalog);
    if (unknown.length > 0)
      throw new KplanError('UNREADABLE', `what rights these kinds need is not known: ${unknown.join(', ')}`, {
        hint: '--live or --snapshot FILE names a cluster that has their definitions',
      });
    const owned = await listOwned(desired, before, objects.map(refOf));
    const rights = planLeastRights({
      unit: desired.unit,
      objects,
      owned,
      known: before.world,
      catalog,
      account,
      daemon: args.has('daemon'),
      adopts: args.has('adopt'),
    });
    for (const note of rights.notes) log.warn(note);
    const items = rights.objects;
    if (format === 'json') io.out(`${stringifyJsonInOrder({ apiVersion: 'v1', kind: 'List', items }, 2)}\n`);
    else io.out(items.map((item) => stringifyYaml(item)).join('---\n'));
    return 0;
  } finally {
    await before.opened?.cluster.close();
  }
}

function readFormat(args: Arguments): 'json' | 'yaml' {
  const [format = 'yaml', ...others] = args.list('output');
  if (others.length === 0 && (format === 'json' || format === 'yaml')) return format;
  throw usage(args.command, 'kplan rbac --for-kapply prints objects for kubectl: -o yaml or -o json');
}

function readAccount(args: Arguments, { unit }: Desired): { readonly namespace: string; readonly name: string } {
  const text = args.string('service-account');
  if (text === undefined) return { namespace: parentRef(unit).namespace, name: parentRef(unit).name };
  const [, namespace, name] = /^([a-z0-9-]+)\/([a-z0-9.-]+)$/.exec(text) ?? [];
  if (namespace !== undefined && name !== undefined) return { namespace, name };
  throw usage(args.command, `--service-account ${text} is not NAMESPACE/NAME`);
}

/** What cannot be read may need rights, too. */
function mustBeKnown({ findings }: Desired): void {
  const fault = findings.find(({ severity }) => severity === 'error');
  if (fault === undefined) return;
  throw new KplanError('UNREADABLE', 'not all of the manifests can be understood, and what stands there may need rights', {
    hint: '`kplan validate` names the places',
  });
}

/** Rights are a question of the manifests; a cluster is read only where one is named. */
async function openGiven(desired: Desired, args: Arguments, io: Io): Promise<Before> {
  const log = createLog(io, args.has('quiet'), args.has('verbose'));
  const file = args.string('snapshot');
  if (findGiven(args, ['embedded', ...LIVE_FLAGS]) !== undefined) return openBefore(chooseTarget(args, io, log), desired, args, io, log);
  return file === undefined ? NOTHING : openBefore({ kind: 'snapshot', file }, desired, args, io, log);
}

/** What the unit has in the cluster and does not ask for any more. */
async function listOwned({ unit }: Desired, { opened }: Before, wanted: readonly ObjectRef[]): Promise<readonly ObjectRef[]> {
  if (opened === undefined) return [];
  const names = new Set(wanted.map(formatRef));
  const { objects } = await readInventory(opened.cluster, unit);
  return objects.map(refOf).filter((ref) => !names.has(formatRef(ref)));
}
