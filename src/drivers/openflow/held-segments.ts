import type { NetworkNumber, NodeId } from "../../model/ids.ts";
import type { Segment } from "../../model/segment.ts";
import type { HeldSegment } from "../driver-base.ts";
import { NO_NETWORK } from "./compile/cookie.ts";
import type { Holdings } from "./compile/holdings.ts";
import { emptyProgram, type NodeProgram } from "./compile/program.ts";

/** What one node was read to hold. */
export interface NodeHoldings {
  readonly node: NodeId;
  readonly holdings: Holdings;
}

/** By network, what the nodes hold; a network of none of these segments is an orphan. */
export function heldSegments(
  read: readonly NodeHoldings[],
  segments: Iterable<Segment>,
): readonly HeldSegment[] {
  const held = new Map<NetworkNumber | undefined, { nodes: NodeId[]; items: number }>();
  const add = (network: NetworkNumber | undefined, node: NodeId, program: NodeProgram): void => {
    const items = program.flows.size + program.groups.size + program.meters.size;
    if (items === 0) return;
    const entry = held.get(network) ?? { nodes: [], items: 0 };
    held.set(network, { nodes: [...entry.nodes, node], items: entry.items + items });
  };
  for (const { node, holdings } of read) {
    for (const [network, program] of holdings.networks) {
      if (network !== NO_NETWORK) add(network, node, program);
    }
    add(undefined, node, { ...emptyProgram, ...holdings.orphans });
  }
  const names = new Map([...segments].map(({ network, id }) => [network, id]));
  return [...held].map(([network, entry]) => {
    const segment = network === undefined ? undefined : names.get(network);
    return segment === undefined ? entry : { segment, ...entry };
  });
}
