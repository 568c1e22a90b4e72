import { nameOf, namespaceOf, type KubernetesObject, type World } from '../../model/index.ts';
import { compareBy, getNumber, getObject, isEqualJson, type JsonObject } from '../../std/index.ts';
import { toDelete, type Intent } from './controller.ts';
import { childrenOf, toControllerReference } from './ownership.ts';
import { computeRevisionHash, computeTemplateHash } from './template-hash/template-hash.ts';
import { REVISION_HASH, templateOf, toTemplateHash } from './template.ts';

/** The revisions of a StatefulSet or DaemonSet, and what has to be done for the current template to have one. */
export interface Revisions {
  /** The name of the revision of the current template. */
  readonly update: string;
  readonly all: readonly KubernetesObject[];
  readonly intents: readonly Intent[];
}

/**
 * Finds or makes the ControllerRevision of a workload's template (`controller/history`), which is named as by the controllers of
 * `kubernetesVersion`; one that comes back gets the highest number.
 */
export function findRevisions(world: World, workload: KubernetesObject, used: ReadonlySet<string>, kubernetesVersion?: string): Revisions {
  const all = childrenOf(world, workload, 'apps', 'ControllerRevision').toSorted(
    compareBy((item) => getNumber(item, 'revision') ?? 0, nameOf),
  );
  const data = toData(workload);
  const known = all.findLast((item) => isEqualJson(item['data'], data));
  const highest = Math.max(0, ...all.map((item) => getNumber(item, 'revision') ?? 0));
  if (known === undefined) {
    const object = toRevision(workload, data, highest + 1, toHash(workload, kubernetesVersion));
    return { update: nameOf(object), all: [...all, object], intents: [{ type: 'create', object }, ...truncate(workload, all, used)] };
  }
  const isNewest = getNumber(known, 'revision') === highest;
  const intents: Intent[] = isNewest ? [] : [{ type: 'update', object: { ...known, revision: highest + 1 } }];
  const kept = new Set([...used, nameOf(known)]);
  return { update: nameOf(known), all, intents: [...intents, ...truncate(workload, all, kept)] };
}

function truncate(workload: KubernetesObject, all: readonly KubernetesObject[], used: ReadonlySet<string>): Intent[] {
  const unused = all.filter((item) => !used.has(nameOf(item)));
  const surplus = unused.length - (getNumber(workload, 'spec', 'revisionHistoryLimit') ?? 10);
  return unused.slice(0, Math.max(0, surplus)).map((item) => toDelete(item));
}

function toData(workload: KubernetesObject): JsonObject {
  return { spec: { template: { ...templateOf(workload), $patch: 'replace' } } };
}

function toHash(workload: KubernetesObject, kubernetesVersion: string | undefined): string {
  const template = templateOf(workload);
  const collisions = getNumber(workload, 'status', 'collisionCount');
  if (workload.kind === 'StatefulSet') return computeRevisionHash(template, kubernetesVersion, collisions ?? 0);
  return computeTemplateHash(template, kubernetesVersion, collisions) ?? toTemplateHash(template);
}

function toRevision(workload: KubernetesObject, data: JsonObject, revision: number, hash: string): KubernetesObject {
  const namespace = namespaceOf(workload);
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${nameOf(workload)}-${hash}`,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...getObject(templateOf(workload), 'metadata', 'labels'), [REVISION_HASH]: hash },
      ownerReferences: [toControllerReference(workload)],
    },
    data,
    revision,
  };
}

/** The template that a revision keeps; undefined if there is no such revision. */
export function templateOfRevision(revisions: Revisions, name: string): JsonObject | undefined {
  const template = getObject(
    revisions.all.find((item) => nameOf(item) === name),
    'data',
    'spec',
    'template',
  );
  if (template === undefined) return undefined;
  const { $patch: _, ...rest } = template;
  return rest;
}
