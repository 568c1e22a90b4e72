import { CONTROLLERS as ENGINE_CONTROLLERS } from '../../engine/controllers/index.ts';
import { CLAIM_PROTECTION } from './claim-protection.ts';
import type { Controller } from './controller.ts';
import { DEFINITION_CLEANUP } from './definition-cleanup.ts';
import { toController } from './engine-controller.ts';
import { GARBAGE_COLLECTOR } from './garbage-collector.ts';
import { NAMESPACE_CLEANUP } from './namespace-cleanup.ts';
import { RESOURCE_QUOTA } from './resource-quota.ts';
import { SCHEDULER } from './scheduler.ts';

/** The control plane of the embedded cluster: what keeps the API's promises, and the controllers and the scheduler of the engines. */
export const CONTROLLERS: readonly Controller[] = [
  CLAIM_PROTECTION,
  DEFINITION_CLEANUP,
  GARBAGE_COLLECTOR,
  NAMESPACE_CLEANUP,
  RESOURCE_QUOTA,
  ...ENGINE_CONTROLLERS.map(toController),
  SCHEDULER,
];
