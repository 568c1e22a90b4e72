import type { Controller } from './controller.ts';
import { DEFINITION_CLEANUP } from './definition-cleanup.ts';
import { GARBAGE_COLLECTOR } from './garbage-collector.ts';
import { NAMESPACE_CLEANUP } from './namespace-cleanup.ts';

/** The control plane of the embedded cluster. */
export const CONTROLLERS: readonly Controller[] = [DEFINITION_CLEANUP, GARBAGE_COLLECTOR, NAMESPACE_CLEANUP];
