import type { World } from '../../../model/index.ts';
import type { Entry } from './entry.ts';
import { listGatewayEntries } from './gateway.ts';
import { listIngressEntries } from './ingress.ts';
import { listRouteEntries } from './open-shift-route.ts';

/** Every rule by which something comes in through a proxy: of Ingresses, Routes of OpenShift and the Gateway API; cached. */
export function listEntries(world: World): readonly Entry[] {
  return world.derive(computeEntries);
}

function computeEntries(world: World): readonly Entry[] {
  return [...listIngressEntries(world), ...listRouteEntries(world), ...listGatewayEntries(world)];
}
