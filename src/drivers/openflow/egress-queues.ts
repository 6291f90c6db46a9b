import type { NodeView } from "../../model/domain-view.ts";
import type { PortQueues } from "./compile/exits.ts";

/**
 * By which queue of a port frames of networks leave, away from what others send there. The operator
 * makes the queues, on each switch; OpenFlow cannot.
 */
export interface EgressQueues {
  /** At every port at a link; none when absent. */
  readonly atLinks?: number;
  /** At every other port; none when absent. */
  readonly elsewhere?: number;
  /** At single ports, by `node:port`, whatever the others say; `false` for none. */
  readonly atPorts?: Readonly<Record<string, number | false>>;
}

/** The queues of one node. */
export function queuesAt({ ports }: NodeView, wanted: EgressQueues | undefined): PortQueues {
  if (wanted === undefined) return NO_QUEUES;
  const { atLinks, elsewhere, atPorts = {} } = wanted;
  return new Map(
    ports.flatMap(({ ref, link }) => {
      const queue = atPorts[ref] ?? (link === undefined ? elsewhere : atLinks);
      return queue === undefined || queue === false ? [] : [[ref, queue] as const];
    }),
  );
}

const NO_QUEUES: PortQueues = new Map();
