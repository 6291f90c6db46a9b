import { err, errAsync, ok, okAsync, type Result, type ResultAsync } from "neverthrow";
import type { DomainView } from "../model/domain-view.ts";
import type { DriverCause, DriverError } from "../model/errors.ts";
import type { NodeId, SegmentId } from "../model/ids.ts";
import type { Segment } from "../model/segment.ts";
import type {
  CallOptions,
  Confirmation,
  Discrepancy,
  DriverBase,
  DriverCapabilities,
  DriverContext,
  HeldSegment,
  NodeCost,
  ProvisionOptions,
  SegmentReport,
} from "./driver-base.ts";
import { pause } from "./driver-call.ts";
import type { DriverEvent } from "./driver-event.ts";
import { DriverLife } from "./driver-life.ts";
import { MemoryDomain, type NodePart } from "./memory-domain.ts";

/**
 * A driver without a network: it keeps a {@link MemoryDomain} as it is asked to. For the unit tests
 * of whoever uses an agent; it passes the same conformance suite as the others.
 */
export class MemoryDriver implements DriverBase {
  readonly kind = "memory";
  /** What the nodes hold, and how they fail. */
  readonly domain: MemoryDomain;
  readonly #life = new DriverLife<DriverContext>();
  readonly #wanted = new Map<SegmentId, Segment>();
  /** Segments for which a node may hold something else than is wanted. */
  readonly #pending = new Map<NodeId, Set<SegmentId>>();
  #watch: Disposable | undefined;

  /** Drivers of one `domain` may follow one another; it is a new one when absent. */
  constructor(domain: MemoryDomain = new MemoryDomain()) {
    this.domain = domain;
  }

  attach(context: DriverContext): ResultAsync<void, DriverError> {
    const taken = this.#life.take(context.domain.id);
    if (taken.isErr()) return errAsync(taken.error);
    this.#life.serve(context);
    const { segments, leaving = [] } = context;
    for (const segment of [...leaving, ...segments]) this.#want(segment.id, segment);
    for (const { id } of leaving) this.#want(id, undefined);
    this.#watch = this.domain.watch((node, reachable) => this.#onReachable(node, reachable));
    for (const { id } of context.domain.nodes) {
      if (this.domain.isReachable(id)) this.#onReachable(id, true);
    }
    return okAsync();
  }

