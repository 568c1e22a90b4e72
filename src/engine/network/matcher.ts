import { Bitset, getOrAdd, hasPoint, isSubsetIntervals, listIntervals, toInterval, uniteAll } from '../../std/index.ts';
import { isSelected, type Requirement, type Selector } from '../../model/index.ts';
import { ALL_V4, ALL_V6, type AddressSet } from './address.ts';
import type { NamedPort, Peer, PodTest, Policy } from './policy.ts';
import { NO_PORTS, toPortSet, type PortSet } from './port-set.ts';
import type { NodeEnd, Side } from './side.ts';
import type { Universe } from './universe.ts';
import type { ContainerPort, Workload } from './workload.ts';

/** Finds the ends of a universe that selectors, address blocks and port names of one side speak of. Answers are remembered. */
export class Matcher {
  readonly #side: Side;
  readonly #universe: Universe;
  readonly #nodes: ReadonlyMap<string, NodeEnd>;
  /** The workload that stands for each slot on this side. */
  readonly #pods: readonly (Workload | undefined)[];
  /** The slots that selectors can find: those that exist, without host-network pods. */
  readonly #selectable: Bitset;
  /** The slots that address blocks can find. */
  readonly #addressed: readonly (readonly [number, Workload])[];
  readonly #byNamespace = new Map<string, Bitset>();
  readonly #byLabel = new Map<string, Map<string, Bitset>>();
  readonly #selected = new Map<string, Bitset>();
  readonly #namespaces = new Map<string, Bitset>();
  readonly #tested = new Map<string, Bitset>();
  readonly #subjects = new Map<Policy, Bitset>();
  #hosts: Bitset | undefined;

  constructor(side: Side, index: number, universe: Universe) {
    this.#side = side;
    this.#universe = universe;
    this.#nodes = new Map(side.nodes.map((node) => [node.name, node]));
    this.#pods = universe.slots.map((slot) => slot.sides[index]?.[0]);
    this.#addressed = [...this.#pods.entries()].flatMap(([slot, pod]) =>
      pod !== undefined && (pod.hostNetwork || pod.addresses.length > 0) ? [[slot, pod]] : [],
    );
    this.#selectable = new Bitset(universe.size);
    for (const [slot, pod] of this.#pods.entries()) if (pod !== undefined && !pod.hostNetwork) this.#addPod(slot, pod);
  }

  #addPod(slot: number, pod: Workload): void {
    this.#selectable.add(slot);
    this.#toBits(this.#byNamespace, pod.namespace).add(slot);
    for (const [key, value] of pod.labels) {
      if (!this.#universe.labelKeys.has(key)) continue;
      let values = this.#byLabel.get(key);
      if (values === undefined) this.#byLabel.set(key, (values = new Map()));
      this.#toBits(values, value).add(slot);
    }
  }

