import { headOf, tailOf } from "../graph/graph.ts";
import { narrow } from "../labels/label-masks.ts";
import type { Side } from "../plan/edge-load.ts";
import type { GrowthProblem } from "./growth-problem.ts";

/**
 * A tree that grows: its links and nodes, and what that leaves of the labels at every node.
 *
 * Links that meet at a node that cannot translate have one label, so such nodes of a tree fall into
 * groups, and a row of bits says which labels each group may still have. Nodes with an endpoint that
 * has the network's VLAN are one group from the beginning. Exact: labels can be had as long as no group is
 * without. To take a link is O(1) but where two groups become one, O(V); a copy is O(V + E).
 */
export class PartialTree {
  readonly #growth: GrowthProblem;
  /** The arcs by which it grew, away from where it began. */
  readonly arcs: number[];
  /** Of each node: 1 if it is in the tree. */
  readonly isInside: Uint8Array;
  /** Of each link: 1 if it may not come into the tree. */
  readonly isClosed: Uint8Array;
  /** Of each node: how many links of the tree it has. */
  readonly degrees: Uint16Array;
  /** Of each node: its group, or {@link FREE} if it translates. */
  readonly groups: Int32Array;
  /** Of each group: the labels that it may have. */
  readonly labels: Uint32Array;

  private constructor(growth: GrowthProblem, from: Parts) {
    this.#growth = growth;
    this.arcs = [...from.arcs];
    this.isInside = from.isInside.slice();
    this.isClosed = from.isClosed.slice();
    this.degrees = from.degrees.slice();
    this.groups = from.groups.slice();
    this.labels = from.labels.slice();
  }

  /** The tree that has nothing but the node at which all begin. */
  static atRoot(growth: GrowthProblem): PartialTree {
    const { graph, root, groups, labels } = growth;
    const isInside = new Uint8Array(graph.nodeIds.length);
    isInside[root] = 1;
    const isClosed = new Uint8Array(graph.linkIds.length);
    const degrees = new Uint16Array(isInside.length);
    return new PartialTree(growth, { arcs: [], isInside, isClosed, degrees, groups, labels });
  }

  copy(): PartialTree {
    return new PartialTree(this.#growth, this);
  }

  /** Adds `arc`, which leaves the tree; says whether all links can still have labels. */
  add(arc: number): boolean {
    const { graph, bitsOf } = this.#growth;
    const [tail, head] = [tailOf(graph, arc), headOf(graph, arc)];
    this.arcs.push(arc);
    this.isInside[head] = 1;
    for (const node of [tail, head]) this.degrees[node] = (this.degrees[node] ?? 0) + 1;
    const [near = FREE, far = FREE] = [this.groups[tail], this.groups[head]];
    if (near !== FREE && far !== FREE && near !== far && !this.#merge(near, far)) return false;
    const bits = bitsOf(arc >> 1);
    const group = near === FREE ? far : near;
    return group === FREE ? bits.some((word) => word !== 0) : narrow(this.labels, group, bits);
  }

  /** Makes one group of two; says whether it may have a label. */
  #merge(kept: number, other: number): boolean {
    const { words } = this.#growth;
    for (let node = 0; node < this.groups.length; node++) {
      if (this.groups[node] === other) this.groups[node] = kept;
    }
    return narrow(this.labels, kept, this.labels.subarray(other * words, (other + 1) * words));
  }
}

/** The group of a node that translates. */
export const FREE = -1;

/** The endpoints of both sides. */
export function plus(one: Side, other: Side): Side {
  return { rate: one.rate + other.rate, count: one.count + other.count };
}

/** The endpoints of `all` that are not of `some`. */
export function minus(all: Side, some: Side): Side {
  return { rate: all.rate - some.rate, count: all.count - some.count };
}

type Parts = Pick<PartialTree, "arcs" | "isInside" | "isClosed" | "degrees" | "groups" | "labels">;
