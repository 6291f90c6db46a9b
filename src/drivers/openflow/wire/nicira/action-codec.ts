// Nicira's actions, as `nicira-ext.h` of Open vSwitch lays them out.
import type { Action } from "../action.ts";
import { experimenterId } from "../experimenter-id.ts";
import { bitRange } from "../kit/bit-range.ts";
import type { Codec } from "../kit/codec.ts";
import { type Foreign, foreign } from "../kit/experimenter.ts";
import type { MatchCodecs } from "../kit/match.ts";
import { port16 } from "../kit/port-number.ts";
import { rest, u8, u16, u32, u64 } from "../kit/scalars.ts";
import { pad } from "../kit/struct.ts";
import { type Variant, variant } from "../kit/union.ts";
import { learnActions } from "./learn-codec.ts";

/** The actions that have a name here; `actions` reads those that stand inside others. */
export function niciraActions(
  fields: MatchCodecs,
  actions: Codec<readonly Action[]>,
): readonly Foreign<Action>[] {
  return foreign(experimenterId.nicira, [
    ...forwarding(fields),
    ...registers(fields),
    ...headers,
    ...learnActions(fields.fieldId),
    variant(35, "nx-ct", {
      flags: u16,
      zoneSource: fields.fieldId,
      zone: u16,
      table: u8,
      _: pad(3),
      alg: u16,
      actions,
    }),
    variant(42, "nx-clone", { _: pad(6), actions }),
    variant(43, "nx-ct-clear", { _: pad(6) }),
  ]);
}

/** Where the packet goes. */
function forwarding({ fieldId }: MatchCodecs): readonly Variant<Action>[] {
  return [
    variant(1, "nx-resubmit", { inPort: port16, _: pad(4) }),
    variant(14, "nx-resubmit-table", { inPort: port16, table: u8, _: pad(3) }),
    variant(44, "nx-resubmit-table-ct", { inPort: port16, table: u8, _: pad(3) }),
    variant(4, "nx-set-queue", { _: pad(2), queue: u32 }),
    variant(5, "nx-pop-queue", { _: pad(6) }),
    variant(8, "nx-note", { data: rest }),
    variant(15, "nx-output-reg", { range: bitRange, source: fieldId, maxLen: u16, _: pad(6) }),
    variant(17, "nx-exit", { _: pad(6) }),
    variant(19, "nx-fin-timeout", { idleTimeoutS: u16, hardTimeoutS: u16, _: pad(2) }),
    variant(20, "nx-controller", { maxLen: u16, controllerId: u16, reason: u8, _: pad(1) }),
    variant(32, "nx-output-reg2", { range: bitRange, maxLen: u16, source: fieldId }),
    variant(34, "nx-conjunction", { clause: u8, clauses: u8, id: u32 }),
    variant(39, "nx-output-trunc", { port: port16, maxLen: u32 }),
    variant(40, "nx-group", { _: pad(2), group: u32 }),
  ];
}

/** What is kept beside the packet. */
function registers({ field, fieldId }: MatchCodecs): readonly Variant<Action>[] {
  const stack = { offset: u16, field: fieldId, bits: u16 };
  return [
    variant(2, "nx-set-tunnel", { _: pad(2), tunnelId: u32 }),
    variant(6, "nx-reg-move", {
      bits: u16,
      sourceOffset: u16,
      destinationOffset: u16,
      source: fieldId,
      destination: fieldId,
    }),
    variant(7, "nx-reg-load", { range: bitRange, destination: fieldId, value: u64 }),
    variant(9, "nx-set-tunnel64", { _: pad(6), tunnelId: u64 }),
    variant(22, "nx-write-metadata", { _: pad(6), metadata: u64, mask: u64 }),
    variant(27, "nx-stack-push", stack),
    variant(28, "nx-stack-pop", stack),
    variant(33, "nx-reg-load2", { field }),
  ];
}

/** What is written to the packet. */
const headers: readonly Variant<Action>[] = [
  variant(18, "nx-dec-ttl", { _: pad(6) }),
  variant(23, "nx-push-mpls", { ethertype: u16, _: pad(4) }),
  variant(24, "nx-pop-mpls", { ethertype: u16, _: pad(4) }),
  variant(25, "nx-set-mpls-ttl", { ttl: u8, _: pad(5) }),
  variant(26, "nx-dec-mpls-ttl", { _: pad(6) }),
  variant(30, "nx-set-mpls-label", { _: pad(2), label: u32 }),
  variant(31, "nx-set-mpls-tc", { tc: u8, _: pad(5) }),
];
