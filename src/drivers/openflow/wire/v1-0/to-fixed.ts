import { VLAN_PRESENT } from "../constants.ts";
import { unencodable } from "../kit/unencodable.ts";
import type { NumberField, OxmField } from "../match.ts";
import { anything, type FixedMatch, prefixShift, VLAN_NONE, wildcard } from "./fixed-match.ts";

/** A match while it is put together. */
type Draft = { -readonly [Name in keyof FixedMatch]: FixedMatch[Name] };

/** The places of these fields; a field that OpenFlow 1.0 has no place for cannot be encoded. */
export function fixedOf(fields: readonly OxmField[]): FixedMatch {
  const draft: Draft = { ...anything };
  for (const field of fields) put(draft, field);
  return draft;
}

function put(draft: Draft, field: OxmField): void {
  switch (field.field) {
    case "eth_src":
      counts(draft, "dlSrc", field);
      draft.dlSrc = field.value;
      break;
    case "eth_dst":
      counts(draft, "dlDst", field);
      draft.dlDst = field.value;
      break;
    case "ipv4_src":
    case "arp_spa":
      putAddress(draft, "nwSrc", field);
      break;
    case "ipv4_dst":
    case "arp_tpa":
      putAddress(draft, "nwDst", field);
      break;
    default:
      putNumber(draft, field);
  }
}

function putNumber(draft: Draft, { field, value, mask }: OxmField): void {
  const place = places.get(field);
  if (place === undefined || typeof value !== "number") {
    unencodable(`OpenFlow 1.0 cannot match ${field}`);
  }
  counts(draft, place.name, { field, mask });
  draft[place.name] = place.toWire(value);
}

/** Where a number goes, and how. */
interface Place {
  readonly name:
    | "inPort"
    | "dlVlan"
    | "dlVlanPcp"
    | "dlType"
    | "nwTos"
    | "nwProto"
    | "tpSrc"
    | "tpDst";
  readonly toWire: (value: number) => number;
}

const same = (value: number): number => value;
const places: ReadonlyMap<string, Place> = new Map<string, Place>([
  ["in_port", { name: "inPort", toWire: same }],
  ["vlan_vid", { name: "dlVlan", toWire: dlVlanOf }],
  ["vlan_pcp", { name: "dlVlanPcp", toWire: same }],
  ["eth_type", { name: "dlType", toWire: same }],
  ["ip_dscp", { name: "nwTos", toWire: (value) => value << 2 }],
  ["ip_proto", { name: "nwProto", toWire: same }],
  ["arp_op", { name: "nwProto", toWire: same }],
  ["tcp_src", { name: "tpSrc", toWire: same }],
  ["tcp_dst", { name: "tpDst", toWire: same }],
  ["udp_src", { name: "tpSrc", toWire: same }],
  ["udp_dst", { name: "tpDst", toWire: same }],
  ["icmpv4_type", { name: "tpSrc", toWire: same }],
  ["icmpv4_code", { name: "tpDst", toWire: same }],
]);

function dlVlanOf(value: number): number {
  if (value === 0) return VLAN_NONE;
  if ((value & VLAN_PRESENT) === 0) unencodable(`a VLAN ${value} without the bit for a tag`);
  return value & 0xfff;
}

/** Says that the field counts; without a mask, since there is no place for one. */
function counts(
  draft: Draft,
  name: keyof typeof wildcard,
  { field, mask }: { readonly field: string; readonly mask?: unknown },
): void {
  if (mask !== undefined) unencodable(`OpenFlow 1.0 has no mask for ${field}`);
  draft.wildcards &= ~wildcard[name];
}

function putAddress(draft: Draft, name: keyof typeof prefixShift, field: NumberField): void {
  const { value, mask = 0xffffffff } = field;
  const ignored = 32 - Math.clz32(~mask);
  const prefix = ignored === 32 ? 0 : (-1 << ignored) >>> 0;
  if (mask !== prefix) {
    unencodable(`OpenFlow 1.0 matches the first bits of ${field.field} only`);
  }
  const shift = prefixShift[name];
  draft[name] = value;
  draft.wildcards = (draft.wildcards & ~(0x3f << shift)) | (ignored << shift);
}
