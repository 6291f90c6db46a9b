// Packets from and to the controller, OpenFlow 1.3.5 §7.3.7 and §7.4.1.
import type { MatchCodecs } from "../kit/match.ts";
import { measured } from "../kit/measured.ts";
import { named, rest, u8, u16, u32, u64 } from "../kit/scalars.ts";
import { pad } from "../kit/struct.ts";
import { type Variant, variant } from "../kit/union.ts";
import type { PacketIn, PacketInReason, PacketOut } from "../packet.ts";
import type { ActionCodecs } from "./action.ts";

/** Why a packet came to the controller, in OpenFlow 1.3. */
export const packetInReasons: Readonly<Partial<Record<PacketInReason, number>>> = {
  "no-match": 0,
  action: 1,
  "invalid-ttl": 2,
};

/** OFPT_PACKET_IN (§7.4.1). */
export function packetIn(
  { match }: MatchCodecs,
  reasons: Readonly<Partial<Record<PacketInReason, number>>>,
): Variant<PacketIn> {
  return variant(
    10,
    "packet-in",
    {
      bufferId: u32,
      totalLen: u16,
      reason: named(u8, reasons),
      table: u8,
      cookie: u64,
      match,
      _: pad(2),
      data: rest,
    },
    () => ({
      type: "packet-in",
      bufferId: 0,
      totalLen: 0,
      reason: "action",
      table: 0,
      cookie: 0n,
      match: [],
      data: undefined,
    }),
  );
}

/** OFPT_PACKET_OUT (§7.3.7). */
export function packetOut({ list: actions }: ActionCodecs): Variant<PacketOut> {
  return variant(13, "packet-out", {
    bufferId: u32,
    inPort: u32,
    actions: measured(6, actions),
    data: rest,
  });
}
