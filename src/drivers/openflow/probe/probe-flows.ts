import {
  type Attachment,
  attachmentKey,
  type Tag,
  type VlanTag,
} from "../../../model/attachment.ts";
import type { PortRef } from "../../../model/ids.ts";
import type { ForwardingRule } from "../../../model/segment.ts";
import { isVni } from "../../../model/vni.ts";
import { OWNER_MASK } from "../compile/cookie.ts";
import { tunnelField } from "../compile/ingress.ts";
import { pipelineTable } from "../compile/pipeline.ts";
import { sendUnder } from "../compile/rewrite.ts";
import type { Action } from "../wire/action.ts";
import {
  flowFlag,
  MAX_LEN_NO_BUFFER,
  PORT_CONTROLLER,
  PORT_IN_PORT,
  VLAN_PRESENT,
} from "../wire/constants.ts";
import { type FlowMod, flowMod } from "../wire/flow.ts";
import type { Match } from "../wire/match.ts";
import { type OfVersion, OPENFLOW_1_0 } from "../wire/version.ts";
import { ETHERTYPE_PROBE, endMark, PROBE_SOURCE } from "./probe-frame.ts";

/** Where flows for probes stand on one switch, and what they are marked with. */
export interface ProbeFlowOptions {
  readonly version: OfVersion;
  readonly table: number;
  readonly cookie: bigint;
  /** The address of the probes that they are for. */
  readonly destination: string;
  readonly numbers: ReadonlyMap<PortRef, number>;
  /** Whether each port has a signal; those that are not here have. */
  readonly states: ReadonlyMap<PortRef, boolean>;
  /** The segment's ends by `attachmentKey`, and their numbers. */
  readonly ends: ReadonlyMap<string, number>;
}

/**
 * Whether probes must not take the flows of this rule: they would leave by an end, where a host or
 * another domain would see them.
 */
export function needsTwin({ egress }: ForwardingRule, ends: ReadonlyMap<string, number>): boolean {
  return egress.some((to) => ends.has(attachmentKey(to)));
}

/** Forgets that a switch has learned where probes came from. */
export function forgetting({ table, cookie }: ProbeFlowOptions): FlowMod {
  return flowMod({
    command: "delete",
    table: table + pipelineTable.addresses,
    cookie,
    cookieMask: OWNER_MASK,
    match: [{ field: "eth_dst", value: PROBE_SOURCE }],
  });
}

/**
 * The twin of what a rule does, for probes alone: the same copies with the same tags out of the same
 * ports, but those that would leave by an end go to the controller instead, marked with that end.
 */
export function twinOf(rule: ForwardingRule, options: ProbeFlowOptions): FlowMod {
  const { ends } = options;
  const endOf = (to: Attachment): number | undefined => ends.get(attachmentKey(to));
  const trunks = rule.egress.filter((to) => endOf(to) === undefined).map(wayNow(rule, options));
  const portOf = ({ port }: Attachment): number =>
    port === rule.ingress.port ? PORT_IN_PORT : (options.numbers.get(port) ?? PORT_CONTROLLER);
  const copies: readonly Copy[] = [
    ...trunks.map((to) => ({ tag: to.tag, port: portOf(to) })),
    ...rule.egress.flatMap((to) => {
      const end = endOf(to);
      return end === undefined ? [] : { tag: to.tag, port: PORT_CONTROLLER, end };
    }),
  ];
  const { tag } = rule.ingress;
  return probeFlow(options, TWIN_PRIORITY, {
    port: rule.ingress.port,
    match: [isVni(tag) ? tunnelField(tag) : { field: "vlan_vid", value: vlanVidOf(tag) }],
    actions: copyActions(typeof tag === "number", copies, options.version),
  });
}

function vlanVidOf(tag: VlanTag): number {
  return tag === "untagged" ? 0 : VLAN_PRESENT | tag;
}

