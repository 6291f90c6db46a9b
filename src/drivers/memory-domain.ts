import type { NodeId, SegmentId } from "../model/ids.ts";
import type { ForwardingRule, SegmentEnd } from "../model/segment.ts";

/** What one node holds for one segment. */
export interface NodePart {
  readonly rules: readonly ForwardingRule[];
  readonly ends: readonly SegmentEnd[];
}

/**
 * A domain that exists only in memory, for unit tests: what its nodes hold, and how they fail. It
 * outlives the drivers attached to it, as switches outlive an agent.
 */
export class MemoryDomain {
  /** How long a node takes for each change, in milliseconds. */
  delayMs = 0;
  readonly #held = new Map<NodeId, Map<SegmentId, NodePart>>();
  readonly #unreachable = new Set<NodeId>();
  readonly #watchers = new Set<(node: NodeId, reachable: boolean) => void>();
  readonly #rejections: string[] = [];

  /** What a node holds, by segment. */
  at(node: NodeId): ReadonlyMap<SegmentId, NodePart> {
    return this.#held.get(node) ?? new Map();
  }

  /** Every segment of which some node holds something. */
  get segments(): ReadonlySet<SegmentId> {
    return new Set([...this.#held.values()].flatMap((parts) => [...parts.keys()]));
  }

  /** Makes a node hold this for a segment, whoever wants it; nothing when `part` is undefined. */
  put(node: NodeId, segment: SegmentId, part: NodePart | undefined): void {
    const parts = this.#held.get(node) ?? new Map<SegmentId, NodePart>();
    if (part === undefined) parts.delete(segment);
    else parts.set(segment, part);
    this.#held.set(node, parts);
  }

  /** Makes a node lose everything it holds. */
  forget(node: NodeId): void {
    this.#held.delete(node);
  }

  /** The next change that a node is asked for is refused, with this message. */
  rejectNext(message: string): void {
    this.#rejections.push(message);
  }

  /** Whether a refusal is due; it is used up. */
  takeRejection(): string | undefined {
    return this.#rejections.shift();
  }

  /** Whether a node can be reached. */
  isReachable(node: NodeId): boolean {
    return !this.#unreachable.has(node);
  }

  /** Cuts a node off from its driver, or joins it again; what it holds stays. */
  setReachable(node: NodeId, reachable: boolean): void {
    if (this.isReachable(node) === reachable) return;
    if (reachable) this.#unreachable.delete(node);
    else this.#unreachable.add(node);
    for (const watch of [...this.#watchers]) watch(node, reachable);
  }

  /** Calls `watcher` whenever a node is cut off or joined, until disposed. */
  watch(watcher: (node: NodeId, reachable: boolean) => void): Disposable {
    this.#watchers.add(watcher);
    return { [Symbol.dispose]: () => void this.#watchers.delete(watcher) };
  }
}
