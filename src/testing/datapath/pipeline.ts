import type { Action } from "../../drivers/openflow/wire/action.ts";
import { portConfig } from "../../drivers/openflow/wire/constants.ts";
import { type Frame, frameBytes } from "../../model/frame.ts";
import type { WireFrame } from "../wire-frame.ts";
import { type ActionSet, inExecutionOrder, writeActions } from "./action-set.ts";
import type { Effect } from "./effect.ts";
import { fieldValues } from "./flow-match.ts";
import type { FlowEntry } from "./flow-table.ts";
import { learn } from "./learn-flow.ts";
import { passMeter } from "./meter-table.ts";
import { frameOf, type Packet, parsePacket } from "./packet.ts";
import { type Origin, type Run, runActions } from "./packet-actions.ts";
import { isLive } from "./port-table.ts";
import type { Program } from "./program.ts";
import type { SwitchState } from "./switch-state.ts";

/**
 * Carries a frame that arrived at a port through tables, groups and meters (OpenFlow 1.3.5 §5.1).
 *
 * Gives the frames to transmit and the packets for the controller, in the order in which the
 * actions were carried out. A packet that no flow matches is dropped, as is one at the end of a tunnel that has no
 * VNI, or elsewhere and has one.
 */
export function forward(
  state: SwitchState,
  frame: WireFrame,
  inPort: number,
  nowMs: number,
): readonly Effect[] {
  const port = state.ports.get(inPort);
  if (port === undefined || !isLive(port)) return [];
  port.received.packets += 1;
  port.received.bytes += frameBytes(frame);
  const isOther = port.isTunnel !== (frame.vni !== undefined);
  if (isOther || (port.config & portConfig.noReceive) !== 0) return [];
  const { vlanLimit } = state;
  const run = newRun(state, nowMs);
  runTables(run, parsePacket(frame, inPort, { tunnelId: BigInt(frame.vni ?? 0), vlanLimit }));
  return effectsOf(run);
}

/** Carries out the actions of a packet-out; an output to the tables sends it through them. */
export function packetOut(
  state: SwitchState,
  {
    frame,
    inPort,
    actions,
  }: { readonly frame: Frame; readonly inPort: number; readonly actions: readonly Action[] },
  nowMs: number,
): readonly Effect[] {
  const { vlanLimit } = state;
  const run = newRun(state, nowMs);
  runActions(run, actions, parsePacket(frame, inPort, { vlanLimit }));
  return effectsOf(run);
}

/** What a packet-out's packet tells, which no flow sent. */
const noOrigin: Origin = { reason: "action", table: 0, cookie: 0xffffffffffffffffn };

/** What a pass has caused: nothing at all, if groups led in circles. */
function effectsOf({ effects, groups }: Run): readonly Effect[] {
  return groups.tooMany ? [] : effects;
}

function newRun(state: SwitchState, nowMs: number): Run {
  const run: Run = {
    state,
    nowMs,
    effects: [],
    groups: { passes: 0, tooMany: false },
    origin: noOrigin,
    toTables: (packet) => runTables(run, packet),
    learn: (action, packet) => {
      const expiresMs = learn(state, action, packet, nowMs);
      if (expiresMs !== undefined) run.effects.push({ type: "learned", expiresMs });
    },
  };
  return run;
}

/**
 * Goes from table to table until a flow names no next one, then carries out the action set. A miss
 * ends the way as well: what earlier tables wrote is carried out, as Open vSwitch does it. What the
 * action set sends to the controller counts as sent by the first flow on the way, as there.
 */
function runTables(run: Run, arrived: Packet): void {
  const arrivedBytes = frameBytes(frameOf(arrived));
  let packet = arrived;
  let set: ActionSet = [];
  let first: Origin | undefined;
  let next: number | undefined = 0;
  while (next !== undefined) {
    const flow: FlowEntry | undefined = run.state.tables.get(next)?.lookup(fieldValues(packet));
    if (flow === undefined) break;
    countFlow(flow, arrivedBytes, run.nowMs);
    if (!passesMeter(run, flow, packet)) return;
    const origin = originOf(flow);
    first ??= origin;
    const program: Program = flow.program;
    packet = runActions({ ...run, origin }, program.apply, packet);
    set = writeActions(program.clear ? [] : set, program.write);
    packet = withMetadata(packet, program.metadata);
    next = program.gotoTable;
  }
  const origin: Origin = { ...(first ?? run.origin), reason: "action" };
  runActions({ ...run, origin }, inExecutionOrder(set), packet);
}

/** Counts a packet with the length that it arrived with, whatever tables have made of it since. */
function countFlow(flow: FlowEntry, bytes: number, nowMs: number): void {
  flow.packets += 1;
  flow.bytes += bytes;
  flow.usedMs = nowMs;
}

function passesMeter(run: Run, flow: FlowEntry, packet: Packet): boolean {
  const number = flow.program.meter;
  const meter = number === undefined ? undefined : run.state.meters.get(number);
  return meter === undefined || passMeter(meter, frameBytes(frameOf(packet)), run.nowMs);
}

function originOf(flow: FlowEntry): Origin {
  const isTableMiss = flow.priority === 0 && flow.match.tests.length === 0;
  return {
    reason: isTableMiss ? "no-match" : "action",
    table: flow.table,
    cookie: flow.cookie,
  };
}

function withMetadata(packet: Packet, write: Program["metadata"]): Packet {
  if (write === undefined) return packet;
  return { ...packet, metadata: (packet.metadata & ~write.mask) | write.value };
}
