import type { Environment } from '../environment.ts';
import { createEnvironment } from '../environment.ts';
import { struct } from '../struct-type.ts';
import { BOOL, DYN, mapOf, STRING, type CelType } from '../type.ts';
import { BINDINGS } from './bindings.ts';
import { QUANTITY_TYPE } from './quantity.ts';

const field = (property: string, type: CelType): [string, { property: string; type: CelType }] => [property, { property, type }];
const DEVICE: CelType = struct(
  'kubernetes.DRADevice',
  new Map([
    field('allowMultipleAllocations', BOOL),
    field('attributes', mapOf(STRING, mapOf(STRING, DYN))),
    field('capacity', mapOf(STRING, mapOf(STRING, QUANTITY_TYPE))),
    field('driver', STRING),
  ]),
);

/** The environment of selectors of devices (`k8s.io/dynamic-resource-allocation/cel`): its variable is `device`. */
export function createDeviceEnvironment(version: string): Environment {
  return createEnvironment({ version, variables: { device: DEVICE }, libraries: [BINDINGS] });
}