  updateDomain(domain: DomainView): ResultAsync<void, DriverError> {
    return this.#life.call("updateDomain", {}, async (context) => {
      const known = new Set(context.domain.nodes.map(({ id }) => id));
      this.#life.serve({ ...context, domain });
      for (const { id } of domain.nodes) {
        if (!known.has(id) && this.domain.isReachable(id)) this.#onReachable(id, true);
      }
      return ok(undefined);
    });
  }

  capabilities(): DriverCapabilities {
    return { multipoint: true, programsNodes: true, learns: true };
  }

  cost(segment: Segment): readonly NodeCost[] {
    return segment.nodes.map(({ node, rules }) => {
      const policers = new Set(rules.flatMap((rule) => rule.police?.key ?? []));
      return { node, flows: rules.length, groups: 0, meters: policers.size };
    });
  }

  provision(
    segment: Segment,
    options: ProvisionOptions = {},
  ): ResultAsync<Confirmation, DriverError> {
    return this.#life.call("provision", options, async (context, signal) => {
      const { domain } = context;
      const known = new Set(domain.nodes.map((node) => node.id));
      const causes = nodesOf(segment)
        .filter((node) => !known.has(node))
        .map((node): DriverCause => ({ node, kind: "misconfigured", message: "unknown node" }));
      if (causes.length > 0) return err({ type: "driver-failed", domain: domain.id, causes });
      this.#want(segment.id, segment);
      return this.#settle(context, segment.id, signal, options.allowPending ?? false);
    });
  }

  release(
    segment: SegmentId,
    options: ProvisionOptions = {},
  ): ResultAsync<Confirmation, DriverError> {
    return this.#life.call("release", options, async (context, signal) => {
      this.#want(segment, undefined);
      return this.#settle(context, segment, signal, options.allowPending ?? false);
    });
  }

  verify(segment: SegmentId, options: CallOptions = {}): ResultAsync<SegmentReport, DriverError> {
    return this.#life.call("verify", options, async ({ domain }) => {
      const discrepancies = domain.nodes.flatMap(({ id }) => this.#discrepancy(id, segment));
      return ok({ segment, discrepancies });
    });
  }

  list(options: CallOptions = {}): ResultAsync<readonly HeldSegment[], DriverError> {
    return this.#life.call("list", options, async ({ domain }) => {
      const reachable = domain.nodes
        .map(({ id }) => id)
        .filter((id) => this.domain.isReachable(id));
      const segments = new Set(reachable.flatMap((node) => [...this.domain.at(node).keys()]));
      return ok(
        [...segments].map((segment) => {
          const nodes = reachable.filter((node) => this.domain.at(node).has(segment));
          const held = { nodes, items: nodes.length };
          return this.#wanted.has(segment) ? { segment, ...held } : held;
        }),
      );
    });
  }

  subscribe(listener: (event: DriverEvent) => void): Disposable {
    return this.#life.subscribe(listener);
  }

  async close(): Promise<void> {
    this.#life.close();
    this.#watch?.[Symbol.dispose]();
  }

  #want(id: SegmentId, segment: Segment | undefined): void {
    const before = this.#wanted.get(id);
    if (segment === undefined) this.#wanted.delete(id);
    else this.#wanted.set(id, segment);
    for (const node of [...nodesOf(before), ...nodesOf(segment)]) {
      this.#pending.set(node, (this.#pending.get(node) ?? new Set<SegmentId>()).add(id));
    }
  }

  /** Brings every node that may not hold a segment as it should to that. */
  async #settle(
    context: DriverContext,
    id: SegmentId,
    signal: AbortSignal,
    allowPending: boolean,
  ): Promise<Result<Confirmation, DriverError>> {
    if (this.domain.delayMs > 0) await pause(context.clock, this.domain.delayMs, signal);
    const concerned = context.domain.nodes
      .map((node) => node.id)
      .filter((node) => this.#pending.get(node)?.has(id) === true);
    const pending = concerned.filter((node) => !this.domain.isReachable(node));
    const refused = concerned
      .filter((node) => this.domain.isReachable(node))
      .flatMap((node) => this.#change(node, id));
    const causes = [...refused, ...(allowPending ? [] : pending.map(cutOff))];
    return causes.length === 0
      ? ok({ pending })
      : err({ type: "driver-failed", domain: context.domain.id, causes, pending });
  }

  /** Brings one node to what is wanted, unless it refuses. */
  #change(node: NodeId, id: SegmentId): readonly DriverCause[] {
    const message = this.domain.takeRejection();
    if (message !== undefined) return [{ node, kind: "rejected", message }];
    this.#bring(node, id);
    return [];
  }

  #bring(node: NodeId, id: SegmentId): void {
    this.domain.put(node, id, partOf(this.#wanted.get(id), node));
    this.#pending.get(node)?.delete(id);
  }

  #discrepancy(node: NodeId, id: SegmentId): readonly Discrepancy[] {
    const wanted = partOf(this.#wanted.get(id), node);
    const held = this.domain.at(node).get(id);
    const isConcerned = wanted !== undefined || held !== undefined;
    const what = `segment ${id}`;
    if (!isConcerned) return [];
    if (!this.domain.isReachable(node)) return [{ node, kind: "unreachable", what }];
    if (held === undefined) return [{ node, kind: "missing", what }];
    if (wanted === undefined) return [{ node, kind: "excess", what }];
    return JSON.stringify(held) === JSON.stringify(wanted) ? [] : [{ node, kind: "differs", what }];
  }

  /** Brings a node that is there again to what is wanted, as a switch that reconnects is audited. */
  #onReachable(node: NodeId, reachable: boolean): void {
    if (!reachable) {
      this.#life.emit({ type: "node-down", node, reason: "it is cut off" });
      return;
    }
    const pending = new Set(this.#pending.get(node));
    const ids = new Set([...this.#wanted.keys(), ...this.domain.at(node).keys(), ...pending]);
    const found = [...ids].flatMap((id) => this.#discrepancy(node, id).map((d) => ({ id, ...d })));
    for (const id of ids) this.#bring(node, id);
    this.#life.emit({ type: "node-up", node });
    for (const segment of pending) this.#life.emit({ type: "confirmed", node, segment });
    const drift = found.filter(({ id }) => !pending.has(id));
    const what = drift.map((d) => `${d.kind} ${d.what}`);
    if (what.length > 0) this.#life.emit({ type: "drift", node, what, repaired: true });
  }
}

function cutOff(node: NodeId): DriverCause {
  return { node, kind: "unreachable", message: "it is cut off" };
}

/** The nodes that a segment concerns. */
function nodesOf(segment: Segment | undefined): readonly NodeId[] {
  if (segment === undefined) return [];
  const nodes = [
    ...segment.nodes.map(({ node }) => node),
    ...segment.ends.map(({ at }) => at.node),
  ];
  return [...new Set(nodes)];
}

/** What a node holds for a segment; undefined when it has no part in it. */
function partOf(segment: Segment | undefined, node: NodeId): NodePart | undefined {
  const rules = segment?.nodes.filter((its) => its.node === node).flatMap((its) => its.rules) ?? [];
  const ends = segment?.ends.filter(({ at }) => at.node === node) ?? [];
  return rules.length + ends.length === 0 ? undefined : { rules, ends };
}
