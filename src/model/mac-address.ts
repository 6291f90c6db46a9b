import { err, ok, type Result } from "neverthrow";
import type { Brand } from "./brand.ts";

/** The MAC address of one station (not of a group), as `02:00:00:00:00:0a`: lower case, with colons. */
export type MacAddress = Brand<string, "MacAddress">;

const SHAPE = /^[0-9a-f]{2}([:-][0-9a-f]{2}){5}$/;
/** The bit of the first byte that sets groups apart from stations (IEEE 802-2014 §8.2.2). */
const GROUP_BIT = 0x01;

/** Reads the address of a station, with colons or hyphens, in either case. */
export function parseMacAddress(value: unknown): Result<MacAddress, string> {
  const text = typeof value === "string" ? value.toLowerCase().replaceAll("-", ":") : "";
  if (!SHAPE.test(text)) return err("must be a MAC address, as 02:00:00:00:00:0a");
  if ((Number.parseInt(text.slice(0, 2), 16) & GROUP_BIT) !== 0) {
    return err("is the address of a group, not of a station");
  }
  if (text === "00:00:00:00:00:00") return err("is no address of a station");
  return ok(text as MacAddress);
}
