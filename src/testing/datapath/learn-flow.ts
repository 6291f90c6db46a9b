import type { Action } from "../../drivers/openflow/wire/action.ts";
import { flowMod } from "../../drivers/openflow/wire/flow.ts";
import type { OxmField } from "../../drivers/openflow/wire/match.ts";
import type { NiciraLearn } from "../../drivers/openflow/wire/nicira/action.ts";
import { changeFlows } from "./flow-change.ts";
import { compileMatch } from "./flow-match.ts";
import { type FieldSpec, fieldName, isFieldSpec } from "./learn.ts";
import { type Packet, vlanTciOf } from "./packet.ts";
import type { SwitchState } from "./switch-state.ts";

/**
 * Adds the flow that `action` makes of the packet, as Open vSwitch does (`ovs-actions(7)`), in place of
 * the one with the same match; but for one more than its limit allows under its cookie. Gives when its
 * time is up, if it has one.
 */
export function learn(
  state: SwitchState,
  action: NiciraLearn,
  packet: Packet,
  nowMs: number,
): number | undefined {
  const specs = action.specs.filter(isFieldSpec);
  const match = specs.filter(({ destination }) => destination.use === "match").map(matchOf(packet));
  if (isFull(state, action, match)) return undefined;
  const actions = specs
    .filter(({ destination }) => destination.use === "load")
    .map((spec): Action => {
      const { field, offset } = spec.destination;
      const range = { offset, bits: spec.bits };
      return { type: "nx-reg-load", range, destination: field, value: sourceBits(spec, packet) };
    });
  const { table, priority, cookie, hardTimeoutS, idleTimeoutS } = action;
  const instructions = [{ type: "apply-actions", actions } as const];
  const timeouts = { hardTimeoutS, idleTimeoutS };
  const mod = flowMod({ table, priority, cookie, match, instructions, ...timeouts });
  const isAdded = changeFlows(state, mod, nowMs).isOk();
  const seconds = [hardTimeoutS, idleTimeoutS].filter((each) => each > 0);
  return isAdded && seconds.length > 0 ? nowMs + 1000 * Math.min(...seconds) : undefined;
}

function isFull(state: SwitchState, action: NiciraLearn, match: readonly OxmField[]): boolean {
  const { limit, table, cookie, priority } = action;
  const flows = state.tables.get(table);
  if (flows === undefined || limit === undefined || limit.flows === 0) return false;
  const own = [...flows].filter((flow) => flow.cookie === cookie);
  const isKnown = compileMatch(match)
    .map((wanted) => flows.find(wanted, priority)?.cookie === cookie)
    .unwrapOr(false);
  return !isKnown && own.length >= limit.flows;
}

function matchOf(packet: Packet): (spec: FieldSpec) => OxmField {
  return (spec) => {
    const { field, offset } = spec.destination;
    const value = sourceBits(spec, packet);
    if (fieldName(field) === "metadata") {
      const mask = ((1n << BigInt(spec.bits)) - 1n) << BigInt(offset);
      return { field: "metadata", value: value << BigInt(offset), mask };
    }
    return { field: "eth_dst", value: macOf(value) };
  };
}

function sourceBits({ source, bits }: FieldSpec, packet: Packet): bigint {
  const whole = fieldBits(fieldName(source.field) ?? "", packet);
  return (whole >> BigInt(source.offset)) & ((1n << BigInt(bits)) - 1n);
}

function fieldBits(name: string, packet: Packet): bigint {
  switch (name) {
    case "metadata":
      return packet.metadata;
    case "nxm_of_eth_src":
      return BigInt(`0x${packet.source.replaceAll(":", "")}`);
    case "nxm_of_in_port":
      return BigInt(packet.inPort);
    default:
      return BigInt(vlanTciOf(packet));
  }
}

function macOf(bits: bigint): string {
  const digits = bits.toString(16).padStart(12, "0");
  return digits.replace(/..(?!$)/g, "$&:");
}
