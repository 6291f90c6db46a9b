// Nicira's messages, as `nicira-ext.h` of Open vSwitch lays them out.
import type { Action } from "../action.ts";
import { experimenterId } from "../experimenter-id.ts";
import type { Codec } from "../kit/codec.ts";
import { type Foreign, foreign } from "../kit/experimenter.ts";
import type { MatchCodecs } from "../kit/match.ts";
import { measuredAndPadded } from "../kit/measured.ts";
import { flowModCommand, packetInReasons } from "../kit/names.ts";
import { port16 } from "../kit/port-number.ts";
import { named, rest, u8, u16, u32, u64 } from "../kit/scalars.ts";
import { list, pad } from "../kit/struct.ts";
import { tlv } from "../kit/tlv.ts";
import { Union, type Variant, variant } from "../kit/union.ts";
import type { OfMessage } from "../message.ts";
import { asyncMasks } from "../v1-3/switch.ts";
import type { NiciraPacketProperty } from "./message.ts";

/** The messages that have a name here. */
export function niciraMessages(
  { fieldList }: MatchCodecs,
  actions: Codec<readonly Action[]>,
): readonly Foreign<OfMessage>[] {
  const match = measuredAndPadded(6, fieldList);
  const properties = list(tlv(new Union(packetProperties({ fieldList })), "outside"));
  return foreign<OfMessage>(experimenterId.nicira, [
    variant(12, "nx-set-flow-format", { format: u32 }),
    variant(13, "nx-flow-mod", {
      cookie: u64,
      command: flowModCommand(u16),
      idleTimeoutS: u16,
      hardTimeoutS: u16,
      priority: u16,
      bufferId: u32,
      outPort: port16,
      flags: u16,
      match,
      actions,
    }),
    variant(15, "nx-flow-mod-table-id", { enabled: u8, _: pad(7) }),
    variant(16, "nx-set-packet-in-format", { format: u32 }),
    variant(17, "nx-packet-in", {
      bufferId: u32,
      totalLen: u16,
      reason: named(u8, packetInReasons),
      table: u8,
      cookie: u64,
      match,
      _: pad(2),
      data: rest,
    }),
    variant(18, "nx-flow-age", {}),
    variant(19, "nx-set-async", { settings: asyncMasks }),
    variant(20, "nx-set-controller-id", { _: pad(6), controllerId: u16 }),
    variant(21, "nx-flow-monitor-cancel", { monitor: u32 }),
    variant(22, "nx-flow-monitor-paused", {}),
    variant(23, "nx-flow-monitor-resumed", {}),
    variant(28, "nx-resume", { properties }),
    variant(29, "nx-ct-flush-zone", { _: pad(6), zone: u16 }),
    variant(30, "nx-packet-in2", { properties }),
  ]);
}

function packetProperties({
  fieldList,
}: Pick<MatchCodecs, "fieldList">): readonly Variant<NiciraPacketProperty>[] {
  return [
    variant(0, "packet", { data: rest }),
    variant(1, "full-length", { length: u32 }),
    variant(2, "buffer-id", { bufferId: u32 }),
    variant(3, "table-id", { table: u8 }),
    variant(4, "cookie", { _: pad(4), cookie: u64 }),
    variant(5, "reason", { reason: u8 }),
    variant(6, "metadata", { match: fieldList }),
    variant(7, "userdata", { data: rest }),
    variant(8, "continuation", { data: rest }),
  ];
}
