// Packets from and to the controller, OpenFlow 1.0.0 §5.3.6 and §5.4.1.
import { inPortIn } from "../kit/in-port.ts";
import { mapped } from "../kit/mapped.ts";
import { measured } from "../kit/measured.ts";
import { port16 } from "../kit/port-number.ts";
import { named, rest, u8, u16, u32 } from "../kit/scalars.ts";
import { constant, pad } from "../kit/struct.ts";
import { unencodable } from "../kit/unencodable.ts";
import { type Variant, variant } from "../kit/union.ts";
import type { Match } from "../match.ts";
import type { PacketIn, PacketOut } from "../packet.ts";
import { actionList } from "./action.ts";

/** OFPT_PACKET_IN (§5.4.1): of the pipeline's fields only the port is told. */
export const packetIn: Variant<PacketIn> = variant(10, "packet-in", {
  bufferId: u32,
  totalLen: u16,
  match: mapped(
    port16,
    (value): Match => [{ field: "in_port", value }],
    (match) => inPortIn(match) ?? unencodable("a packet-in without in_port"),
  ),
  reason: named(u8, { "no-match": 0, action: 1 }),
  table: constant(0),
  cookie: constant(0n),
  _: pad(1),
  data: rest,
});

/** OFPT_PACKET_OUT (§5.3.6). */
export const packetOut: Variant<PacketOut> = variant(13, "packet-out", {
  bufferId: u32,
  inPort: port16,
  actions: measured(0, actionList),
  data: rest,
});
