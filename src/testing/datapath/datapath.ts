import { err, ok, type Result } from "neverthrow";
import type { Action } from "../../drivers/openflow/wire/action.ts";
import { flowFlag, NO_BUFFER, PORT_ANY, QUEUE_ALL } from "../../drivers/openflow/wire/constants.ts";
import type { FlowMod, FlowStats } from "../../drivers/openflow/wire/flow.ts";
import type { GroupDesc, GroupMod } from "../../drivers/openflow/wire/group.ts";
import type { OfMessage } from "../../drivers/openflow/wire/message.ts";
import type { MeterConfig, MeterMod } from "../../drivers/openflow/wire/meter.ts";
import type { PacketOut } from "../../drivers/openflow/wire/packet.ts";
import type { Port, PortMod } from "../../drivers/openflow/wire/port.ts";
import type { QueueStats } from "../../drivers/openflow/wire/queue.ts";
import { decodeFrame } from "../../model/frame.ts";
import type { WireFrame } from "../wire-frame.ts";
import { checkActions } from "./action-check.ts";
import type { Effect, Notice } from "./effect.ts";
import { featuresReply } from "./features.ts";
import { allFlows, changeFlows, type RemovedFlow, removeFlows } from "./flow-change.ts";
import { compileMatch } from "./flow-match.ts";
import { flowExpiry } from "./flow-table.ts";
import { forward, packetOut } from "./pipeline.ts";
import { configurePort, describePort, type PortSpec, portTable } from "./port-table.ts";
import { someAction } from "./program.ts";
import { queueStats, queuesAt } from "./queue-table.ts";
import { type Refusal, refusal, refuse } from "./refusal.ts";
import { durationSince, flowStats, groupDesc, meterConfig, readStatistics } from "./statistics.ts";
import { blankState, remember, type SwitchState } from "./switch-state.ts";

/** What a datapath is made of. */
export interface DatapathOptions {
  readonly datapathId: bigint;
  readonly ports: readonly PortSpec[];
  /** The most flows that one table takes, and says that it does; 1,000,000 when absent, as in Open vSwitch. */
  readonly maxFlowsPerTable?: number | (() => number);
  /** Whether it learns as Open vSwitch does, and says so; not when absent. */
  readonly learns?: boolean;
  /** How many tags of a frame it looks at, as `vlan-limit` of Open vSwitch; 1 when absent. */
  readonly vlanLimit?: 1 | 2;
  /** The queues that somebody has made at a port; none when absent. They count, and do not shape. */
  readonly queues?: (port: number) => readonly number[];
  /** What it makes of the meters that it is asked for, as much hardware rounds; nothing else when absent. */
  readonly rounds?: (meter: MeterMod) => MeterMod;
  /** What it cannot do, as much hardware cannot, and what it says to that; nothing when absent. */
  readonly lacks?: (message: OfMessage) => Refusal | undefined;
}

/**
 * An OpenFlow 1.3 switch without wires, controllers and clock: messages, frames and times go in,
 * effects come out. Equal inputs give equal effects.
 */
export class Datapath {
  #state: SwitchState;

