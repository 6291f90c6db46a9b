import { VLAN_PRESENT } from "../constants.ts";
import type { NumberFieldName, OxmField } from "../match.ts";
import { type FixedMatch, prefixShift, VLAN_NONE, wildcard } from "./fixed-match.ts";
import { hasTos, protocolOf, transports } from "./protocol.ts";

/** The fields that count: not ignored, and with what they need before them (1.0.0 §3.4). */
export function fieldsOf(fixed: FixedMatch): OxmField[] {
  const fields: OxmField[] = [];
  const { wildcards } = fixed;
  const counts = (bit: number): boolean => (wildcards & bit) === 0;
  if (counts(wildcard.inPort)) fields.push({ field: "in_port", value: fixed.inPort });
  if (counts(wildcard.dlSrc)) fields.push({ field: "eth_src", value: fixed.dlSrc });
  if (counts(wildcard.dlDst)) fields.push({ field: "eth_dst", value: fixed.dlDst });
  if (counts(wildcard.dlVlan)) fields.push({ field: "vlan_vid", value: vlanOf(fixed.dlVlan) });
  if (counts(wildcard.dlVlanPcp)) fields.push({ field: "vlan_pcp", value: fixed.dlVlanPcp });
  if (counts(wildcard.dlType)) {
    fields.push({ field: "eth_type", value: fixed.dlType }, ...networkFields(fixed));
  }
  return fields;
}

function vlanOf(dlVlan: number): number {
  return dlVlan === VLAN_NONE ? 0 : VLAN_PRESENT | (dlVlan & 0xfff);
}

function networkFields(fixed: FixedMatch): OxmField[] {
  const protocol = protocolOf(fixed.dlType);
  if (protocol === undefined) return [];
  const { wildcards, dlType, nwTos, nwProto } = fixed;
  const matchesTos = hasTos(dlType) && (wildcards & wildcard.nwTos) === 0;
  const matchesProto = (wildcards & wildcard.nwProto) === 0;
  return [
    ...(matchesTos ? [{ field: "ip_dscp" as const, value: nwTos >>> 2 }] : []),
    ...(matchesProto ? [{ field: protocol.nwProto, value: nwProto }] : []),
    ...address(protocol.nwSrc, fixed.nwSrc, wildcards >>> prefixShift.nwSrc),
    ...address(protocol.nwDst, fixed.nwDst, wildcards >>> prefixShift.nwDst),
    ...(matchesProto && hasTos(dlType) ? transportFields(fixed) : []),
  ];
}

/** An address of which the low bits, as many as the lower six bits of `ignored` say, do not count. */
function address(field: NumberFieldName, value: number, ignored: number): OxmField[] {
  const bits = ignored & 0x3f;
  if (bits === 0) return [{ field, value }];
  if (bits >= 32) return [];
  const mask = (-1 << bits) >>> 0;
  return [{ field, value: (value & mask) >>> 0, mask }];
}

function transportFields(fixed: FixedMatch): OxmField[] {
  const names = transports.get(fixed.nwProto);
  if (names === undefined) return [];
  const [source, destination] = names;
  const { wildcards, tpSrc, tpDst } = fixed;
  return [
    ...((wildcards & wildcard.tpSrc) === 0 ? [{ field: source, value: tpSrc }] : []),
    ...((wildcards & wildcard.tpDst) === 0 ? [{ field: destination, value: tpDst }] : []),
  ];
}