/** By which way the switch sends on now what would leave at an attachment. */
function wayNow(
  { failover = [] }: ForwardingRule,
  { states }: ProbeFlowOptions,
): (to: Attachment) => Attachment {
  return (to) => {
    const detour = failover.find((one) => attachmentKey(one.to) === attachmentKey(to));
    return detour !== undefined && states.get(to.port) === false ? detour.instead : to;
  };
}

/** Sends probes that enter at a port to the controller, with whatever tag, and nowhere else; in a tunnel, of one VNI. */
export function trapAt({ port, tag }: Attachment, options: ProbeFlowOptions): FlowMod {
  return probeFlow(options, TRAP_PRIORITY, {
    port,
    match: isVni(tag) ? [tunnelField(tag)] : [],
    actions: [outputTo(PORT_CONTROLLER)],
  });
}

/** Sends a packet out of a port, or to the controller. */
export function outputTo(port: number): Action {
  return { type: "output", port, maxLen: MAX_LEN_NO_BUFFER };
}

/** Above everything that a network has. */
const TWIN_PRIORITY = 65_000;
const TRAP_PRIORITY = 65_001;
/** Should the agent die, the switch forgets its probe flows by itself. */
export const PROBE_FLOW_LIFETIME_S = 60;

/** A copy of a probe: its tag, where it goes, and the end that it would leave by. */
interface Copy {
  readonly tag: Tag;
  readonly port: number;
  readonly end?: number;
}

interface Body {
  readonly port: PortRef;
  readonly match: Match;
  readonly actions: readonly Action[];
}

function probeFlow(
  { table, cookie, destination, numbers }: ProbeFlowOptions,
  priority: number,
  { port, match, actions }: Body,
): FlowMod {
  return flowMod({
    table,
    priority,
    cookie,
    hardTimeoutS: PROBE_FLOW_LIFETIME_S,
    flags: flowFlag.sendFlowRemoved,
    match: [
      { field: "in_port", value: numbers.get(port) ?? PORT_CONTROLLER },
      { field: "eth_dst", value: destination },
      { field: "eth_type", value: ETHERTYPE_PROBE },
      ...match,
    ],
    instructions: [{ type: "apply-actions", actions }],
  });
}

/** Makes all copies in one list of actions: those with a tag first, then those without, which may be under a VNI. */
function copyActions(
  tagged: boolean,
  copies: readonly Copy[],
  version: OfVersion,
): readonly Action[] {
  const words = version === OPENFLOW_1_0 ? words10 : words13;
  const withTag = copies.filter(({ tag }) => typeof tag === "number");
  const without = copies.filter(({ tag }) => typeof tag !== "number");
  const send = ({ tag, port, end }: Copy): readonly Action[] => [
    ...(isVni(tag) ? [sendUnder(tag)] : []),
    ...(end === undefined ? [] : [words.setSource(endMark(end))]),
    outputTo(port),
  ];
  return [
    ...(withTag.length > 0 && !tagged ? words.push : []),
    ...withTag.flatMap((copy) => [
      ...(typeof copy.tag === "number" ? [words.setVlan(copy.tag)] : []),
      ...send(copy),
    ]),
    ...(without.length > 0 && (tagged || withTag.length > 0) ? [words.pop] : []),
    ...without.flatMap(send),
  ];
}

/** How a version says what is done to a header. */
interface Words {
  readonly push: readonly Action[];
  readonly pop: Action;
  readonly setVlan: (vid: number) => Action;
  readonly setSource: (address: string) => Action;
}

const words10: Words = {
  push: [],
  pop: { type: "strip-vlan" },
  setVlan: (vid) => ({ type: "set-vlan-vid", vid }),
  setSource: (address) => ({ type: "set-dl-src", address }),
};

const words13: Words = {
  push: [{ type: "push-vlan", ethertype: 0x8100 }],
  pop: { type: "pop-vlan" },
  setVlan: (vid) => ({
    type: "set-field",
    field: { field: "vlan_vid", value: VLAN_PRESENT | vid },
  }),
  setSource: (address) => ({ type: "set-field", field: { field: "eth_src", value: address } }),
};
