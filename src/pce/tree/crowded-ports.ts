import { portChannel } from "../../ledger/channel.ts";
import { channelOf } from "../graph/ledger-view.ts";
import type { Scene } from "../plan/scene.ts";
import type { LinkLoad } from "./tree.ts";

/** A port whose links would hold more together than it has left. */
export interface CrowdedPort {
  /** Those links of the tree that are at the port, in the direction that lacks room. */
  readonly arcs: readonly number[];
  /** What the port has left in that direction, bit/s. */
  readonly residual: number;
}

/** The shared ports that a tree with these loads would overload, each direction by itself. O(ports and their links). */
export function crowdedPorts(
  { graph, ledger, request }: Scene,
  loads: readonly LinkLoad[],
): readonly CrowdedPort[] {
  if (graph.sharedPorts.length === 0) return [];
  const byLink = new Map(loads.map((load) => [load.link, load]));
  return graph.sharedPorts.flatMap(({ port, arcs }) => {
    const own = arcs.filter((arc) => byLink.has(arc >> 1));
    if (own.length < 2) return [];
    return (["out", "in"] as const).flatMap((direction): CrowdedPort[] => {
      const residual = ledger.residual(portChannel(port, direction), request.interval);
      const its = direction === "out" ? own : own.map((arc) => arc ^ 1);
      const held = its.reduce((sum, arc) => {
        const load = byLink.get(arc >> 1);
        const [onward, back] = [loadOf(load, arc), loadOf(load, arc ^ 1)];
        return sum + ledger.promised(channelOf(graph, arc), onward, back);
      }, 0);
      return held > residual ? [{ arcs: its, residual }] : [];
    });
  });
}

function loadOf(load: LinkLoad | undefined, arc: number): number {
  return ((arc & 1) === 0 ? load?.forward : load?.backward) ?? 0;
}
