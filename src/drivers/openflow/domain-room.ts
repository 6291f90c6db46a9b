import type { DriverCause } from "../../model/errors.ts";
import type { NodeId } from "../../model/ids.ts";
import type { Segment } from "../../model/segment.ts";
import { causeAt } from "./blocked.ts";
import type { Way } from "./room-keeper.ts";
import type { SwitchNode } from "./switch-node.ts";

/** The node of a domain with this id, if it has one. */
export type NodeOf = (node: NodeId) => SwitchNode | undefined;

/** Where there is no room for the last of these states of a segment, after the others, and why. */
export function shortagesOf(
  nodeOf: NodeOf,
  segment: Segment,
  after: readonly Segment[],
): readonly DriverCause[] {
  const way = [...after, segment];
  return segment.nodes.flatMap(({ node }) => {
    const problems = nodeOf(node)?.shortages(segment.network, wayAt(node, way)) ?? [];
    return problems.map((problem) => causeAt(node, problem, segment));
  });
}

/** Keeps room for these states of a segment, and for going back, at every node until it is disposed of. */
export function keepRoom(nodeOf: NodeOf, way: readonly Segment[]): Disposable {
  const nodes = new Set(way.flatMap((segment) => segment.nodes.map(({ node }) => node)));
  const kept = [...nodes].flatMap((node) => {
    const network = way.find((segment) => rulesAt(node, segment).length > 0)?.network;
    return network === undefined ? [] : (nodeOf(node)?.promise(network, wayAt(node, way)) ?? []);
  });
  return {
    [Symbol.dispose]: () => {
      for (const each of kept) each[Symbol.dispose]();
    },
  };
}

function wayAt(node: NodeId, way: readonly Segment[]): Way {
  return way.map((segment) => rulesAt(node, segment));
}

function rulesAt(node: NodeId, { nodes }: Segment): Way[number] {
  return nodes.find((each) => each.node === node)?.rules ?? NO_RULES;
}

const NO_RULES: Way[number] = [];
