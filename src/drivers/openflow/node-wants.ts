import { isDeepStrictEqual } from "node:util";
import type { NetworkNumber, SegmentId } from "../../model/ids.ts";
import type { ForwardingRule } from "../../model/segment.ts";

/** Told when it is not known any more whether the switch holds a segment as wanted, and when it is. */
export type PendingChanged = (segment: SegmentId, isPending: boolean) => void;

const NO_RULES: readonly ForwardingRule[] = [];

/** What a node should hold, by network and segment, and for which of that it is not known to. */
export class NodeWants {
  readonly #rules = new Map<NetworkNumber, Map<SegmentId, readonly ForwardingRule[]>>();
  /** Of networks with several segments, what {@link rules} gave since they last changed. */
  readonly #joined = new Map<NetworkNumber, readonly ForwardingRule[]>();
  /** The segments of which it is not known whether the switch holds them, and when they were asked for. */
  readonly #pending = new Map<NetworkNumber, Map<SegmentId, number>>();
  /** The networks under which a segment is pending. */
  readonly #pendingUnder = new Map<SegmentId, Set<NetworkNumber>>();
  readonly #pendingChanged: PendingChanged;
  #version = 0;

  constructor(pendingChanged: PendingChanged = () => undefined) {
    this.#pendingChanged = pendingChanged;
  }

  /** Grows with every change of what is wanted. */
  get version(): number {
    return this.#version;
  }

  /** Whether the node is not known to hold everything that is wanted, and nothing else. */
  get isPending(): boolean {
    return this.#pending.size > 0;
  }

  /** The segments of which it is not known whether the node holds them as wanted. */
  get pendingSegments(): readonly SegmentId[] {
    return [...this.#pendingUnder.keys()];
  }

  /** The networks of which it is not known whether the node holds them as wanted. */
  get unsettledNetworks(): readonly NetworkNumber[] {
    return [...this.#pending.keys()];
  }

  /** The networks of which something is wanted, or waits to be removed. */
  get networks(): readonly NetworkNumber[] {
    return [...new Set([...this.#rules.keys(), ...this.#pending.keys()])];
  }

  /**
   * Wants these rules for a segment; none at all when there are no rules. Who asks for what is asked
   * for already waits with those who did.
   */
  set(segment: SegmentId, network: NetworkNumber, rules: readonly ForwardingRule[]): void {
    const wanted = this.#rules.get(network)?.get(segment) ?? NO_RULES;
    const isWaiting = this.#pending.get(network)?.has(segment) === true;
    if (isWaiting && isDeepStrictEqual(wanted, rules)) return;
    this.#version += 1;
    this.#joined.delete(network);
    this.#await(segment, network);
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
    for (const [network, segments] of this.#pending) {
      for (const segment of segments.keys()) {
        if (this.#rules.get(network)?.has(segment) !== true) this.#awaitNoMore(segment, network);
      }
    }
  }

  /** What the node should do for a network; the same array for as long as that is the same. */
  rules(network: NetworkNumber): readonly ForwardingRule[] {
    const parts = this.#rules.get(network);
    if (parts === undefined) return NO_RULES;
    const [only, ...others] = parts.values();
    if (only !== undefined && others.length === 0) return only;
    const joined = this.#joined.get(network) ?? [...parts.values()].flat();
    this.#joined.set(network, joined);
    return joined;
  }

  /** The networks under which a segment waits. */
  pendingNetworks(segment: SegmentId): readonly NetworkNumber[] {
    return [...(this.#pendingUnder.get(segment) ?? [])];
  }

  /** The node holds for this network what was wanted at `version`; gives the segments that waited. */
  settle(network: NetworkNumber, version: number): readonly SegmentId[] {
    const settled = [...(this.#pending.get(network) ?? [])]
      .filter(([, askedAt]) => askedAt <= version)
      .map(([segment]) => segment);
    for (const segment of settled) this.#awaitNoMore(segment, network);
    return settled;
  }

  #await(segment: SegmentId, network: NetworkNumber): void {
    const segments = this.#pending.get(network) ?? new Map<SegmentId, number>();
    this.#pending.set(network, segments.set(segment, this.#version));
    const under = this.#pendingUnder.get(segment) ?? new Set<NetworkNumber>();
    this.#pendingUnder.set(segment, under.add(network));
    this.#pendingChanged(segment, true);
  }

  #awaitNoMore(segment: SegmentId, network: NetworkNumber): void {
    const segments = this.#pending.get(network);
    segments?.delete(segment);
    if (segments?.size === 0) this.#pending.delete(network);
    const under = this.#pendingUnder.get(segment);
    under?.delete(network);
    if (under?.size !== 0) return;
    this.#pendingUnder.delete(segment);
    this.#pendingChanged(segment, false);
  }
}
