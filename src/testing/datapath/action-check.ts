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
import { TPID_CUSTOMER, TPID_SERVICE } from "../frame.ts";
import { MAX_TAGS } from "./packet.ts";
import { type Refusal, refusal } from "./refusal.ts";

/** What is known where a list of actions stands. */
export interface ActionContext {
  /**
   * How many tags a packet has for certain; `unknown` switches off the checks that depend on it, as
   * in the buckets of a group, which packets of many flows pass.
   */
  readonly tags: number | "unknown";
  /** Whether a group exists; a group's own buckets may name one that is yet to come. */
  readonly hasGroup: (group: number) => boolean;
  /** Whether an output may name the flow tables: in packet-outs only. */
  readonly mayUseTables?: boolean;
}

/**
 * Refuses actions that the switch cannot carry out (OpenFlow 1.3.5 §7.2.5, §7.4.4.3), with the codes
 * of Open vSwitch. Gives the number of tags that are certain afterwards.
 */
export function checkActions(
  actions: readonly Action[],
  context: ActionContext,
): Result<ActionContext["tags"], Refusal> {
  let tags = context.tags;
  for (const action of actions) {
    const next = checkAction(action, { ...context, tags });
    if (next.isErr()) return err(next.error);
    tags = next.value;
  }
  return ok(tags);
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
  context: ActionContext,
): Result<ActionContext["tags"], Refusal> {
  const { tags } = context;
  switch (action.type) {
    case "output":
      return isOutputPort(action.port, context)
        ? ok(tags)
        : err(refusal("bad-action", "bad-out-port"));
    case "group":
      return action.group <= GROUP_MAX && context.hasGroup(action.group)
        ? ok(tags)
        : err(refusal("bad-action", "bad-out-group"));
    case "set-queue":
      return ok(tags);
    case "push-vlan":
      return checkPush(action.ethertype, tags);
    case "pop-vlan":
      if (tags === 0) return err(refusal("bad-action", "match-inconsistent"));
      return ok(tags === "unknown" ? tags : tags - 1);
    case "set-field":
      return checkSetField(action.field, tags).map(() => tags);
    case "experimenter":
      return err(refusal("bad-action", "bad-experimenter"));
    default:
      return err(refusal("bad-action", "bad-type"));
  }
}

function isOutputPort(port: number, { mayUseTables = false }: ActionContext): boolean {
  if (port === PORT_TABLE) return mayUseTables;
  return (port > 0 && port < PORT_MAX) || outputPorts.has(port);
}

function checkPush(
  ethertype: number,
  tags: ActionContext["tags"],
): Result<ActionContext["tags"], Refusal> {
  if (ethertype !== TPID_CUSTOMER && ethertype !== TPID_SERVICE) {
    return err(refusal("bad-action", "bad-argument"));
  }
  if (tags === "unknown") return ok(tags);
  return tags >= MAX_TAGS ? err(refusal("bad-action", "bad-tag")) : ok(tags + 1);
}

function checkSetField(field: OxmField, tags: ActionContext["tags"]): Result<void, Refusal> {
  switch (field.field) {
    case "eth_src":
    case "eth_dst":
      return ok(undefined);
    case "vlan_vid":
      if ((field.value & VLAN_PRESENT) === 0 || field.value > (VLAN_PRESENT | 0xfff)) {
        return err(refusal("bad-action", "bad-set-argument"));
      }
      return tags === 0 ? err(refusal("bad-action", "match-inconsistent")) : ok(undefined);
    case "vlan_pcp":
      if (field.value > 7) return err(refusal("bad-action", "bad-set-argument"));
      return tags === 0 ? err(refusal("bad-action", "match-inconsistent")) : ok(undefined);
    case "in_port":
    case "eth_type":
    case "metadata":
      return err(refusal("bad-action", "bad-set-argument"));
    default:
      return err(refusal("bad-action", "bad-set-type"));
  }
}
