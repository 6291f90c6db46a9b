/**
 * Puts a part of a message into a message around it, so that the whole can be decoded. Undefined
 * when the standard has no such part.
 */
export function wrapFragment(type: string, hex: string, version: number): string | undefined {
  if (type.startsWith("action_id_")) return undefined;
  if (type.startsWith("action_")) return packetOut(hex, version);
  if (type.startsWith("instruction_")) return flowMod(EMPTY_MATCH + hex, version);
  if (type.startsWith("oxm_")) return flowMod(matchOf(hex), version);
  if (type.includes("match")) return flowMod(padded(hex), version);
  if (type.startsWith("hello_elem_")) return message(version, 0, padded(hex));
  return undefined;
}

const EMPTY_MATCH = "0001000400000000";
const NO_BUFFER = "ffffffff";
const ZERO_XID = "00000000";
const VERSION_1_0 = 1;
const VERSION_1_5 = 6;

function packetOut(actions: string, version: number): string {
  const length = u16(actions.length / 2);
  if (version === VERSION_1_0) return message(version, 13, `${NO_BUFFER}fff8${length}${actions}`);
  if (version === VERSION_1_5) {
    const match = matchOf("8000000400000001");
    return message(version, 13, `${NO_BUFFER}${length}0000${match}${actions}`);
  }
  return message(version, 13, `${NO_BUFFER}fffffffd${length}${"00".repeat(6)}${actions}`);
}

function flowMod(matchAndInstructions: string, version: number): string {
  return message(version, 14, "00".repeat(40) + matchAndInstructions);
}

/** A match with these fields. */
function matchOf(fields: string): string {
  return padded(`0001${u16(4 + fields.length / 2)}${fields}`);
}

function message(version: number, type: number, body: string): string {
  return u16(version * 256 + type) + u16(8 + body.length / 2) + ZERO_XID + body;
}

/** Filled up with zeros to a multiple of eight bytes. */
function padded(hex: string): string {
  return hex + "00".repeat((8 - ((hex.length / 2) % 8)) % 8);
}

function u16(value: number): string {
  return value.toString(16).padStart(4, "0");
}
