import {
  type Decoded,
  type DecodeError,
  decodeMessage,
  encodeMessage,
  isSupportedVersion,
  OPENFLOW_1_3,
} from "../../src/drivers/openflow/index.ts";
import { dissect, hasTshark } from "./dissection.ts";
import { wrapFragment } from "./fragment.ts";
import { labelOf } from "./label.ts";
import { differences } from "./tshark.ts";
import type { Vector } from "./vector.ts";

/** What came of one vector. */
export interface Verdict {
  /** It decodes to what its index says. */
  readonly decoded: boolean;
  /** It encodes to the bytes it came from. */
  readonly roundTripped: boolean;
  /** Where it and the codec disagree, and what not. */
  readonly disagreement?: string;
  /** Why a disagreement is the vector's own fault, by a rule that holds for all vectors. */
  readonly excuse?: string;
}

const wireVersions: Readonly<Record<string, number>> = {
  "1.0": 1,
  "1.1": 2,
  "1.2": 3,
  "1.3": 4,
  "1.4": 5,
  "1.5": 6,
};

/** Decodes a vector, compares it with its index, and encodes it again. */
export function judge(vector: Vector): Verdict {
  const hex = vector.kind === "message" ? vector.hex : fragmentHex(vector);
  if (hex === undefined) {
    return excused("a part that stands in no message of the standard by itself");
  }
  const bytes = Uint8Array.from(Buffer.from(hex, "hex"));
  const result = decodeMessage(bytes);
  if (result.isErr()) return undecodable(vector, bytes, result.error);
  return compare(vector, bytes, result.value);
}

function compare(vector: Vector, bytes: Uint8Array, decoded: Decoded): Verdict {
  const again = reencoded(decoded);
  const wrong = vector.kind === "message" ? disagreement(vector, decoded, again) : undefined;
  const difference = firstDifference(bytes, again);
  if (difference === undefined) {
    return wrong === undefined
      ? { decoded: true, roundTripped: true }
      : { decoded: false, roundTripped: true, disagreement: wrong };
  }
  const verdict = { decoded: wrong === undefined, roundTripped: false };
  if (isPadding(bytes, again)) {
    return { ...verdict, excuse: `padding is not zero at byte ${difference}, as tshark has it` };
  }
  return { ...verdict, disagreement: wrong ?? `encodes differently from byte ${difference} on` };
}

function fragmentHex({ file, version, subtype, hex }: Vector): string | undefined {
  const [, minor] = /\/of1(\d)\//.exec(file) ?? [];
  const wire = wireVersions[version] ?? wireVersions[`1.${minor}`];
  // The parts that are kept were the same in 1.2 as they are in 1.3.
  return wire === undefined ? undefined : wrapFragment(subtype, hex, wire === 3 ? 4 : wire);
}

/** Hello, error and echo are read in all versions; those of others are written as in 1.3. */
function reencoded({ version, xid, message }: Decoded): Uint8Array {
  if (isSupportedVersion(version)) return encodeMessage(version, xid, message);
  const bytes = encodeMessage(OPENFLOW_1_3, xid, message);
  bytes[0] = version;
  return bytes;
}

function disagreement(vector: Vector, { message }: Decoded, again: Uint8Array): string | undefined {
  const { type, subtype } = labelOf(message, again);
  if (vector.type !== "" && `${type} ${subtype}` !== `${vector.type} ${vector.subtype}`) {
    return `decodes to ${type} ${subtype}, the index says ${vector.type} ${vector.subtype}`;
  }
  const differs = vector.tsharkTakes === true && type !== "ERROR";
  const [first] = differs ? differences(vector.tshark, message) : [];
  return first;
}

function firstDifference(some: Uint8Array, others: Uint8Array): number | undefined {
  const longest = Math.max(some.length, others.length);
  for (let i = 0; i < longest; i++) if (some[i] !== others[i]) return i;
  return undefined;
}

/** Whether two encodings differ in nothing but what tshark takes for padding in both. */
function isPadding(some: Uint8Array, others: Uint8Array): boolean {
  if (some.length !== others.length || !hasTshark()) return false;
  const dissections = dissect([some, others]);
  const differing = [...some.keys()].filter((at) => some[at] !== others[at]);
  return dissections.every(({ fields }) => {
    const padding = fields.filter(({ name }) => /\.pad(ding)?\d*$/.test(name));
    return differing.every((byte) =>
      padding.some(({ at, length }) => at <= byte && byte < at + length),
    );
  });
}

function undecodable(vector: Vector, bytes: Uint8Array, error: DecodeError): Verdict {
  if (error.type === "unsupported-version") {
    return excused(`a message of version ${error.version}, which the codec does not speak`);
  }
  const declared = ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0);
  if (declared !== bytes.length) {
    return excused(`its header says ${declared} bytes, it has ${bytes.length}`);
  }
  const what =
    error.type === "truncated"
      ? `at byte ${error.offset}, ${error.needed} bytes are said to follow and do not`
      : `at byte ${error.offset}, ${error.reason}`;
  const refusals = [
    vector.tsharkTakes === false,
    ovsFindsFault(vector),
    vector.osKenTakes === false,
  ];
  return refusals.filter(Boolean).length >= 2
    ? excused(`${what}; most of tshark, ovs-ofctl and os-ken refuse it too`)
    : { decoded: false, roundTripped: false, disagreement: what };
}

/** Whether ovs-ofctl refused it for its contents, and not for not knowing such messages at all. */
function ovsFindsFault({ ovsTakes, ovsSays = "" }: Vector): boolean {
  return ovsTakes === false && !/OFPBRC_BAD_(TYPE|STAT|VENDOR|SUBTYPE|VERSION)/.test(ovsSays);
}

function excused(excuse: string): Verdict {
  return { decoded: false, roundTripped: false, excuse };
}
