import type { DissectedField, Dissection } from "../../../../scripts/vectors/dissection.ts";

/** Something that tshark itself (4.0) reads wrongly. */
interface TsharkFault {
  /** What it does, and where the standard says otherwise. */
  readonly reason: string;
  /** The first byte that it no longer reads as it stands; undefined where the fault does not show. */
  readonly from: (fields: readonly DissectedField[]) => number | undefined;
  /** What it may say then. */
  readonly remarks: readonly string[];
}

const MALFORMED = "Malformed Packet (Exception occurred)";

/** The frame of a packet-out, looked for where an action still is. */
const GROUP_SOURCE = "Source MAC must not be a group address: IEEE 802.3-2002, Section 3.2.3(b)";

const faults: readonly TsharkFault[] = [
  {
    reason:
      "1.0: it reads one action, also where there is none, and of what it does only output (1.0.0 §5.3.3)",
    from: (fields) => {
      const hasActions = isOf(fields, 1, [OLD_FLOW_MOD, OLD_PACKET_OUT]);
      const length = fields.find(({ name }) => name === "openflow.action_len");
      if (!hasActions) return undefined;
      return length === undefined
        ? lengthOf(fields)
        : length.at - 2 + Number.parseInt(length.hex, 16);
    },
    remarks: [MALFORMED, "Action not dissected yet", GROUP_SOURCE],
  },
  {
    reason: "1.5: it looks for an entry in the last part of flow descriptions, which may have none",
    from: (fields) => {
      const isReply = isOf(fields, 6, [MULTIPART_REPLY]) && lengthOf(fields) === EMPTY_REPLY_BYTES;
      return isReply ? EMPTY_REPLY_BYTES : undefined;
    },
    remarks: [MALFORMED],
  },
  {
    reason: "1.5: it takes seven bytes for the number of an OXM field (1.5.1 §7.2.3.2)",
    from: (fields) => startOf(fields, /^openflow_v6\.oxm\.class$/),
    remarks: [MALFORMED, "Trying to fetch an unsigned integer with length 7", "Undecoded Data"],
  },
  {
    reason: "1.5: the same fields in what a port says of its pipeline (1.5.1 §7.2.1.2)",
    from: (fields) => startOf(fields, /^openflow_v6\.port\.desc_prop\.type$/, /^000[23]$/),
    remarks: [MALFORMED],
  },
  {
    reason: "1.4 and 1.5: it takes the padding of queue statistics for two bytes (1.4.1 §7.3.5.8)",
    from: (fields) => startOf(fields, /^openflow_v[56]\.queue_stats\.pad$/),
    remarks: [MALFORMED],
  },
  {
    reason: "1.5: it reads the buckets of groups as those of 1.4 (1.5.1 §7.3.4.3.1)",
    from: (fields) => startOf(fields, /^openflow_v6\.bucket\.length$/),
    remarks: [MALFORMED, "Unknown action body.", "Length is too short.", "Undecoded Data"],
  },
];

/** What it says where it knows that it does not know; it goes on behind that. */
const unknowns: readonly string[] = [
  // Most messages of 1.0.
  "Message data not dissected yet",
  // Bundles, role status and forwarded requests are extensions of 1.3.
  "Experimenter body.",
  "Experimenter error body.",
  // Errors that 1.4 and 1.5 brought.
  "Unknown error body.",
];

const OLD_PACKET_OUT = 13;
const OLD_FLOW_MOD = 14;
const MULTIPART_REPLY = 19;
const EMPTY_REPLY_BYTES = 16;

/** What of a dissection is to be trusted. */
export interface Trusted {
  readonly fields: readonly DissectedField[];
  /** Whether something that follows is left out. */
  readonly isPartial: boolean;
  /** What it says that no fault of its own explains. */
  readonly complaints: readonly string[];
}

/** Leaves out what tshark's own faults have spoilt. */
export function trusted({ fields, remarks }: Dissection): Trusted {
  const shown = faults.flatMap((fault) => {
    const from = fault.from(fields);
    return from === undefined ? [] : [{ from, remarks: fault.remarks }];
  });
  const from = Math.min(...shown.map((each) => each.from));
  const explained = [...unknowns, ...shown.flatMap((each) => each.remarks)];
  return {
    fields: fields.filter(({ at }) => at < from),
    isPartial: shown.length > 0,
    complaints: remarks.filter((remark) => !explained.includes(remark)),
  };
}

function startOf(
  fields: readonly DissectedField[],
  name: RegExp,
  hex: RegExp = /./,
): number | undefined {
  return fields.find((field) => name.test(field.name) && hex.test(field.hex))?.at;
}

function isOf(
  fields: readonly DissectedField[],
  version: number,
  types: readonly number[],
): boolean {
  const [first, second] = fields;
  return Number(`0x${first?.hex}`) === version && types.includes(Number(`0x${second?.hex}`));
}

function lengthOf(fields: readonly DissectedField[]): number {
  return Number(`0x${fields.find(({ at }) => at === 2)?.hex}`);
}
