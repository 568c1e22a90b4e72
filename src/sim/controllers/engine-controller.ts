import type { StatusError, WriteResult } from '../../cluster/index.ts';
import type { Controller as EngineController, Intent } from '../../engine/controllers/index.ts';
import { gvkOf, refKeyOf, toRefKey, type GroupKind, type KubernetesObject } from '../../model/index.ts';
import type { Context } from '../api/context.ts';
import { remove } from '../api/delete.ts';
import { create, update, updateStatus } from '../api/write.ts';
import { CONTENT, type Controller, type Outcome } from './controller.ts';

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
      return carryOut({ ...context, fieldManager: engine.name }, engine.reconcile(world, object, { now: context.draft.now }));
    },
  };
}

/** Makes requests of intents. What another writer has overtaken is left: its event asks again. */
export function carryOut(context: Context, intents: readonly Intent[]): Outcome {
  let due: number | undefined;
  let refusal: StatusError | undefined;
  for (const intent of intents) {
    if (intent.type === 'requeueAt') {
      due = Math.min(due ?? intent.time, intent.time);
      continue;
    }
    const result = request(context, intent);
    if (result.kind === 'error' && result.reason !== 'Conflict' && result.reason !== 'NotFound') refusal ??= result;
  }
  return { ...(due === undefined ? {} : { due }), ...(refusal === undefined ? {} : { refusal }) };
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
