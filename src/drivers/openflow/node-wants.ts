import type { NetworkNumber, SegmentId } from "../../model/ids.ts";
import type { ForwardingRule } from "../../model/segment.ts";

/** A segment of which it is not known whether the switch holds what is wanted. */
interface Pending {
  readonly segment: SegmentId;
  readonly network: NetworkNumber;
  /** When it was last asked for, see {@link NodeWants.version}. */
  readonly version: number;
}

/** What a node should hold, by network and segment, and for which of that it is not known to. */
export class NodeWants {
  readonly #rules = new Map<NetworkNumber, Map<SegmentId, readonly ForwardingRule[]>>();
  #pending: readonly Pending[] = [];
  #version = 0;

  /** Grows with every change of what is wanted. */
  get version(): number {
    return this.#version;
  }

  /** The networks of which something is wanted, or waits to be removed. */
  get networks(): readonly NetworkNumber[] {
    return [...new Set([...this.#rules.keys(), ...this.#pending.map(({ network }) => network)])];
  }

  /** Wants these rules for a segment; none at all when there are no rules. */
  set(segment: SegmentId, network: NetworkNumber, rules: readonly ForwardingRule[]): void {
    this.#version += 1;
    const others = this.#pending.filter((p) => p.segment !== segment || p.network !== network);
    this.#pending = [...others, { segment, network, version: this.#version }];
    const parts = this.#rules.get(network) ?? new Map<SegmentId, readonly ForwardingRule[]>();
    if (rules.length > 0) parts.set(segment, rules);
    else parts.delete(segment);
    if (parts.size > 0) this.#rules.set(network, parts);
    else this.#rules.delete(network);
  }

  /**
   * Waits no longer for what is to be removed: whoever may change the node next reads all of it first,
   * and removes what nobody wants.
   */
  forgetRemoved(): void {
    this.#pending = this.#pending.filter(
      ({ segment, network }) => this.#rules.get(network)?.has(segment) === true,
    );
  }

  /** What the node should do for a network. */
  rules(network: NetworkNumber): readonly ForwardingRule[] {
    return [...(this.#rules.get(network)?.values() ?? [])].flat();
  }

  /** The networks under which a segment waits. */
  pendingNetworks(segment: SegmentId): readonly NetworkNumber[] {
    return this.#pending.filter((p) => p.segment === segment).map(({ network }) => network);
  }

  /** The node holds for this network what was wanted at `version`; gives the segments that waited. */
  settle(network: NetworkNumber, version: number): readonly SegmentId[] {
    const isSettled = (p: Pending): boolean => p.network === network && p.version <= version;
    const settled = this.#pending.filter(isSettled).map(({ segment }) => segment);
    this.#pending = this.#pending.filter((p) => !isSettled(p));
    return settled;
  }
}
