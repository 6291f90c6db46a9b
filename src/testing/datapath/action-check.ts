import { err, ok, type Result } from "neverthrow";
import type { Action } from "../../drivers/openflow/wire/action.ts";
import {
  GROUP_MAX,
  PORT_ALL,
  PORT_CONTROLLER,
  PORT_FLOOD,
  PORT_IN_PORT,
  PORT_LOCAL,
  PORT_MAX,
  PORT_TABLE,
  VLAN_PRESENT,
} from "../../drivers/openflow/wire/constants.ts";
import type { OxmField } from "../../drivers/openflow/wire/match.ts";
import { TPID_CUSTOMER, TPID_SERVICE } from "../../model/frame.ts";
import { isLearnable } from "./learn.ts";
import { MAX_TAGS } from "./packet.ts";
import { type Refusal, refuse } from "./refusal.ts";

/** How many tags a packet has for certain; `unknown` where packets of many flows pass. */
export type CertainTags = number | "unknown";

/** What a list of actions leaves. */
export interface CheckedActions {
  readonly tags: CertainTags;
  /** Whether some pop stands where no tag is certain: legal in an action set only. */
  readonly popsNothing: boolean;
}

/**
 * Refuses actions that the switch could never carry out (OpenFlow 1.3.5 §7.2.5, §7.4.4.3), with the
 * codes of Open vSwitch. Whether the groups exist is for the caller to ask.
 *
 * @param tags - the certain tags where the list begins; `unknown` switches off the checks for which
 *   they matter, as in the buckets of a group.
 * @param mayUseTables - whether an output may name the flow tables: in packet-outs only.
 */
export function checkActions(
  actions: readonly Action[],
  tags: CertainTags,
  mayUseTables = false,
): Result<CheckedActions, Refusal> {
  let state: CheckedActions = { tags, popsNothing: false };
  for (const action of actions) {
    const next = checkAction(action, state, mayUseTables);
    if (next.isErr()) return err(next.error);
    state = next.value;
  }
  return ok(state);
}

/** Ports that are no port of the switch but that an output may name. */
const outputPorts: ReadonlySet<number> = new Set([
  PORT_IN_PORT,
  PORT_FLOOD,
  PORT_ALL,
  PORT_CONTROLLER,
  PORT_LOCAL,
]);

function checkAction(
  action: Action,
  state: CheckedActions,
  mayUseTables: boolean,
): Result<CheckedActions, Refusal> {
  switch (action.type) {
    case "output":
      return isOutputPort(action.port, mayUseTables)
        ? ok(state)
        : refuse("bad-action", "bad-out-port");
    case "group":
      return action.group <= GROUP_MAX ? ok(state) : refuse("bad-action", "bad-out-group");
    case "set-queue":
    case "nx-resubmit-table":
    case "nx-reg-load":
      return ok(state);
    case "nx-learn2":
      return isLearnable(action) ? ok(state) : refuse("bad-action", "bad-argument");
    case "push-vlan":
      return checkPush(action.ethertype, state);
    case "pop-vlan":
      return ok(afterPop(state));
    case "set-field":
      return checkSetField(action.field, state.tags).map(() => state);
    case "experimenter":
      return refuse("bad-action", "bad-experimenter");
    default:
      return refuse("bad-action", "bad-type");
  }
}

function isOutputPort(port: number, mayUseTables: boolean): boolean {
  if (port === PORT_TABLE) return mayUseTables;
  return port < PORT_MAX || outputPorts.has(port);
}

function checkPush(ethertype: number, state: CheckedActions): Result<CheckedActions, Refusal> {
  if (ethertype !== TPID_CUSTOMER && ethertype !== TPID_SERVICE) {
    return refuse("bad-action", "bad-argument");
  }
  if (state.tags === "unknown") return ok(state);
  if (state.tags >= MAX_TAGS) return refuse("bad-action", "bad-tag");
  return ok({ ...state, tags: state.tags + 1 });
}

function afterPop(state: CheckedActions): CheckedActions {
  if (state.tags === "unknown") return state;
  return state.tags === 0 ? { ...state, popsNothing: true } : { ...state, tags: state.tags - 1 };
}

function checkSetField(field: OxmField, tags: CertainTags): Result<void, Refusal> {
  switch (field.field) {
    case "eth_src":
    case "eth_dst":
    case "tunnel_id":
      return ok(undefined);
    case "vlan_vid":
      if ((field.value & VLAN_PRESENT) === 0 || field.value > (VLAN_PRESENT | 0xfff)) {
        return refuse("bad-action", "bad-set-argument");
      }
      return tags === 0 ? refuse("bad-action", "match-inconsistent") : ok(undefined);
    case "vlan_pcp":
      if (field.value > 7) return refuse("bad-action", "bad-set-argument");
      return tags === 0 ? refuse("bad-action", "match-inconsistent") : ok(undefined);
    case "in_port":
    case "eth_type":
    case "metadata":
      return refuse("bad-action", "bad-set-argument");
    default:
      return refuse("bad-action", "bad-set-type");
  }
}
