import { err, ok, type Result } from "neverthrow";
import { bandwidth } from "../../model/bandwidth.ts";
import type { DomainView, NodeView } from "../../model/domain-view.ts";
import type { DriverCause, DriverFailed } from "../../model/errors.ts";
import type { DatapathId, DomainId, NetworkNumber, NodeId, SegmentId } from "../../model/ids.ts";
import { distinctSteps, type RateSteps } from "../../model/rate-steps.ts";
import { sameValue } from "../../model/same-value.ts";
import type { Segment } from "../../model/segment.ts";
import type { Confirmation, Discrepancy, HeldSegment, SegmentReport } from "../driver-base.ts";
import type { NodeRole } from "../roles.ts";
import type { DomainAudit, NodeAudit } from "./audit-report.ts";
import { causeAt } from "./blocked.ts";
import type { SwitchProfile } from "./compile/switch-profile.ts";
import { heldSegments } from "./held-segments.ts";
import type { PendingChanged } from "./node-wants.ts";
import type { ProberVisit } from "./probe/prober-visit.ts";
import type { SwitchProber } from "./probe/switch-prober.ts";
import type { NodeCallOptions, SwitchNode } from "./switch-node.ts";
import type { NodeProblem } from "./switch-problem.ts";

/** A network's part at one node. */
interface Part {
  readonly node: SwitchNode;
  readonly network: NetworkNumber;
}

const NO_NODES: ReadonlySet<SwitchNode> = new Set();

/** Makes a node, which tells of its segments whether they are pending. */
export type MakeNode = (view: NodeView, pendingChanged: PendingChanged) => SwitchNode;

/** The nodes of a domain together: which segments they should hold, and the work on all at once. */
export class DomainNodes {
  #view: DomainView;
  readonly #make: MakeNode;
  readonly #segments = new Map<SegmentId, Segment>();
  /** The nodes that are not known to hold a segment as it should be. */
  readonly #pendingAt = new Map<SegmentId, Set<SwitchNode>>();
  #nodes: ReadonlyMap<NodeId, SwitchNode> = new Map();
  #byDatapath: ReadonlyMap<DatapathId | undefined, SwitchNode | undefined> = new Map();

  /** Without nodes at first; `make` makes them. */
  constructor(domain: DomainId, make: MakeNode) {
    this.#view = { id: domain, nodes: [] };
    this.#make = make;
  }

  /** The inventory. */
  get view(): DomainView {
    return this.#view;
  }

