import {
  type DecodeError,
  decodeMessage,
  encodeMessage,
  isSupportedVersion,
  MessageSplitter,
} from "../../src/drivers/openflow/index.ts";
import { mutate } from "./mutate.ts";
import { type Random, seededRandom } from "./random.ts";

/** What to start from and when to stop. */
export interface FuzzOptions {
  /** Whole messages; at least one. */
  readonly corpus: readonly Uint8Array[];
  /** Equal seeds change equal messages alike. */
  readonly seed: number;
  /** Whether to stop after so many runs. */
  readonly isOver: (runs: number) => boolean;
}

/** What came of it. */
export interface FuzzReport {
  readonly runs: number;
  readonly decoded: number;
  /** How many were refused, by type of error. */
  readonly refused: Readonly<Record<DecodeError["type"], number>>;
  /** The longest that one message took, in milliseconds. */
  readonly slowestMs: number;
  /** The first message that broke a promise of the codec. */
  readonly failure?: { readonly hex: string; readonly why: string };
}

/** A message of at most 64 KiB takes a few milliseconds; this much would be a hang. */
const HANG_MS = 2000;

/**
 * Changes messages at random and checks what the codec promises of any bytes: a value or a typed
 * error whose place is in the message, in bounded time, and what has been decoded can be encoded
 * and means the same again.
 */
export function fuzz({ corpus, seed, isOver }: FuzzOptions): FuzzReport {
  const random = seededRandom(seed);
  const refused = { truncated: 0, malformed: 0, "unsupported-version": 0 };
  let decoded = 0;
  let slowestMs = 0;
  let runs = 0;
  for (; !isOver(runs) || runs === 0; runs++) {
    const bytes = mutate(random.pick(corpus), random.pick(corpus), random);
    const startedAt = performance.now();
    const outcome = check(bytes, random);
    const tookMs = performance.now() - startedAt;
    slowestMs = Math.max(slowestMs, tookMs);
    const why = typeof outcome === "string" ? outcome : tookMs > HANG_MS ? "took too long" : "";
    if (why !== "") {
      const hex = Buffer.from(bytes).toString("hex");
      return { runs, decoded, refused, slowestMs, failure: { hex, why } };
    }
    if (outcome === undefined) decoded++;
    else if (typeof outcome === "object") refused[outcome.type]++;
  }
  return { runs, decoded, refused, slowestMs };
}

/** The error with which the bytes are refused, undefined when they decode, a text when a promise breaks. */
export function check(bytes: Uint8Array, random: Random): DecodeError | undefined | string {
  try {
    const result = decodeMessage(bytes);
    if (result.isErr()) {
      const { error } = result;
      const isInside = error.offset >= 0 && error.offset <= bytes.length;
      return isInside ? error : `an error at byte ${error.offset} of ${bytes.length}`;
    }
    const { version, xid, message } = result.value;
    if (isSupportedVersion(version)) {
      const again = encodeMessage(version, xid, message);
      if (again.length !== bytes.length) return `encodes to ${again.length} bytes`;
      const once = decodeMessage(again);
      if (once.isErr()) return "what was encoded does not decode";
      const twice = encodeMessage(version, xid, once.value.message);
      if (!Buffer.from(again).equals(Buffer.from(twice))) return "encodes differently again";
    }
    return splits(bytes, random) ? undefined : "the stream splitter changes it";
  } catch (thrown) {
    return `throws ${thrown}`;
  }
}

/** Whether the message comes out of a stream as it went in, cut at a random place. */
function splits(bytes: Uint8Array, random: Random): boolean {
  const splitter = new MessageSplitter();
  const cut = random.below(bytes.length + 1);
  const chunks = [bytes.subarray(0, cut), bytes.subarray(cut)];
  const parts = chunks.flatMap((chunk) => splitter.push(chunk).unwrapOr([]));
  const [only] = parts;
  return parts.length === 1 && only !== undefined && Buffer.from(only).equals(Buffer.from(bytes));
}
