import { BROADCAST, type Frame, type FrameFields } from "../model/frame.ts";
import type { SimulatedFabric } from "./fabric.ts";

/** An end of a network, as its host sees it. */
export interface NetworkEnd {
  /** `host:nic` */
  readonly hostPort: string;
  /** The VLAN that the host's frames carry; absent when they are untagged. */
  readonly vlan?: number;
}

/** A frame that a host received, with the host. */
export interface Arrival {
  readonly hostPort: string;
  readonly frame: Frame;
}

/** Who hears whom. */
export interface Reachability {
  /** For each ordered pair of ends, how many copies of one broadcast arrive as they should. */
  readonly pairs: readonly {
    readonly from: NetworkEnd;
    readonly to: NetworkEnd;
    readonly copies: number;
  }[];
  /** What arrived where it should not, looking as it should not, or back where it came from. */
  readonly strays: readonly (Arrival & { readonly from: NetworkEnd })[];
}

/**
 * Sends one frame from an end and gives every copy that any host of the fabric receives during the
 * call. The fabric must carry frames without delay. To everybody unless a destination is given.
 */
export function probe(
  fabric: SimulatedFabric,
  from: NetworkEnd,
  fields: FrameFields = {},
): readonly Arrival[] {
  const hosts = [...fabric.hosts.values()];
  const before = hosts.map((host) => host.received.length);
  fabric
    .hostOf(from.hostPort)
    .send({ vlans: from.vlan === undefined ? [] : [from.vlan], ...fields });
  return hosts.flatMap((host, index) =>
    host.received.slice(before[index]).map(({ frame }) => ({ hostPort: host.hostPort, frame })),
  );
}

/**
 * Broadcasts from every end and sorts what arrives. In a network that is whole, loop-free and
 * isolated, every pair has one copy and there are no strays.
 */
export function reachability(fabric: SimulatedFabric, ends: readonly NetworkEnd[]): Reachability {
  const probes = ends.map((from) => ({
    from,
    arrivals: probe(fabric, from, { destination: BROADCAST }),
  }));
  return {
    pairs: probes.flatMap(({ from, arrivals }) =>
      ends
        .filter((to) => to !== from)
        .map((to) => ({
          from,
          to,
          copies: arrivals.filter((arrival) => isAt(arrival, to)).length,
        })),
    ),
    strays: probes.flatMap(({ from, arrivals }) =>
      arrivals
        .filter((arrival) => !ends.some((to) => to !== from && isAt(arrival, to)))
        .map((arrival) => ({ from, ...arrival })),
    ),
  };
}

/** Whether a frame arrived at this end, tagged as it is there. */
function isAt({ hostPort, frame }: Arrival, end: NetworkEnd): boolean {
  const expected = end.vlan === undefined ? [] : [end.vlan];
  return (
    hostPort === end.hostPort &&
    frame.tags.length === expected.length &&
    frame.tags.every((tag, index) => tag.vid === expected[index])
  );
}
