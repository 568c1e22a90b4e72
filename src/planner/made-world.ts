import { World } from '../model/index.ts';
import { toDesired } from './desired.ts';
import type { PlanInput } from './input.ts';
import { readHook } from './order/hooks.ts';

/** The world that `planWorlds` says manifests lead to where nothing is there before: they are made as they are, over the context. Pure. */
export function makeWorld({
  desired,
  context,
  ...settings
}: Pick<PlanInput, 'catalog' | 'context' | 'defaultNamespace' | 'desired' | 'salt'>): World {
  const made = [...toDesired(desired, settings).byKey.values()].filter(({ object }) => readHook(object)?.moment !== 'never');
  return context.with(made.map(({ object }) => object));
}
