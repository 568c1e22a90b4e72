import { intersect, subtract } from '../../../std/index.ts';
import type { Fact, World } from '../../../model/index.ts';
import { formatAddresses } from '../address.ts';
import { formatPorts, toPortSet, type PortSet } from '../port-set.ts';
import { readSide } from '../side.ts';
import { describeWay } from '../traffic/exposure-facts.ts';
import { listExposures } from '../traffic/exposures.ts';
import type { Workload } from '../workload.ts';
import { addressesOn, listDecidingLines, portsBetween, portsOutside, PUBLIC, PUBLIC_V4, someAddress } from './pair.ts';
import { findEnds, readPorts, type Ends, type ReachRule } from './rule.ts';

/** What breaks the rules of a configuration in a world: a fact for each rule and receiver, with the lines that break it. */
export function listBroken(world: World, rules: readonly ReachRule[]): readonly Fact[] {
  return rules.flatMap((rule) => toFacts(rule, listBreaches(world, rule)));
}

/** One pair of ends that a rule does not want as it is. */
interface Breach {
  readonly from: string;
  readonly to: string;
  readonly ports: string;
  readonly objects: Fact['objects'];
}

function listBreaches(world: World, rule: ReachRule): readonly Breach[] {
  const [from, to, ports] = [findEnds(world, rule.from), findEnds(world, rule.to), readPorts(rule.ports)];
  switch (rule.kind) {
    case 'allow':
      return listMissing(world, from, to, ports);
    case 'deny':
      return listOpen(world, from, to, ports);
    case 'onlyFrom': {
      const others = readSide(world).workloads.filter((workload) => !from.workloads.includes(workload) && !to.workloads.includes(workload));
      return listOpen(world, { workloads: others, addresses: NOBODY, isInternet: !from.isInternet }, to, ports);
    }
  }
}

const NOBODY: Ends['addresses'] = { cuts: [] };

function listOpen(world: World, from: Ends, to: Ends, wanted: PortSet): readonly Breach[] {
  const breaches: Breach[] = [];
  const add = (sender: string, receiver: string, ports: PortSet, ask: readonly [string, string]): void => {
    if (ports.cuts.length > 0)
      breaches.push({ from: sender, to: receiver, ports: formatPorts(ports), objects: listDecidingLines(world, ...ask, ports) });
  };
  for (const receiver of to.workloads) {
    for (const sender of from.workloads) {
      if (sender !== receiver)
        add(sender.name, receiver.name, intersect(wanted, portsBetween(world, sender, receiver)), [sender.name, receiver.name]);
    }
    if (from.addresses.cuts.length > 0) {
      const ports = intersect(wanted, portsOutside(world, 'ingress', receiver, from.addresses));
      add(formatAddresses(from.addresses), receiver.name, ports, [someAddress(from.addresses), receiver.name]);
    }
    if (from.isInternet) breaches.push(...listWays(world, receiver, wanted));
  }
  const outside = to.isInternet ? PUBLIC : to.addresses;
  for (const sender of outside.cuts.length === 0 ? [] : from.workloads) {
    const ports = intersect(wanted, portsOutside(world, 'egress', sender, outside));
    add(sender.name, to.isInternet ? 'the internet' : formatAddresses(outside), ports, [sender.name, someAddress(outside)]);
  }
  return breaches;
}

/** Ways from outside that are open, or may be. */
function listWays(world: World, receiver: Workload, wanted: PortSet): readonly Breach[] {
  return listExposures(world)
    .filter(({ workload, state, protocol, target }) => {
      const isWanted = intersect(wanted, toPortSet(protocol, target, target)).cuts.length > 0;
      return workload === receiver && state !== 'blocked' && isWanted;
    })
    .map((exposure) => ({
      from: `the outside (${describeWay(exposure)})`,
      to: receiver.name,
      ports: `${exposure.protocol} ${exposure.target}`,
      objects: exposure.hops.map(({ ref, path }) => ({ ref, path })),
    }));
}

function listMissing(world: World, from: Ends, to: Ends, wanted: PortSet): readonly Breach[] {
  const breaches: Breach[] = [];
  const add = (sender: string, receiver: string, missing: PortSet, ask: readonly [string, string]): void => {
    if (missing.cuts.length > 0)
      breaches.push({ from: sender, to: receiver, ports: formatPorts(missing), objects: listDecidingLines(world, ...ask, missing) });
  };
  for (const receiver of to.workloads) {
    for (const sender of from.workloads) {
      if (sender !== receiver)
        add(sender.name, receiver.name, subtract(wanted, portsBetween(world, sender, receiver)), [sender.name, receiver.name]);
    }
    const lost = subtract(from.addresses, addressesOn(world, 'ingress', receiver, wanted));
    if (lost.cuts.length > 0) add(formatAddresses(lost), receiver.name, wanted, [someAddress(lost), receiver.name]);
    if (from.isInternet && listWays(world, receiver, wanted).length === 0)
      add('the outside', receiver.name, wanted, [someAddress(PUBLIC_V4), receiver.name]);
  }
  const outside = to.isInternet ? PUBLIC_V4 : to.addresses;
  for (const sender of outside.cuts.length === 0 ? [] : from.workloads) {
    const lost = subtract(outside, addressesOn(world, 'egress', sender, wanted));
    if (lost.cuts.length > 0)
      add(sender.name, to.isInternet ? 'the internet' : formatAddresses(lost), wanted, [sender.name, someAddress(lost)]);
  }
  return breaches;
}

const SHOWN = 4;

function toFacts(rule: ReachRule, breaches: readonly Breach[]): readonly Fact[] {
  const groups = new Map<string, Breach[]>();
  for (const breach of breaches) {
    const key = `${breach.to} ${breach.ports}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [breach]);
    else group.push(breach);
  }
  return [...groups.values()].flatMap((group): readonly Fact[] => {
    const [first] = group;
    if (first === undefined) return [];
    const senders = group.map(({ from }) => from);
    const { to, ports } = first;
    return [
      {
        engine: 'network',
        code: rule.kind === 'allow' ? 'KN0201' : 'KN0202',
        severity: 'error',
        key: `invariant ${rule.label} ${to} ${ports} ${senders.join()}`,
        data: {
          from:
            senders.length > SHOWN
              ? `${senders.slice(0, SHOWN - 1).join(', ')} and ${senders.length - SHOWN + 1} others`
              : senders.join(', '),
          senders,
          to,
          ports,
          policy: rule.label,
          because: rule.reason === undefined ? '' : `: ${rule.reason}`,
        },
        objects: group.flatMap(({ objects }) => objects),
      },
    ];
  });
}
