import type { DomainView, NodeView } from "../../model/domain-view.ts";
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
  /**
   * At single ports, by `node:port`, whatever the others say; `false` for none. All must be ports that the
   * domain has when the driver is attached.
   */
  readonly atPorts?: Readonly<Record<string, number | false>>;
}

/** What is wrong with queues at single ports: those that the domain does not have. */
export function strangePorts(
  wanted: EgressQueues | undefined,
  { nodes }: Pick<DomainView, "nodes">,
): string | undefined {
  const { atPorts = {} } = wanted ?? {};
  const known = new Set<string>(nodes.flatMap(({ ports }) => ports.map(({ ref }) => ref)));
  const strange = Object.keys(atPorts).filter((ref) => !known.has(ref));
  return strange.length === 0
    ? undefined
    : `egressQueues.atPorts: the domain has no port ${strange.join(", ")}`;
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
