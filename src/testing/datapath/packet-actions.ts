import type { Action } from "../../drivers/openflow/wire/action.ts";
import {
  MAX_LEN_NO_BUFFER,
  NO_BUFFER,
  PORT_ALL,
  PORT_CONTROLLER,
  PORT_FLOOD,
  PORT_IN_PORT,
  PORT_TABLE,
  portConfig,
} from "../../drivers/openflow/wire/constants.ts";
import type { OxmField } from "../../drivers/openflow/wire/match.ts";
import type { NiciraLearn } from "../../drivers/openflow/wire/nicira/action.ts";
import type { PacketInReason } from "../../drivers/openflow/wire/packet.ts";
import { encodeFrame, frameBytes } from "../../model/frame.ts";
import type { Effect } from "./effect.ts";
import { fieldValues } from "./flow-match.ts";
import type { CountedBucket, Group } from "./group-table.ts";
import { frameOf, type Packet, popTag, pushTag, setPriority, setVlan } from "./packet.ts";
import { isLive, type SimPort } from "./port-table.ts";
import { countQueued } from "./queue-table.ts";
import type { SwitchState } from "./switch-state.ts";

/** What a packet sent to the controller tells of the flow that sent it. */
export interface Origin {
  readonly reason: PacketInReason;
  readonly table: number;
  readonly cookie: bigint;
}

/** One pass of one packet through the switch. */
export interface Run {
  readonly state: SwitchState;
  readonly nowMs: number;
  /** What the pass has caused so far. */
  readonly effects: Effect[];
  /** How many groups the packet has passed, all copies together; too many, and it is given up. */
  readonly groups: { passes: number; tooMany: boolean };
  readonly origin: Origin;
  /** Sends a packet through the flow tables, for an output to them. */
  readonly toTables: (packet: Packet) => void;
  /** Adds a flow that is made from the packet. */
  readonly learn: (action: NiciraLearn, packet: Packet) => void;
}

/** Carries out actions one after the other; gives the packet that they leave. */
export function runActions(run: Run, actions: readonly Action[], packet: Packet): Packet {
  return runNested(run, actions, packet, 0);
}

/** How deep groups may be nested, and how many one packet may pass, before it is given up. */
const MAX_GROUP_DEPTH = 64;
const MAX_GROUP_PASSES = 4_096;

function runNested(run: Run, actions: readonly Action[], arrived: Packet, depth: number): Packet {
  let packet = arrived;
  for (const action of actions) {
    switch (action.type) {
      case "output":
        output(run, action, packet);
        break;
      case "group":
        runGroup(run, action.group, packet, depth);
        break;
      case "push-vlan":
        packet = pushTag(packet, action.ethertype);
        break;
      case "pop-vlan":
        packet = popTag(packet);
        break;
      case "set-field":
        packet = setField(packet, action.field);
        break;
      case "set-queue":
        packet = { ...packet, queue: action.queue };
        break;
      case "nx-learn2":
        run.learn(action, packet);
        break;
      case "nx-resubmit-table":
        packet = resubmit(run, action.table, packet, depth);
        break;
      case "nx-reg-load":
        packet = loadRegister(packet, action);
        break;
      default:
        // Nothing else passes the checks of a flow-mod.
        break;
    }
  }
  return packet;
}

/** Carries out the actions that another table has for the packet; the way goes on here afterwards. */
function resubmit(run: Run, table: number, packet: Packet, depth: number): Packet {
  const flow = run.state.tables.get(table)?.lookup(fieldValues(packet));
  if (flow === undefined || depth >= MAX_GROUP_DEPTH) return packet;
  flow.packets += 1;
  flow.bytes += frameBytes(frameOf(packet));
  flow.usedMs = run.nowMs;
  return runNested(run, flow.program.apply, packet, depth + 1);
}

function loadRegister(packet: Packet, load: Action & { type: "nx-reg-load" }): Packet {
  const { offset, bits } = load.range;
  const mask = ((1n << BigInt(bits)) - 1n) << BigInt(offset);
  const written = (old: number): number =>
    Number((BigInt(old) & ~mask) | ((load.value << BigInt(offset)) & mask));
  const [first, second] = packet.registers;
  return load.destination.field === "nxm_nx_reg0"
    ? { ...packet, registers: [written(first), second] }
    : { ...packet, registers: [first, written(second)] };
}

