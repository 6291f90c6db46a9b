import type { Random } from "./random.ts";

const HEADER_BYTES = 8;
const MAX_BYTES = 65_535;
const MAX_CHANGES = 6;
/** Bytes that lengths, reserved numbers and masks are made of. */
const interesting = [0, 1, 3, 4, 7, 8, 9, 16, 0x7f, 0x80, 0xfe, 0xff] as const;

/** A copy of `base` with a few random changes, some with bytes of `other`. */
export function mutate(base: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  let bytes: Uint8Array = base.slice();
  for (let changes = 1 + random.below(MAX_CHANGES); changes > 0; changes--) {
    bytes = random.pick(mutations)(bytes, other, random);
  }
  // Mostly the header is made to fit, since otherwise nothing behind it is ever read.
  if (bytes.length >= HEADER_BYTES && random.below(16) !== 0) {
    new DataView(bytes.buffer).setUint16(2, bytes.length);
  }
  return bytes;
}

type Mutation = (bytes: Uint8Array, other: Uint8Array, random: Random) => Uint8Array;

const setByte: Mutation = (bytes, _, random) => {
  if (bytes.length > 0) bytes[random.below(bytes.length)] = random.below(256);
  return bytes;
};

const setInteresting: Mutation = (bytes, _, random) => {
  if (bytes.length > 0) bytes[random.below(bytes.length)] = random.pick(interesting);
  return bytes;
};

const flipBit: Mutation = (bytes, _, random) => {
  const at = random.below(Math.max(1, bytes.length));
  if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
  return bytes;
};

const truncate: Mutation = (bytes, _, random) => bytes.slice(0, random.below(bytes.length + 1));

/** Takes a piece out: what follows it moves to where something else is expected. */
const cut: Mutation = (bytes, _, random) => {
  const start = random.below(bytes.length + 1);
  const end = Math.min(bytes.length, start + 4 * random.below(9));
  return joined(bytes.subarray(0, start), bytes.subarray(end));
};

/** Puts a piece of another message in. */
const splice: Mutation = (bytes, other, random) => {
  const from = random.below(other.length + 1);
  const piece = other.subarray(from, from + 8 * random.below(17));
  const at = random.below(bytes.length + 1);
  return joined(bytes.subarray(0, at), piece, bytes.subarray(at));
};

/** Repeats a piece, which nests what says that it holds others. */
const repeat: Mutation = (bytes, _, random) => {
  const from = random.below(bytes.length + 1);
  const piece = bytes.subarray(from, from + 8 * (1 + random.below(4)));
  const copies: Uint8Array[] = new Array(1 + random.below(64)).fill(piece);
  return joined(bytes.subarray(0, from), ...copies, bytes.subarray(from));
};

/** Reads the same bytes as another version or type. */
const retype: Mutation = (bytes, _, random) => {
  if (bytes.length < 2) return bytes;
  if (random.below(2) === 0) bytes[0] = random.pick([1, 4, 5, 6]);
  else bytes[1] = random.below(36);
  return bytes;
};

const mutations: readonly Mutation[] = [
  setByte,
  setByte,
  setInteresting,
  setInteresting,
  flipBit,
  truncate,
  cut,
  splice,
  repeat,
  retype,
];

function joined(...pieces: readonly Uint8Array[]): Uint8Array {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole.slice(0, MAX_BYTES);
}
