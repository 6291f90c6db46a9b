import type { NetworkNumber } from "../../../model/ids.ts";
import type { Action } from "../wire/action.ts";
import type { OxmField, OxmFieldName, OxmId } from "../wire/match.ts";
import type { LearnField, LearnSpec, NiciraLearn } from "../wire/nicira/action.ts";
import { learnedCookie } from "./cookie.ts";
import { NETWORK_BITS } from "./pipeline.ts";
import type { FlowEntry } from "./program.ts";

/** How a switch learns addresses behind one ingress. */
export interface Learner {
  readonly cookiePrefix: number;
  readonly network: NetworkNumber;
  /** The number of the port behind which they are. */
  readonly port: number;
  /** The table that they are written to, and the priority there. */
  readonly table: number;
  readonly priority: number;
  readonly maxAddresses: number;
  /** An address is forgotten when nothing has come from it for so long. */
  readonly agingS: number;
}

/** The greatest port number that fits into what is learned: 16 bits. */
export const MAX_LEARNED_PORT = 0xffff;

/** Where a learned entry writes the port and the VLAN behind which the destination was seen. */
const port = { field: "nxm_nx_reg0", bits: 16 } as const;
const vlan = { field: "nxm_nx_reg1", bits: 12 } as const;

/**
 * Notes where the source of a frame was seen, then looks up where its destination was
 * (`ovs-actions(7)`: learn, resubmit). An entry that is learned says only that: what is done with
 * frames for it stays with entries of ours, which can be read back and compared. Seen elsewhere,
 * the entry is written anew. The hard timeout counts from when the source was last seen. One more
 * than `maxAddresses` is not learned, and frames to it are those to an unknown address.
 */
export function learnActions(learner: Learner): readonly Action[] {
  const learn: NiciraLearn = {
    type: "nx-learn2",
    idleTimeoutS: 0,
    hardTimeoutS: learner.agingS,
    priority: learner.priority,
    cookie: learnedCookie(learner.cookiePrefix, learner.network, learner.port),
    flags: 0,
    table: learner.table,
    finIdleTimeoutS: 0,
    finHardTimeoutS: 0,
    limit: { flows: learner.maxAddresses, resultOffset: 0 },
    specs: [
      copied(NETWORK_BITS.bits, of("metadata", NETWORK_BITS.offset), "match"),
      copied(48, of("nxm_of_eth_src"), "match", of("nxm_of_eth_dst")),
      copied(port.bits, of("nxm_of_in_port"), "load", of(port.field)),
      copied(vlan.bits, of("nxm_of_vlan_tci"), "load", of(vlan.field)),
    ],
  };
  return [learn, { type: "nx-resubmit-table", inPort: SAME_PORT, table: learner.table }];
}

/** The cookies under which these flows have a switch learn. */
export function learnedBy(flows: Iterable<FlowEntry>): readonly bigint[] {
  const cookies: bigint[] = [];
  for (const { instructions } of flows) {
    for (const instruction of instructions) {
      if (instruction.type !== "apply-actions") continue;
      for (const action of instruction.actions) {
        if (action.type === "nx-learn2") cookies.push(action.cookie);
      }
    }
  }
  return cookies;
}

/** Matches frames whose destination was seen behind this port and VLAN; without a tag the VLAN is 0. */
export function seenBehind(portNumber: number, vid: number): readonly OxmField[] {
  return [
    { field: port.field, value: portNumber },
    { field: vlan.field, value: vid },
  ];
}

/** `OFPP_IN_PORT`, which leaves the ingress port of a resubmitted frame as it is. */
const SAME_PORT = 0xfffffff8;

function of(field: OxmFieldName, offset = 0): LearnField {
  const id: OxmId = { field, masked: false };
  return { type: "field", field: id, offset };
}

function copied(
  bits: number,
  source: LearnField,
  use: "match" | "load",
  destination: LearnField = source,
): LearnSpec {
  return { bits, source, destination: { ...destination, use } };
}
