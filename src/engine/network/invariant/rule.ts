import { isStarMatch, uniteAll } from '../../../std/index.ts';
import { isSelected, type Selector, type World } from '../../../model/index.ts';
import { parseCidr, type AddressSet } from '../address.ts';
import { ALL_PORTS, isProtocol, toPortSet, type PortSet } from '../port-set.ts';
import { readSide } from '../side.ts';
import { toLongName, type Workload } from '../workload.ts';

/** Some ends as a configuration names them: `shop/web` (a `*` stands for any characters), `internet`, a CIDR, or selectors. */
export type EndPattern = string | { readonly namespaces: Selector | undefined; readonly pods: Selector | undefined };

/** What must, or must not, be able to connect. */
export interface ReachRule {
  /** `allow`: every pair must; `deny`: none may; `onlyFrom`: nobody but `from` may. */
  readonly kind: 'allow' | 'deny' | 'onlyFrom';
  readonly from: readonly EndPattern[];
  readonly to: readonly EndPattern[];
  /** `5432`, `53/UDP`, `8000-8010/TCP`, of the pods; empty: every port. */
  readonly ports: readonly string[];
  readonly reason: string | undefined;
  /** Where it is written: `reach.deny[0] of kplan.yaml`. */
  readonly label: string;
}

/** Ends of a world that patterns name. */
export interface Ends {
  readonly workloads: readonly Workload[];
  /** Addresses outside; none where only workloads are named. */
  readonly addresses: AddressSet;
  /** Whether people anywhere outside are meant, however they come in. */
  readonly isInternet: boolean;
}

const PRIVATE = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  'fc00::/7',
  'fe80::/10',
];
const RANGE = /^(\d+)(?:-(\d+))?(?:\/([A-Za-z]+))?$/;

/** The addresses that networks keep for themselves. */
export const PRIVATE_ADDRESSES: AddressSet = uniteAll(PRIVATE.map((text) => parseCidr(text) ?? { cuts: [] }));

/** The ends that patterns name in a world. */
export function findEnds(world: World, patterns: readonly EndPattern[]): Ends {
  const side = readSide(world);
  const isNamed = (workload: Workload): boolean =>
    patterns.some((pattern) => {
      if (typeof pattern === 'string') return isStarMatch(pattern, workload.name) || isStarMatch(pattern, toLongName(workload.ref));
      const isHome = pattern.namespaces === undefined || isSelected(pattern.namespaces, side.labelsOfNamespace(workload.namespace));
      return isHome && (pattern.pods === undefined || isSelected(pattern.pods, workload.labels));
    });
  return {
    workloads: side.workloads.filter(isNamed),
    addresses: uniteAll(patterns.flatMap((pattern) => (typeof pattern === 'string' ? (parseCidr(pattern) ?? []) : []))),
    isInternet: patterns.includes('internet'),
  };
}

/** The ports that a rule speaks of. */
export function readPorts(texts: readonly string[]): PortSet {
  if (texts.length === 0) return ALL_PORTS;
  return uniteAll(
    texts.flatMap((text) => {
      const [, first = '', last = first, name = 'TCP'] = RANGE.exec(text) ?? [];
      const protocol = name.toUpperCase();
      return isProtocol(protocol) && first !== '' ? [toPortSet(protocol, Number(first), Number(last))] : [];
    }),
  );
}
