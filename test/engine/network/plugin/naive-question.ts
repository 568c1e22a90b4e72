import { getArray, getBoolean, getNumber, getString, type JsonValue } from '../../../../src/std/index.ts';
import type { KubernetesObject } from '../../../../src/model/index.ts';
import type { Flow } from '../../../../src/engine/network/index.ts';
import type { End } from '../naive-network.ts';

/** A value as it is written. */
export function toText(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A selector of Calico that the worlds use, with what it means. */
export interface KnownSelector {
  readonly text: string;
  readonly holds: (labels: Readonly<Record<string, string>>) => boolean;
}

/** One side of a connection, and what may be looked at. */
export interface Question {
  readonly objects: readonly KubernetesObject[];
  readonly flow: Flow;
  readonly type: 'Egress' | 'Ingress';
  /** The end whose policies are asked; a pod but where policies of hosts are asked. */
  readonly subject: End;
  readonly pod: KubernetesObject;
  readonly peer: End;
  readonly selectors: ReadonlyMap<string, KnownSelector['holds']>;
  /** Which of the things that nobody knows hold, this time: by their number in the order in which they are met. */
  readonly guess: (what: string) => boolean;
}

/** Whether an end is a pod in the network of its node. */
export function isHost(end: End): boolean {
  return 'pod' in end && getBoolean(end.pod, 'spec', 'hostNetwork') === true;
}

/** Whether a name of a port means the port that is asked for. */
export function hasNamed(end: End, name: string, flow: Flow): boolean {
  return (
    'pod' in end &&
    getArray(end.pod, 'spec', 'containers', 0, 'ports').some(
      (port) =>
        getString(port, 'name') === name && getString(port, 'protocol') === flow.protocol && getNumber(port, 'containerPort') === flow.port,
    )
  );
}
