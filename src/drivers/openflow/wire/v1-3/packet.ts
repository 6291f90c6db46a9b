// Packets from and to the controller, OpenFlow 1.3.5 §7.3.7 and §7.4.1.
import type { Action } from "../action.ts";
import type { Codec } from "../kit/codec.ts";
import { named, rest, u8, u16, u32, u64 } from "../kit/scalars.ts";
import { pad } from "../kit/struct.ts";
import { type Variant, variant } from "../kit/union.ts";
import type { PacketIn, PacketOut } from "../packet.ts";
import { actionList } from "./action.ts";
import { match } from "./match.ts";

/** OFPT_PACKET_IN (§7.4.1). */
export const packetIn: Variant<PacketIn> = variant(10, "packet-in", {
  bufferId: u32,
  totalLen: u16,
  reason: named(u8, { "no-match": 0, action: 1, "invalid-ttl": 2 }),
  table: u8,
  cookie: u64,
  match,
  _: pad(2),
  data: rest,
});

/** The length of the actions alone, u16 and 6 bytes of padding, then the actions. */
const measuredActions: Codec<readonly Action[]> = {
  read(reader) {
    const at = reader.take(8);
    const outerEnd = reader.enter(reader.view.getUint16(at));
    const actions = actionList.read(reader);
    reader.leave(outerEnd);
    return actions;
  },
  write(writer, actions) {
    const at = writer.take(8);
    const start = writer.offset;
    actionList.write(writer, actions);
    writer.view.setUint16(at, writer.offset - start);
  },
};

/** OFPT_PACKET_OUT (§7.3.7). */
export const packetOut: Variant<PacketOut> = variant(13, "packet-out", {
  bufferId: u32,
  inPort: u32,
  actions: measuredActions,
  data: rest,
});
