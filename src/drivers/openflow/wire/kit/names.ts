import type { FlowModCommand, FlowRemovedReason } from "../flow.ts";
import type { PacketInReason } from "../packet.ts";
import type { PortStatusReason } from "../port.ts";
import type { ControllerRole } from "../switch.ts";
import type { Codec } from "./codec.ts";
import { named, u8, u32 } from "./scalars.ts";

// What is numbered alike in several versions.

/** The command of a flow-mod, in one byte or two. */
export function flowModCommand(number: Codec<number>): Codec<FlowModCommand | number> {
  return named(number, {
    add: 0,
    modify: 1,
    "modify-strict": 2,
    delete: 3,
    "delete-strict": 4,
  });
}

/** Why a port's status is told. */
export const portStatusReason: Codec<PortStatusReason | number> = named(u8, {
  add: 0,
  delete: 1,
  modify: 2,
});

/** The role of a controller. */
export const controllerRole: Codec<ControllerRole | number> = named(u32, {
  "no-change": 0,
  equal: 1,
  master: 2,
  slave: 3,
});

/** Why a packet came to the controller, from OpenFlow 1.4 on. */
export const packetInReasons: Readonly<Record<PacketInReason, number>> = {
  "no-match": 0,
  action: 1,
  "invalid-ttl": 2,
  "action-set": 3,
  group: 4,
  "packet-out": 5,
};

/** Why a flow entry is gone, from OpenFlow 1.4 on. */
export const flowRemovedReasons: Readonly<Record<FlowRemovedReason, number>> = {
  "idle-timeout": 0,
  "hard-timeout": 1,
  delete: 2,
  "group-delete": 3,
  "meter-delete": 4,
  eviction: 5,
};
