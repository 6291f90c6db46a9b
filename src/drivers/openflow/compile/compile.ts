import { err, ok, type Result } from "neverthrow";
import { type Attachment, attachmentKey } from "../../../model/attachment.ts";
import { type Bandwidth, formatBandwidth } from "../../../model/bandwidth.ts";
import type { DriverCause } from "../../../model/errors.ts";
import type { NetworkNumber, PortRef } from "../../../model/ids.ts";
import { invariant } from "../../../model/invariant.ts";
import type { ForwardingRule } from "../../../model/segment.ts";
import type { Action } from "../wire/action.ts";
import { PORT_IN_PORT } from "../wire/constants.ts";
import type { Bucket } from "../wire/group.ts";
import type { MeterConfig } from "../wire/meter.ts";
import { networkCookie } from "./cookie.ts";
import { type Delivery, deliveryOf } from "./delivery.ts";
import { type IngressClass, ingressClasses } from "./ingress.ts";
import { MAX_METER_KBPS, meterFor, meterKbps } from "./meter.ts";
import type { FlowEntry } from "./program.ts";
import { forward, pushTag } from "./rewrite.ts";

/** Where and under which marks flows are installed, and how generous policers are. */
export interface CompileOptions {
  readonly table: number;
  readonly priority: number;
  /** The upper 16 bits of every cookie. */
  readonly cookiePrefix: number;
  /** How long a full-rate burst every meter lets through, in milliseconds. */
  readonly burstMs: number;
}

/** How many copies a group can make: what fits into one message of 64 KiB, at 48 bytes a bucket. */
const MAX_FAN_OUT = 1300;

/** The port numbers of one switch, as far as they are known. */
export type PortNumbers = ReadonlyMap<PortRef, number>;

/** Everything a switch should hold for one network, before groups and meters are given numbers. */
export interface Draft {
  readonly flows: readonly DraftFlow[];
  readonly groups: ReadonlyMap<string, readonly Bucket[]>;
  readonly meters: ReadonlyMap<string, Omit<MeterConfig, "meter">>;
}

/** A flow that names its meter and its group by their keys in the {@link Draft}. */
export interface DraftFlow extends Omit<FlowEntry, "instructions"> {
  readonly meter?: string;
  readonly actions: readonly Action[];
  /** Where the frame goes after `actions`. */
  readonly group?: string;
}

/** Why a node cannot do what a rule asks. */
export type CompileProblem = Pick<DriverCause, "kind" | "message">;

/**
 * Compiles what one node does for one network into flows, groups and meters of a single table:
 * one flow for each kind of frame that enters, which polices it and then delivers it.
 *
 * Groups always see a tagged frame, so that tagged and untagged members can share one. Every fault
 * found is reported: ports without a number, rates and fan-outs that no switch can say.
 */
export function compileNode(
  rules: readonly ForwardingRule[],
  network: NetworkNumber,
  ports: PortNumbers,
  options: CompileOptions,
): Result<Draft, readonly CompileProblem[]> {
  const problems = [
    ...missingPorts(rules, ports),
    ...excessiveRates(rules),
    ...excessiveFanOut(rules),
  ];
  if (problems.length > 0) return err(problems);
  const cookie = networkCookie(options.cookiePrefix, network);
  const { table, priority } = options;
  const flows: DraftFlow[] = [];
  const groups = new Map<string, readonly Bucket[]>();
  const rates = new Map<string, Bandwidth>();
  for (const rule of rules) {
    const delivery = deliveryOf(rule);
    if (delivery.type === "group")
      groups.set(delivery.key, bucketsOf(rule.ingress, delivery.members, ports));
    const police = delivery.type === "drop" ? undefined : rule.police;
    if (police !== undefined) {
      rates.set(police.key, higher(police.rate, rates.get(police.key)));
    }
    for (const ingress of ingressClasses(numberOf(rule.ingress, ports), rule.ingress.tag)) {
      flows.push({
        table,
        priority,
        cookie,
        match: ingress.match,
        ...(police === undefined ? {} : { meter: police.key }),
        ...deliver(rule, ingress, delivery, ports),
      });
    }
  }
  const meters = new Map([...rates].map(([key, rate]) => [key, meterFor(rate, options.burstMs)]));
  return ok({ flows, groups, meters });
}

/** How many flows, groups and meters {@link compileNode} makes of `rules`. */
export function countItems(rules: readonly ForwardingRule[]): {
  readonly flows: number;
  readonly groups: number;
  readonly meters: number;
} {
  const deliveries = rules.map(deliveryOf);
  const policed = rules.filter((rule) => rule.egress.length > 0);
  return {
    flows: rules.reduce((n, rule) => n + ingressClasses(0, rule.ingress.tag).length, 0),
    groups: new Set(deliveries.flatMap((d) => (d.type === "group" ? d.key : []))).size,
    meters: new Set(policed.flatMap((rule) => rule.police?.key ?? [])).size,
  };
}

function deliver(
  rule: ForwardingRule,
  ingress: IngressClass,
  delivery: Delivery,
  ports: PortNumbers,
): Pick<DraftFlow, "actions" | "group"> {
  switch (delivery.type) {
    case "drop":
      return { actions: [] };
    case "direct":
      return { actions: sendCopy(ingress.tagged, rule.ingress, delivery.to, ports) };
    case "group":
      return { actions: ingress.tagged ? [] : [pushTag], group: delivery.key };
  }
}

function bucketsOf(
  from: Attachment,
  members: readonly Attachment[],
  ports: PortNumbers,
): readonly Bucket[] {
  return members.map((to) => ({ actions: sendCopy(true, from, to, ports) }));
}

/** Out of the port it came in by, under another tag, a frame goes only when told so by `IN_PORT`. */
function sendCopy(
  tagged: boolean,
  from: Attachment,
  to: Attachment,
  ports: PortNumbers,
): readonly Action[] {
  const hairpin = to.port === from.port && to.tag !== from.tag;
  return forward(tagged, to.tag, hairpin ? PORT_IN_PORT : numberOf(to, ports));
}

function numberOf(at: Attachment, ports: PortNumbers): number {
  const number = ports.get(at.port);
  invariant(number !== undefined, `port ${at.port} has a number`);
  return number;
}

function higher(a: Bandwidth, b: Bandwidth | undefined): Bandwidth {
  return b !== undefined && b > a ? b : a;
}

function missingPorts(
  rules: readonly ForwardingRule[],
  ports: PortNumbers,
): readonly CompileProblem[] {
  const used = rules.flatMap((rule) => [rule.ingress, ...rule.egress].map((at) => at.port));
  return [...new Set(used)]
    .filter((port) => !ports.has(port))
    .map((port) => ({ kind: "misconfigured", message: `the switch has no port for ${port}` }));
}

function excessiveRates(rules: readonly ForwardingRule[]): readonly CompileProblem[] {
  return rules
    .flatMap((rule) => rule.police ?? [])
    .filter(({ rate }) => meterKbps(rate) > MAX_METER_KBPS)
    .map(({ key, rate }) => ({
      kind: "unsupported",
      message: `no meter is as fast as ${formatBandwidth(rate)} (policer ${key})`,
    }));
}

function excessiveFanOut(rules: readonly ForwardingRule[]): readonly CompileProblem[] {
  return rules
    .filter((rule) => rule.egress.length >= MAX_FAN_OUT)
    .map(({ ingress, egress }) => ({
      kind: "unsupported",
      message: `no group has ${egress.length} buckets (${attachmentKey(ingress)})`,
    }));
}