  /** Has these nodes from now on; those that it has no more are left alone with what they hold. */
  update(views: readonly NodeView[]): void {
    const before = this.#nodes;
    this.#view = { ...this.#view, nodes: views };
    this.#nodes = new Map(
      views.map((view) => [view.id, before.get(view.id) ?? this.#create(view)]),
    );
    this.#byDatapath = new Map(views.map((view) => [view.datapathId, this.#nodes.get(view.id)]));
    for (const [id, node] of before) {
      if (!this.#nodes.has(id)) this.#retire(node);
    }
    for (const view of views) before.get(view.id)?.update(view);
  }

  /** The node whose switch has this datapath id. */
  at(datapathId: DatapathId): SwitchNode | undefined {
    return this.#byDatapath.get(datapathId);
  }

  /** What each switch can do that is connected, or has been. */
  profiles(): ReadonlyMap<NodeId, SwitchProfile> {
    const known = [...this.#nodes.values()].flatMap(({ id, profile }) =>
      profile === undefined ? [] : [[id, profile] as const],
    );
    return new Map(known);
  }

  /** In which steps switches have rates that have not any, each kind once. */
  rateSteps(): readonly RateSteps[] {
    const found: RateSteps[] = [];
    for (const { profile } of this.#nodes.values()) {
      if (profile?.meterSteps === undefined) continue;
      const { rateKbps, rateBits } = profile.meterSteps;
      const step = bandwidth(1000 * rateKbps);
      found.push(rateBits === undefined ? { step } : { step, bits: rateBits });
    }
    return distinctSteps(found);
  }

  /** What a node's switch can do, if it has ever been connected. */
  profileOf(node: NodeId): SwitchProfile | undefined {
    return this.#nodes.get(node)?.profile;
  }

  /**
   * Why a segment cannot be carried: nodes that there are not, and what switches lack of which that is known,
   * all of them or those that nobody else is the master of.
   */
  lacks(segment: Segment, whose: "all" | "ours" = "all"): readonly DriverCause[] {
    const strangers = segment.nodes.filter(({ node }) => !this.#nodes.has(node));
    const refusals = segment.nodes.flatMap(({ node, rules }) => {
      const its = this.#nodes.get(node);
      if (its === undefined || (whose === "ours" && its.isSlave)) return [];
      return its.refusals(rules, segment.network).map((problem) => causeAt(node, problem, segment));
    });
    return [...strangers.map(({ node }) => stranger(node)), ...refusals];
  }

  /**
   * From now on the nodes should hold exactly this segment under its id. Gives those that hold their part
   * of it as it is, and need not be read again: where nothing changes at all, that is none.
   */
  want(segment: Segment): ReadonlySet<SwitchNode> {
    const before = this.#segments.get(segment.id);
    const kept = before === undefined ? NO_NODES : this.#kept(before, segment);
    if (before !== undefined) this.#leave(before, segment);
    this.#segments.set(segment.id, segment);
    for (const { node, rules } of segment.nodes) {
      const its = this.#nodes.get(node);
      if (its !== undefined && !kept.has(its)) its.want(segment.id, segment.network, rules);
    }
    return kept;
  }

  /** The nodes of which `next` asks what they hold already, if it asks others for something else. */
  #kept(before: Segment, next: Segment): ReadonlySet<SwitchNode> {
    if (before.network !== next.network) return NO_NODES;
    const rulesBefore = new Map(before.nodes.map(({ node, rules }) => [node, rules]));
    const alike = next.nodes.filter(({ node, rules }) => sameValue(rules, rulesBefore.get(node)));
    const isSame = alike.length === next.nodes.length && alike.length === before.nodes.length;
    if (isSame) return NO_NODES;
    const nodes = alike.flatMap(({ node }) => this.#nodes.get(node) ?? []);
    return new Set(nodes.filter((node) => node.isSettled(next.network, next.id)));
  }

  /** From now on the nodes should hold nothing under this id. */
  unwant(id: SegmentId): void {
    const segment = this.#segments.get(id);
    this.#segments.delete(id);
    if (segment !== undefined) this.#leave(segment);
  }

  /** Brings every node that may not hold a segment as it should to that; those `kept` do. */
  async settle(
    id: SegmentId,
    options: NodeCallOptions,
    kept: ReadonlySet<SwitchNode> = NO_NODES,
  ): Promise<Result<Confirmation, DriverFailed>> {
    const parts = this.#parts(id).filter(({ node }) => !kept.has(node));
    const outcomes = await Promise.all(
      parts.map(async ({ node, network }) => {
        const outcome = await node.converge(network, id, options);
        return { node: node.id, outcome };
      }),
    );
    const failures = outcomes.flatMap(({ node, outcome }) =>
      outcome.isErr() ? { node, ...outcome.error } : [],
    );
    const pending = this.pendingNodes(id);
    const fatal = failures.filter((f) => !f.isAway || !options.allowPending);
    if (fatal.length === 0) return ok({ pending });
    const segment = this.#segments.get(id);
    const causes = fatal.flatMap(({ node, problems }) =>
      problems.map((problem) => causeAt(node, problem, segment)),
    );
    return err({ ...this.#failed(causes), pending });
  }

  /** The nodes that are not known to hold a segment as it should be. */
  pendingNodes(id: SegmentId): readonly NodeId[] {
    return [...(this.#pendingAt.get(id) ?? [])].map((node) => node.id);
  }

  /** Compares what the nodes hold with what they should for a segment. */
  async verify(id: SegmentId, signal: AbortSignal): Promise<Result<SegmentReport, DriverFailed>> {
    const discrepancies: Discrepancy[] = [];
    const causes: DriverCause[] = [];
    await Promise.all(
      this.#parts(id).map(async (part) => {
        const node = part.node.id;
        const found = await part.node.verify(part.network, signal);
        found.match(
          (differences) => discrepancies.push(...differences.map((d) => ({ node, ...d }))),
          ({ isAway, problems }) =>
            isAway
              ? discrepancies.push({ node, kind: "unreachable", what: messages(problems) })
              : causes.push(...problems.map((problem) => ({ node, ...problem }))),
        );
      }),
    );
    if (causes.length > 0) return err(this.#failed(causes));
    return ok({ segment: id, discrepancies });
  }

  /** Audits every node; see {@link SwitchNode.audit}. */
  async audit(): Promise<DomainAudit> {
    const nodes: NodeAudit[] = [];
    const unknown: DriverCause[] = [];
    await Promise.all(
      [...this.#nodes].map(async ([node, its]) => {
        const audited = await its.audit();
        audited.match(
          (report) => nodes.push(report),
          ({ problems }) => unknown.push(...problems.map((problem) => ({ node, ...problem }))),
        );
      }),
    );
    return { nodes, unknown };
  }

  /** Says who we are to a node; see `DriverBase.setRole`. */
  async setRole(node: NodeId, role: NodeRole): Promise<Result<void, DriverFailed>> {
    const its = this.#nodes.get(node);
    if (its === undefined) return err(this.#failed([stranger(node)]));
    const set = await its.setRole(role);
    return set.mapErr((problems) =>
      this.#failed(problems.map((problem) => ({ node, ...problem }))),
    );
  }

  /** What the nodes that can be read hold; a network of no segment we know of is an orphan. */
  async list(): Promise<readonly HeldSegment[]> {
    const read = await Promise.all(
      [...this.#nodes.values()].map(async (node) => {
        const holdings = await node.holdings();
        return holdings === undefined ? [] : [{ node: node.id, holdings }];
      }),
    );
    return heldSegments(read.flat(), this.#segments.values());
  }

  /** The segment that the nodes should hold under this id. */
  segment(id: SegmentId): Segment | undefined {
    return this.#segments.get(id);
  }

  /** Sends and catches packets at a node's switch, while that is ours to change. */
  prober(node: NodeId): SwitchProber | undefined {
    return this.#nodes.get(node)?.prober;
  }

  /** The same, beside whoever is its master; see {@link SwitchNode.visit}. */
  async visit(node: NodeId): Promise<ProberVisit | undefined> {
    return await this.#nodes.get(node)?.visit();
  }

  /** A node of the domain. */
  node(id: NodeId): SwitchNode | undefined {
    return this.#nodes.get(id);
  }

  #failed(causes: readonly DriverCause[]): DriverFailed {
    return { type: "driver-failed", domain: this.#view.id, causes };
  }

  /** From now on the nodes of a segment should hold nothing of it, but for what `next` asks of them. */
  #leave({ id, network, nodes }: Segment, next?: Segment): void {
    const stays =
      next?.network === network ? new Set(next.nodes.map(({ node }) => node)) : undefined;
    for (const { node } of nodes) {
      if (stays?.has(node) !== true) this.#nodes.get(node)?.want(id, network, []);
    }
  }

  /** A node that comes later is to hold its part of what was asked before. */
  #create(view: NodeView): SwitchNode {
    const node: SwitchNode = this.#make(view, (segment, isPending) => {
      if (!isPending) return this.#isPendingNoMore(segment, node);
      const at = this.#pendingAt.get(segment) ?? new Set<SwitchNode>();
      this.#pendingAt.set(segment, at.add(node));
    });
    for (const { id, network, nodes } of this.#segments.values()) {
      const its = nodes.find((forwarding) => forwarding.node === view.id);
      if (its !== undefined) node.want(id, network, its.rules);
    }
    return node;
  }

  /** A node that the domain does not have any more holds what it holds. */
  #retire(node: SwitchNode): void {
    node.retire();
    for (const segment of this.#pendingAt.keys()) this.#isPendingNoMore(segment, node);
  }

  #isPendingNoMore(segment: SegmentId, node: SwitchNode): void {
    const at = this.#pendingAt.get(segment);
    if (at?.delete(node) === true && at.size === 0) this.#pendingAt.delete(segment);
  }

  /** Where a segment is wanted, or may still be held. */
  #parts(id: SegmentId): readonly Part[] {
    const segment = this.#segments.get(id);
    const wanted = new Set(segment?.nodes.flatMap(({ node }) => this.#nodes.get(node) ?? []));
    return [...new Set([...wanted, ...(this.#pendingAt.get(id) ?? [])])].flatMap((node) => {
      const networks = new Set(node.pendingNetworks(id));
      if (segment !== undefined && wanted.has(node)) networks.add(segment.network);
      return [...networks].map((network) => ({ node, network }));
    });
  }
}

function stranger(node: NodeId): DriverCause {
  return { node, kind: "misconfigured", message: "the node is not in the driver's domain" };
}

function messages(problems: readonly NodeProblem[]): string {
  return problems.map(({ message }) => message).join("; ");
}