  #toBits(map: Map<string, Bitset>, key: string): Bitset {
    let bits = map.get(key);
    if (bits === undefined) map.set(key, (bits = new Bitset(this.#universe.size)));
    return bits;
  }

  /** The ends that a policy selects: slots, and of policies of hosts the addresses of nodes. */
  subjects(policy: Policy): Bitset {
    return getOrAdd(this.#subjects, policy, () =>
      this.#peer(policy.subject, policy.namespace).and(policy.isOfHosts === true ? this.#onHosts() : this.#selectable),
    );
  }

  /** The ends that the peers of a rule name; undefined peers are everybody. */
  peers(peers: readonly Peer[] | undefined, namespace: string): Bitset {
    if (peers === undefined) return Bitset.full(this.#universe.size);
    const bits = new Bitset(this.#universe.size);
    for (const peer of peers) bits.addAll(this.#peer(peer, namespace));
    return bits;
  }

  /** The slots by the port that a name has on them, as a set of one port; a pod may have the name several times. */
  resolve(named: NamedPort): readonly { readonly ports: PortSet; readonly slots: Bitset }[] {
    const found = new Map<string, { readonly ports: PortSet; readonly slots: Bitset }>();
    for (const [slot, pod] of this.#pods.entries()) {
      for (const { protocol, port } of pod === undefined ? [] : listPorts(pod, named)) {
        const key = `${protocol} ${port}`;
        let known = found.get(key);
        if (known === undefined)
          found.set(key, (known = { ports: toPortSet(protocol, port, port), slots: new Bitset(this.#universe.size) }));
        known.slots.add(slot);
      }
    }
    return [...found.values()];
  }

  /** The ports that a name has on a slot. */
  portsOn(slot: number, named: NamedPort): PortSet {
    const pod = this.#pods[slot];
    return pod === undefined ? NO_PORTS : uniteAll(listPorts(pod, named).map(({ protocol, port }) => toPortSet(protocol, port, port)));
  }

  #peer(peer: Peer, namespace: string): Bitset {
    switch (peer.kind) {
      case 'addresses':
        return this.#within(peer);
      case 'nodes':
        return this.#onNodes(new Set(this.#side.nodes.flatMap(({ name, labels }) => (isSelected(peer.nodes, labels) ? [name] : []))));
      case 'placed':
        return this.#onNodes(new Set(peer.nodes));
      case 'unplaced':
        return this.#unplaced();
      case 'hosts':
        return this.#onHosts();
      case 'pods':
        return this.#inNamespaces(peer.namespaces, namespace).and(this.#select(peer.pods));
      case 'test':
        return this.#passing(peer);
      case 'every':
        return peer.of.reduce((bits, item) => bits.and(this.#peer(item, namespace)), Bitset.full(this.#universe.size));
      case 'either':
        return this.peers(peer.of, namespace);
      case 'not':
        return Bitset.full(this.#universe.size).andNot(this.#peer(peer.of, namespace));
    }
  }

  #passing({ text, namespace, isMatch }: PodTest): Bitset {
    return remember(this.#tested, text, () => {
      const bits = new Bitset(this.#universe.size);
      for (const slot of (namespace === undefined ? this.#selectable : this.#inNamespace(namespace)).members()) {
        const pod = this.#pods[slot];
        if (pod !== undefined && isMatch({ ...pod, namespaceLabels: this.#side.labelsOfNamespace(pod.namespace) })) bits.add(slot);
      }
      return bits;
    });
  }

  #onHosts(): Bitset {
    if (this.#hosts !== undefined) return this.#hosts;
    const bits = this.#outside(toPoints(this.#side.nodeAddresses));
    for (const [slot, pod] of this.#addressed) if (pod.hostNetwork) bits.add(slot);
    return (this.#hosts = bits);
  }

  #inNamespace(namespace: string): Bitset {
    return this.#byNamespace.get(namespace) ?? new Bitset(this.#universe.size);
  }

  #inNamespaces(selector: Selector | undefined, own: string): Bitset {
    if (selector === undefined) return this.#inNamespace(own);
    return remember(this.#namespaces, toSelectorKey(selector), () => {
      const bits = new Bitset(this.#universe.size);
      for (const [namespace, pods] of this.#byNamespace) {
        if (isSelected(selector, this.#side.labelsOfNamespace(namespace))) bits.addAll(pods);
      }
      return bits;
    });
  }

  #select(selector: Selector): Bitset {
    return remember(this.#selected, toSelectorKey(selector), () => {
      if (selector.invalid === true) return new Bitset(this.#universe.size);
      return selector.requirements.reduce((bits, requirement) => this.#narrow(bits, requirement), this.#selectable);
    });
  }

  #narrow(bits: Bitset, { key, operator, values }: Requirement): Bitset {
    const having = this.#byLabel.get(key) ?? new Map<string, Bitset>();
    const either = (list: Iterable<Bitset | undefined>): Bitset => {
      const union = new Bitset(this.#universe.size);
      for (const item of list) if (item !== undefined) union.addAll(item);
      return union;
    };
    switch (operator) {
      case 'In':
        return bits.and(either(values.map((value) => having.get(value))));
      case 'NotIn':
        return bits.andNot(either(values.map((value) => having.get(value))));
      case 'Exists':
        return bits.and(either(having.values()));
      case 'DoesNotExist':
        return bits.andNot(either(having.values()));
      case 'Gt':
      case 'Lt':
        return new Bitset(this.#universe.size);
    }
  }

  #within({ addresses, meaning }: Extract<Peer, { kind: 'addresses' }>): Bitset {
    const bits = this.#outside(addresses);
    if (meaning === 'outside') return bits.andNot(this.#onHosts());
    for (const [slot, pod] of this.#addressed)
      if ((pod.hostNetwork || meaning !== 'nodes') && this.#isWithin(pod, addresses)) bits.add(slot);
    const meansAll = meaning === 'pods' && (isSubsetIntervals(ALL_V4, addresses) || isSubsetIntervals(ALL_V6, addresses));
    if (meansAll) bits.addAll(this.#selectable);
    return bits;
  }

  #outside(addresses: AddressSet): Bitset {
    const bits = new Bitset(this.#universe.size);
    for (const { start, end } of listIntervals(addresses)) {
      const last = this.#universe.atomAt(end);
      for (let atom = this.#universe.atomAt(start); atom < last; atom++) bits.add(atom);
    }
    return bits;
  }

  #unplaced(): Bitset {
    const slots = this.#addressed.flatMap(([slot, pod]) => (pod.hostNetwork && pod.node === undefined ? [slot] : []));
    return Bitset.of(this.#universe.size, slots);
  }

  #onNodes(names: ReadonlySet<string>): Bitset {
    const nodes = [...names].flatMap((name) => this.#nodes.get(name) ?? []);
    const bits = this.#outside(toPoints(nodes.flatMap(({ addresses }) => addresses)));
    const isEvery = nodes.length > 0 && nodes.length === this.#nodes.size;
    for (const [slot, pod] of this.#addressed) {
      const isOn = pod.node === undefined ? isEvery : names.has(pod.node) && this.#nodes.has(pod.node);
      if (pod.hostNetwork && isOn) bits.add(slot);
    }
    return bits;
  }

  #isWithin(pod: Workload, addresses: AddressSet): boolean {
    if (!pod.hostNetwork) return pod.addresses.some((address) => hasPoint(addresses, address));
    const own = pod.node === undefined ? undefined : this.#nodes.get(pod.node)?.addresses;
    const nodes = own ?? this.#side.nodeAddresses;
    if (nodes.length > 0) return nodes.every((address) => hasPoint(addresses, address));
    return isSubsetIntervals(ALL_V4, addresses) || isSubsetIntervals(ALL_V6, addresses);
  }
}

function toPoints(addresses: readonly bigint[]): AddressSet {
  return uniteAll(addresses.map((address) => toInterval(address, address + 1n)));
}

function listPorts(pod: Workload, { name, protocol }: NamedPort): readonly ContainerPort[] {
  return pod.ports.filter((port) => port.name === name && (protocol === undefined || port.protocol === protocol));
}

function remember(memo: Map<string, Bitset>, key: string, compute: () => Bitset): Bitset {
  const known = memo.get(key);
  if (known !== undefined) return known;
  const bits = compute();
  memo.set(key, bits);
  return bits;
}

const keys = new WeakMap<Selector, string>();

/** The same text for equal selectors. */
export function toSelectorKey(selector: Selector): string {
  let key = keys.get(selector);
  if (key === undefined) keys.set(selector, (key = writeKey(selector)));
  return key;
}

function writeKey(selector: Selector): string {
  return JSON.stringify([selector.invalid === true, selector.requirements.map(({ key, operator, values }) => [key, operator, ...values])]);
}
