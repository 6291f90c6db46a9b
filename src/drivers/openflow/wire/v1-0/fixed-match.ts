// `ofp_match` as it stands on the wire, OpenFlow 1.0.0 §5.2.3.
import type { Codec } from "../kit/codec.ts";
import { mac } from "../kit/hex.ts";
import { port16 } from "../kit/port-number.ts";
import { u8, u16, u32 } from "../kit/scalars.ts";
import { pad, struct } from "../kit/struct.ts";

/** The length of a match in bytes. */
export const MATCH_BYTES = 40;

/** Fields in fixed places; `wildcards` says which of them count. */
export interface FixedMatch {
  readonly wildcards: number;
  readonly inPort: number;
  readonly dlSrc: string;
  readonly dlDst: string;
  readonly dlVlan: number;
  readonly dlVlanPcp: number;
  readonly dlType: number;
  readonly nwTos: number;
  readonly nwProto: number;
  readonly nwSrc: number;
  readonly nwDst: number;
  readonly tpSrc: number;
  readonly tpDst: number;
}

/** The 40 bytes. */
export const fixedMatch: Codec<FixedMatch> = struct({
  wildcards: u32,
  inPort: port16,
  dlSrc: mac,
  dlDst: mac,
  dlVlan: u16,
  dlVlanPcp: u8,
  _0: pad(1),
  dlType: u16,
  nwTos: u8,
  nwProto: u8,
  _1: pad(2),
  nwSrc: u32,
  nwDst: u32,
  tpSrc: u16,
  tpDst: u16,
});

/** Bits of `wildcards`: the field is ignored (OFPFW). */
export const wildcard = {
  inPort: 0x1,
  dlVlan: 0x2,
  dlSrc: 0x4,
  dlDst: 0x8,
  dlType: 0x10,
  nwProto: 0x20,
  tpSrc: 0x40,
  tpDst: 0x80,
  dlVlanPcp: 0x100000,
  nwTos: 0x200000,
} as const;

/** Where `wildcards` has the number of low bits of an address that are ignored; 32 is all of them. */
export const prefixShift = { nwSrc: 8, nwDst: 14 } as const;

/** The value of `dlVlan` for packets without a tag (OFP_VLAN_NONE). */
export const VLAN_NONE = 0xffff;

/** A match that matches everything. */
export const anything: FixedMatch = {
  wildcards: 0x3820ff,
  inPort: 0,
  dlSrc: "00:00:00:00:00:00",
  dlDst: "00:00:00:00:00:00",
  dlVlan: 0,
  dlVlanPcp: 0,
  dlType: 0,
  nwTos: 0,
  nwProto: 0,
  nwSrc: 0,
  nwDst: 0,
  tpSrc: 0,
  tpDst: 0,
};
