import type { StatusError, WriteResult } from '../../cluster/index.ts';
import type { Controller as EngineController, Intent } from '../../engine/controllers/index.ts';
import { gvkOf, refKeyOf, toRefKey, type GroupKind, type KubernetesObject } from '../../model/index.ts';
import type { Context } from '../api/context.ts';
import { remove } from '../api/delete.ts';
import { create, update, updateStatus } from '../api/write.ts';
import { CONTENT, type Controller, type Outcome } from './controller.ts';
import { noteRefusedPod, type RefusedPod } from './refused-pod.ts';

/** A controller of the engine, fed with events, and its intents carried out as requests to the API. */
export function toController(engine: EngineController): Controller {
  return {
    name: engine.name,
    ...(engine.isBackground === true ? { isBackground: true } : {}),
    *concerns({ object }, { world }) {
      if (isOf(object, engine.kind)) yield refKeyOf(object);
      if (!engine.watches.some((kind) => isOf(object, kind))) return;
      for (const ref of engine.concerns(world, object)) yield toRefKey(ref);
    },
    reconcile(context, key, { world }) {
      const object = world.kind(engine.kind.group, engine.kind.kind).byKey.get(key);
      if (object === undefined) return CONTENT;
      const own = { ...context, fieldManager: engine.name };
      const { refusedPod, ...outcome } = carryOut(
        own,
        engine.reconcile(world, object, { now: context.draft.now, kubernetesVersion: context.catalog.version }),
      );
      if (MAKERS.has(engine.kind.kind)) noteRefusedPod(own, key, refusedPod);
      return outcome;
    },
  };
}

/** Kinds that pods are made for. */
const MAKERS: ReadonlySet<string> = new Set(['DaemonSet', 'Job', 'ReplicaSet', 'ReplicationController', 'StatefulSet']);

/** How intents were carried out. */
interface CarriedOut extends Outcome {
  /** The first pod that the API refused to make. */
  readonly refusedPod?: RefusedPod;
}

/** Makes requests of intents. What another writer has overtaken is left: its event asks again. */
export function carryOut(context: Context, intents: readonly Intent[]): CarriedOut {
  let due: number | undefined;
  let refusal: StatusError | undefined;
  let refusedPod: RefusedPod | undefined;
  for (const intent of intents) {
    if (intent.type === 'requeueAt') {
      due = Math.min(due ?? intent.time, intent.time);
      continue;
    }
    const result = request(context, intent);
    if (result.kind !== 'error' || result.reason === 'Conflict' || result.reason === 'NotFound') continue;
    refusal ??= result;
    if (intent.type === 'create' && intent.object.kind === 'Pod') refusedPod ??= { pod: intent.object, error: result };
  }
  return {
    ...(due === undefined ? {} : { due }),
    ...(refusal === undefined ? {} : { refusal }),
    ...(refusedPod === undefined ? {} : { refusedPod }),
  };
}

function request(context: Context, intent: Exclude<Intent, { readonly type: 'requeueAt' }>): WriteResult {
  switch (intent.type) {
    case 'create':
      return create(context, intent.object);
    case 'update':
      return update(context, intent.object);
    case 'updateStatus':
      return updateStatus(context, intent.object);
    case 'delete':
      return remove(context, intent.ref, intent);
  }
}

function isOf(object: KubernetesObject, kind: GroupKind): boolean {
  const gvk = gvkOf(object);
  return gvk.kind === kind.kind && gvk.group === kind.group;
}