function setField(packet: Packet, field: OxmField): Packet {
  switch (field.field) {
    case "eth_dst":
      return { ...packet, destination: field.value };
    case "eth_src":
      return { ...packet, source: field.value };
    case "vlan_vid":
      return setVlan(packet, field.value & 0xfff);
    case "tunnel_id":
      return { ...packet, tunnelId: field.value };
    case "vlan_pcp":
      return setPriority(packet, field.value);
    default:
      return packet;
  }
}

function output(run: Run, action: Action & { type: "output" }, packet: Packet): void {
  const { ports } = run.state;
  switch (action.port) {
    case PORT_CONTROLLER:
      sendToController(run, packet, action.maxLen);
      return;
    case PORT_TABLE:
      run.toTables(packet);
      return;
    case PORT_IN_PORT:
      transmit(run, ports.get(packet.inPort), packet);
      return;
    case PORT_ALL:
    case PORT_FLOOD:
      for (const port of ports.values()) {
        if (port.port !== packet.inPort) transmit(run, port, packet);
      }
      return;
    default:
      if (action.port !== packet.inPort) transmit(run, ports.get(action.port), packet);
  }
}

function transmit(run: Run, port: SimPort | undefined, packet: Packet): void {
  if (port === undefined || !isLive(port) || (port.config & portConfig.noForward) !== 0) return;
  const frame = frameOf(packet);
  port.sent.packets += 1;
  port.sent.bytes += frameBytes(frame);
  countQueued(run.state, port, packet);
  const sent = port.isTunnel ? { ...frame, vni: Number(packet.tunnelId & VNI_BITS) } : frame;
  run.effects.push({ type: "transmit", port: port.port, frame: sent });
}

/** A VNI has 24 bits. */
const VNI_BITS = 0xff_ffffn;

function sendToController(run: Run, packet: Packet, maxLen: number): void {
  const bytes = encodeFrame(frameOf(packet));
  const data = maxLen === MAX_LEN_NO_BUFFER ? bytes : bytes.subarray(0, maxLen);
  const inPort: OxmField = { field: "in_port", value: packet.inPort };
  const pipeline: readonly OxmField[] = [
    { field: "tunnel_id", value: packet.tunnelId },
    { field: "metadata", value: packet.metadata },
  ];
  run.effects.push({
    type: "notify",
    message: {
      type: "packet-in",
      bufferId: NO_BUFFER,
      totalLen: bytes.length,
      ...run.origin,
      match: [inPort, ...pipeline.filter(({ value }) => value !== 0n)],
      data,
    },
  });
}

function runGroup(run: Run, number: number, packet: Packet, depth: number): void {
  const group = run.state.groups.get(number);
  run.groups.passes += 1;
  run.groups.tooMany ||= depth >= MAX_GROUP_DEPTH || run.groups.passes > MAX_GROUP_PASSES;
  if (group === undefined || run.groups.tooMany) return;
  const bytes = frameBytes(frameOf(packet));
  group.packets += 1;
  group.bytes += bytes;
  for (const bucket of chosenBuckets(run.state, group, packet)) {
    bucket.packets += 1;
    bucket.bytes += bytes;
    const origin: Origin = { ...run.origin, reason: "action" };
    runNested({ ...run, origin }, bucket.actions, packet, depth + 1);
  }
}

function chosenBuckets(state: SwitchState, group: Group, packet: Packet): readonly CountedBucket[] {
  switch (group.groupType) {
    case "all":
    case "indirect":
      return group.buckets;
    case "select":
      return selectBucket(group.buckets, packet);
    case "fast-failover": {
      const live = state.groups.firstLive(group, (number) => {
        const port = state.ports.get(number);
        return port !== undefined && isLive(port);
      });
      return live === undefined ? [] : [live];
    }
    default:
      return group.groupType satisfies never;
  }
}

/** Shares flows out by weight; frames between the same two addresses take the same bucket. */
function selectBucket(buckets: readonly CountedBucket[], packet: Packet): readonly CountedBucket[] {
  const total = buckets.reduce((sum, { config }) => sum + (config.weight ?? 0), 0);
  if (total === 0) return [];
  let rest = addressHash(packet.source + packet.destination) % total;
  const chosen = buckets.find(({ config }) => {
    rest -= config.weight ?? 0;
    return rest < 0;
  });
  return chosen === undefined ? [] : [chosen];
}

/** FNV-1a (Fowler, Noll, Vo), 32 bits. */
function addressHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}
