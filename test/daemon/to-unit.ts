import type { Unit } from '../../src/daemon/index.ts';

/** A unit that says nothing but its name, and what else is given. */
export function toUnit(name: string, more: Partial<Unit> = {}): Unit {
  return {
    name,
    path: `apps/${name}`,
    dependsOn: [],
    healthChecks: [],
    windows: [],
    allow: [],
    limits: {},
    prune: true,
    suspend: false,
    force: false,
    onFailure: 'hold',
    deletionPolicy: 'keep',
    retry: {},
    fingerprint: `${name}${JSON.stringify(more)}`,
    ...more,
  };
}
