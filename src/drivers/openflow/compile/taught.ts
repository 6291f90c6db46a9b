import type { NetworkNumber } from "../../../model/ids.ts";
import type { Action } from "../wire/action.ts";
import { flowFlag, PORT_CONTROLLER } from "../wire/constants.ts";
import { type FlowMod, flowMod } from "../wire/flow.ts";
import { learnedCookie } from "./cookie.ts";
import { framesIn } from "./ingress.ts";
import { membersMetadata, NETWORK_METADATA_MASK, seenMetadata, taughtTable } from "./pipeline.ts";

/** What of a frame the agent is shown to learn from: its addresses and its tag. */
const HEADER_BYTES = 64;

/** Shows the agent where a frame comes from. */
export const showSource: Action = {
  type: "output",
  port: PORT_CONTROLLER,
  maxLen: HEADER_BYTES,
};

/** Where a network's frames come in at a switch: a port, and the VLAN that they have inside. */
export interface Place {
  readonly port: number;
  readonly vid: number;
  /** The VNI under which they came, if they came in a tunnel. */
  readonly tunnelId?: bigint;
}

/** How the flows are marked and placed that an agent adds when it learns for a switch. */
export interface TaughtOptions {
  /** The first of our tables. */
  readonly table: number;
  readonly priority: number;
  readonly cookiePrefix: number;
}

/** Above the flow that shows every source: an ingress that is not listened to, then what is known. */
const taughtRank = { quiet: 1, known: 2 } as const;

/**
 * The flows that an agent adds for one network when it learns for a switch. All have the cookie of
 * what is learned behind their port: audits leave them alone while the port may learn, and when it may
 * not any more they go and are seen to be gone.
 *
 * What they say is where an address was seen. What is done with frames for it stays with flows that
 * can be read back and compared, so that a stale entry cannot leak, loop or double a frame.
 */
export class TaughtFlows {
  readonly #network: NetworkNumber;
  readonly #options: TaughtOptions;

  constructor(network: NetworkNumber, options: TaughtOptions) {
    this.#network = network;
    this.#options = options;
  }

  /** The agent is not shown any more what comes from this address there; told when that is over. */
  source(at: Place, address: string, idleTimeoutS: number): FlowMod {
    const known = this.#onward(at, taughtRank.known, [{ field: "eth_src", value: address }]);
    return { ...known, idleTimeoutS, flags: flowFlag.sendFlowRemoved };
  }

  /** The same for some time, and without being told. */
  ignored(at: Place, address: string, hardTimeoutS: number): FlowMod {
    const known = this.#onward(at, taughtRank.known, [{ field: "eth_src", value: address }]);
    return { ...known, hardTimeoutS };
  }

  /** The agent is shown nothing new that comes in there, for some time. */
  quiet(at: Place, hardTimeoutS: number): FlowMod {
    return { ...this.#onward(at, taughtRank.quiet, []), hardTimeoutS };
  }

  /** Frames for this address belong there; told when that is over. */
  destination(at: Place, address: string, hardTimeoutS: number): FlowMod {
    const network = { value: membersMetadata(this.#network, 0), mask: NETWORK_METADATA_MASK };
    return flowMod({
      table: this.#options.table + taughtTable.addresses,
      priority: this.#options.priority + taughtRank.known,
      cookie: this.#cookie(at),
      hardTimeoutS,
      flags: flowFlag.sendFlowRemoved,
      match: [
        { field: "metadata", ...network },
        { field: "eth_dst", value: address },
      ],
      instructions: [
        {
          type: "write-metadata",
          metadata: seenMetadata(at.port, at.vid),
          mask: NETWORK_METADATA_MASK,
        },
        { type: "goto-table", table: this.#options.table + taughtTable.deliver },
      ],
    });
  }

  #onward(at: Place, rank: number, more: FlowMod["match"]): FlowMod {
    return flowMod({
      table: this.#options.table + taughtTable.sources,
      priority: this.#options.priority + rank,
      cookie: this.#cookie(at),
      match: [...framesIn(at.port, at.vid), ...tunnelOf(at), ...more],
      instructions: [{ type: "goto-table", table: this.#options.table + taughtTable.addresses }],
    });
  }

  #cookie({ port }: Place): bigint {
    return learnedCookie(this.#options.cookiePrefix, this.#network, port);
  }
}

function tunnelOf({ tunnelId }: Place): FlowMod["match"] {
  return tunnelId === undefined ? [] : [{ field: "tunnel_id", value: tunnelId }];
}

/** Removes a flow that was added. */
export function removal(flow: FlowMod): FlowMod {
  return {
    ...flow,
    command: "delete-strict",
    cookieMask: ALL_BITS,
    idleTimeoutS: 0,
    hardTimeoutS: 0,
    flags: 0,
    instructions: [],
  };
}

const ALL_BITS = 0xffff_ffff_ffff_ffffn;