  constructor(options: DatapathOptions, nowMs: number) {
    const { maxFlowsPerTable = DEFAULT_MAX_FLOWS_PER_TABLE } = options;
    this.#state = blankState({
      datapathId: options.datapathId,
      ports: portTable(options.ports, options.datapathId, nowMs),
      maxFlowsPerTable:
        typeof maxFlowsPerTable === "function" ? maxFlowsPerTable : () => maxFlowsPerTable,
      learns: options.learns ?? false,
      vlanLimit: options.vlanLimit ?? 1,
      queues: options.queues ?? (() => []),
      rounds: options.rounds ?? ((meter) => meter),
      lacks: options.lacks ?? (() => undefined),
    });
  }

  /** The flows it holds, in the order of their tables. */
  flows(nowMs: number): readonly FlowStats[] {
    return allFlows(this.#state).map((flow) => flowStats(flow, nowMs));
  }

  /** The groups it holds. */
  groups(): readonly GroupDesc[] {
    return [...this.#state.groups].map(groupDesc);
  }

  /** The meters it holds. */
  meters(): readonly MeterConfig[] {
    return [...this.#state.meters].map(meterConfig);
  }

  /** What left by the queues of its ports. */
  queues(): readonly QueueStats[] {
    return queueStats(this.#state, { port: PORT_ANY, queue: QUEUE_ALL }).unwrapOr([]);
  }

  /** Carries out a message of a controller. */
  receive(message: OfMessage, nowMs: number): readonly Effect[] {
    return carryOut(this.#state, message, nowMs).match(
      (effects) => effects,
      (reason) => [{ type: "refuse", ...reason }],
    );
  }

  /**
   * Carries out messages together: all of them, or none when one is refused. `veto` may refuse one
   * that could be carried out.
   */
  receiveAll(
    messages: readonly OfMessage[],
    nowMs: number,
    veto: (message: OfMessage) => Refusal | undefined = () => undefined,
  ): Result<readonly Effect[], Refusal & { readonly index: number }> {
    const restored = remember(this.#state);
    const effects: Effect[] = [];
    for (const [index, message] of messages.entries()) {
      const vetoed = veto(message);
      const done = vetoed === undefined ? carryOut(this.#state, message, nowMs) : err(vetoed);
      if (done.isErr()) {
        this.#state = restored();
        return err({ ...done.error, index });
      }
      effects.push(...done.value);
    }
    return ok(effects);
  }

  /** Forwards a frame that arrived at a port. */
  forward(frame: WireFrame, inPort: number, nowMs: number): readonly Effect[] {
    return forward(this.#state, frame, inPort, nowMs);
  }

  /** Gives a port a signal or takes it away. */
  setLink(number: number, up: boolean): readonly Effect[] {
    const port = this.#state.ports.get(number);
    if (port === undefined || port.linkUp === up) return [];
    port.linkUp = up;
    return [portStatus(describePort(port))];
  }

  /** Removes the flows whose time is up. */
  expire(nowMs: number): readonly Effect[] {
    return allFlows(this.#state).flatMap((flow) => {
      const expiry = flowExpiry(flow);
      if (expiry === undefined || expiry.atMs > nowMs) return [];
      return tellRemoved(removeFlows(this.#state, [flow], expiry.reason), nowMs);
    });
  }

  /** When {@link expire} next has something to do, milliseconds since the epoch. */
  nextExpiryMs(): number | undefined {
    const timesMs = allFlows(this.#state).flatMap((flow) => flowExpiry(flow)?.atMs ?? []);
    return timesMs.length === 0 ? undefined : timesMs.reduce((a, b) => Math.min(a, b));
  }

  /** Forgets flows, groups and meters, as a loss of power does. Ports stay. */
  reset(): void {
    this.#state = blankState(this.#state);
  }

  /** Loses the flow that a flow-mod added, without telling anybody. */
  forget(mod: FlowMod): void {
    const table = this.#state.tables.get(mod.table);
    const flow = compileMatch(mod.match)
      .map((match) => table?.find(match, mod.priority))
      .unwrapOr(undefined);
    if (flow !== undefined) table?.delete(flow);
  }
}

const DEFAULT_MAX_FLOWS_PER_TABLE = 1_000_000;

function carryOut(
  state: SwitchState,
  message: OfMessage,
  nowMs: number,
): Result<readonly Effect[], Refusal> {
  const lacking = state.lacks(message);
  if (lacking !== undefined) return err(lacking);
  switch (message.type) {
    case "echo-request":
      return ok([reply({ type: "echo-reply", data: message.data })]);
    case "features-request":
      return ok([reply(featuresReply(state))]);
    case "barrier-request":
      return ok([reply({ type: "barrier-reply" })]);
    case "get-config-request":
      return ok([reply({ type: "get-config-reply", flags: 0, missSendLen: 0 })]);
    case "flow-mod":
      if (!state.learns && learns(message)) return refuse("bad-action", "bad-experimenter");
      return changeFlows(state, message, nowMs).map((removed) => tellRemoved(removed, nowMs));
    case "group-mod":
      return changeGroup(state, message, nowMs);
    case "meter-mod":
      return changeMeter(state, message, nowMs);
    case "port-mod":
      return changePort(state, message);
    case "packet-out":
      return sendPacket(state, message, nowMs);
    case "queue-get-config-request":
      return queuesAt(state, message.port).map((queues) => [
        reply({ type: "queue-get-config-reply", port: message.port, queues }),
      ]);
    case "multipart-request":
      return readStatistics(state, message.body, nowMs).map((body) => [
        reply({ type: "multipart-reply", more: false, body }),
      ]);
    case "hello":
    case "error":
    case "echo-reply":
    case "set-config":
    case "table-mod":
      return ok([]);
    default:
      return refuse("bad-request", "bad-type");
  }
}

/** Whether it takes Open vSwitch to do that. */
function learns({ instructions }: FlowMod): boolean {
  return instructions.some(
    (each) =>
      (each.type === "apply-actions" || each.type === "write-actions") &&
      each.actions.some(({ type }) => type === "nx-learn2" || type === "nx-resubmit-table"),
  );
}

function changeGroup(
  state: SwitchState,
  mod: GroupMod,
  nowMs: number,
): Result<readonly Effect[], Refusal> {
  if (mod.command === "add" || mod.command === "modify") {
    return state.groups.put(mod, nowMs).map(() => []);
  }
  if (mod.command !== "delete") return refuse("group-mod-failed", "bad-command");
  const gone = new Set(state.groups.delete(mod.group));
  const orphans = allFlows(state).filter((flow) =>
    someAction(flow.program, (action) => action.type === "group" && gone.has(action.group)),
  );
  return ok(tellRemoved(removeFlows(state, orphans, "group-delete"), nowMs));
}

function changeMeter(
  state: SwitchState,
  mod: MeterMod,
  nowMs: number,
): Result<readonly Effect[], Refusal> {
  if (mod.command === "add" || mod.command === "modify") {
    return state.meters.put(state.rounds(mod), nowMs).map(() => []);
  }
  if (mod.command !== "delete") return refuse("meter-mod-failed", "bad-command");
  const gone = new Set(state.meters.delete(mod.meter));
  const orphans = allFlows(state).filter(({ program: { meter = 0 } }) => gone.has(meter));
  return ok(tellRemoved(removeFlows(state, orphans, "delete"), nowMs));
}

function changePort(state: SwitchState, mod: PortMod): Result<readonly Effect[], Refusal> {
  return configurePort(state.ports, mod).map((isChanged) => {
    const port = isChanged ? state.ports.get(mod.port) : undefined;
    return port === undefined ? [] : [portStatus(describePort(port))];
  });
}

function sendPacket(
  state: SwitchState,
  message: PacketOut,
  nowMs: number,
): Result<readonly Effect[], Refusal> {
  if (message.bufferId !== NO_BUFFER) return refuse("bad-request", "buffer-unknown");
  const { inPort, actions } = message;
  return decodeFrame(message.data)
    .mapErr(() => refusal("bad-request", "bad-packet"))
    .andThen((frame) => {
      const checked = checkActions(actions, Math.min(1, frame.tags.length), true);
      if (checked.isErr()) return err(checked.error);
      if (checked.value.popsNothing) return refuse("bad-action", "match-inconsistent");
      const isMissing = (action: Action): boolean =>
        action.type === "group" && state.groups.get(action.group) === undefined;
      if (actions.some(isMissing)) return refuse("bad-action", "bad-out-group");
      return ok(packetOut(state, { frame, inPort, actions }, nowMs));
    });
}

function tellRemoved(removed: readonly RemovedFlow[], nowMs: number): readonly Effect[] {
  return removed
    .filter(({ flow }) => (flow.flags & flowFlag.sendFlowRemoved) !== 0)
    .map(({ flow, reason }) =>
      notify({
        type: "flow-removed",
        cookie: flow.cookie,
        priority: flow.priority,
        reason,
        table: flow.table,
        ...durationSince(flow.createdMs, nowMs),
        idleTimeoutS: flow.idleTimeoutS,
        hardTimeoutS: flow.hardTimeoutS,
        packetCount: BigInt(flow.packets),
        byteCount: BigInt(flow.bytes),
        match: flow.match.fields,
      }),
    );
}

function portStatus(port: Port): Effect {
  return notify({ type: "port-status", reason: "modify", port });
}

function reply(message: OfMessage): Effect {
  return { type: "reply", message };
}

function notify(message: Notice): Effect {
  return { type: "notify", message };
}
