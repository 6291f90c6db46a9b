import { err, ok, type Result } from "neverthrow";
import type { Brand } from "./brand.ts";
import { invariant } from "./invariant.ts";

/** A rate of layer-2 frames: a whole number of bit/s, at most `Number.MAX_SAFE_INTEGER`. */
export type Bandwidth = Brand<number, "Bandwidth">;

/** Names `bitsPerSecond` a bandwidth; it must be a safe integer and not negative. */
export function bandwidth(bitsPerSecond: number): Bandwidth {
  invariant(
    Number.isSafeInteger(bitsPerSecond) && bitsPerSecond >= 0,
    `a bandwidth is a whole number of bit/s, not ${bitsPerSecond}`,
  );
  return bitsPerSecond as Bandwidth;
}

/**
 * Reads a bandwidth that somebody asks for or offers: a number of bit/s, or a decimal number with a
 * unit, as in `"100Mbps"` and `"1.5 Gbit/s"`. The error says what is wrong with `value`.
 *
 * Units are `bps`, `bit/s` and `b/s` with the decimal prefixes k, M, G and T, in any case but for
 * one: a capital B that is not part of `BIT` would mean bytes to some and is refused, as are binary
 * prefixes and bare numbers as text. The value must be positive and exact in bit/s.
 */
export function parseBandwidth(value: unknown): Result<Bandwidth, string> {
  if (typeof value === "number") return positive(value);
  if (typeof value === "string") return parseText(value);
  return err('must be a number of bit/s or text such as "100Mbps"');
}

/** The shortest text that {@link parseBandwidth} reads as exactly `value`; `1.5Gbps`. Zero is `0bps`. */
export function formatBandwidth(value: Bandwidth): string {
  const digits = String(value);
  const texts = PREFIXES.filter(({ exponent }) => digits.length > exponent).map(
    ({ prefix, exponent }) => `${shiftPoint(digits, exponent)}${prefix}bps`,
  );
  return texts.reduce((shortest, text) => (text.length <= shortest.length ? text : shortest));
}

const PREFIXES = [
  { prefix: "", exponent: 0 },
  { prefix: "k", exponent: 3 },
  { prefix: "M", exponent: 6 },
  { prefix: "G", exponent: 9 },
  { prefix: "T", exponent: 12 },
] as const;

const DECIMAL_WITH_UNIT = /^(\d+)(?:\.(\d+))?\s*(.*)$/;
const RATE_UNIT = /^([kmgt]?)(?:bps|bit\/s|b\/s)$/i;
/** A capital B that does not begin "Bit" or "BIT", or the word itself. */
const BYTES = /B(?!it|IT)|byte/;
const BINARY_PREFIX = /^[kmgt]ib/i;
/** Far more than any exact value needs; keeps the arithmetic on long input short. */
const MAX_TEXT_LENGTH = 64;
const TOO_LARGE = `must be at most ${Number.MAX_SAFE_INTEGER} bit/s`;

function positive(bitsPerSecond: number): Result<Bandwidth, string> {
  if (!Number.isInteger(bitsPerSecond)) return err("must be a whole number of bit/s");
  if (bitsPerSecond <= 0) return err("must be more than 0 bit/s");
  if (!Number.isSafeInteger(bitsPerSecond)) return err(TOO_LARGE);
  return ok(bandwidth(bitsPerSecond));
}

function parseText(text: string): Result<Bandwidth, string> {
  if (text.length > MAX_TEXT_LENGTH) return err(`must have at most ${MAX_TEXT_LENGTH} characters`);
  const parts = DECIMAL_WITH_UNIT.exec(text.trim());
  if (parts === null) return err('must be a positive decimal number and a unit, as in "100Mbps"');
  const [, whole = "", fraction = "", unit = ""] = parts;
  return parseUnit(unit).andThen((exponent) => exact(whole, fraction, exponent));
}

/** Gives the power of ten that the unit stands for. */
function parseUnit(unit: string): Result<number, string> {
  if (unit === "") return err('needs a unit, as in "100Mbps"');
  if (BINARY_PREFIX.test(unit)) return err(`unit "${unit}" is binary: use k, M, G or T (decimal)`);
  if (BYTES.test(unit)) return err(`unit "${unit}" may mean bytes: write "bps" or "bit/s"`);
  const prefix = RATE_UNIT.exec(unit)?.[1]?.toLowerCase();
  const known = PREFIXES.find((p) => p.prefix.toLowerCase() === prefix);
  return known === undefined
    ? err(`unit "${unit}" is not bps, bit/s or b/s with k, M, G or T before it`)
    : ok(known.exponent);
}

function exact(whole: string, fraction: string, exponent: number): Result<Bandwidth, string> {
  const significant = fraction.replace(/0+$/, "");
  if (significant.length > exponent) return err("must be a whole number of bit/s");
  const bits = BigInt(whole + significant) * 10n ** BigInt(exponent - significant.length);
  return bits > BigInt(Number.MAX_SAFE_INTEGER) ? err(TOO_LARGE) : positive(Number(bits));
}

/** Divides the whole number `digits` by 10^places, exactly. */
function shiftPoint(digits: string, places: number): string {
  const point = digits.length - places;
  const fraction = digits.slice(point).replace(/0+$/, "");
  return fraction === "" ? digits.slice(0, point) : `${digits.slice(0, point)}.${fraction}`;
}
