import { err, ok, type Result } from "neverthrow";
import type { Attachment } from "../../../model/attachment.ts";
import type { Bandwidth } from "../../../model/bandwidth.ts";
import type { NetworkNumber, PortRef } from "../../../model/ids.ts";
import { invariant } from "../../../model/invariant.ts";
import type { ForwardingRule } from "../../../model/segment.ts";
import type { Action } from "../wire/action.ts";
import { PORT_IN_PORT } from "../wire/constants.ts";
import type { Bucket } from "../wire/group.ts";
import type { MeterConfig } from "../wire/meter.ts";
import { networkCookie } from "./cookie.ts";
import { isPoliced } from "./count-items.ts";
import { type Delivery, deliveryOf } from "./delivery.ts";
import { type IngressClass, ingressClasses } from "./ingress.ts";
import { meterFor } from "./meter.ts";
import type { FlowEntry } from "./program.ts";
import { type CompileProblem, refusalsOf } from "./refusals.ts";
import { forward, forwardEach, pushTag } from "./rewrite.ts";
import type { SwitchProfile } from "./switch-profile.ts";

/** Where and under which marks flows are installed, and how generous policers are. */
export interface CompileOptions {
  readonly table: number;
  readonly priority: number;
  /** The upper 16 bits of every cookie. */
  readonly cookiePrefix: number;
  /** How long a full-rate burst every meter lets through, in milliseconds. */
  readonly burstMs: number;
  /** What the switch can do. */
  readonly profile: SwitchProfile;
}

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

/**
 * Compiles what one node does for one network into flows, groups and meters of a single table:
 * one flow for each kind of frame that enters, which polices it and then delivers it.
 *
 * Groups always see a tagged frame, so that tagged and untagged members can share one. For OpenFlow
 * 1.0, which has neither groups nor meters, each flow makes all copies itself and nothing is policed.
 * Every fault found is reported: ports without a number, and what the switch cannot do.
 */
export function compileNode(
  rules: readonly ForwardingRule[],
  network: NetworkNumber,
  ports: PortNumbers,
  options: CompileOptions,
): Result<Draft, readonly CompileProblem[]> {
  const problems = [...missingPorts(rules, ports), ...refusalsOf(rules, options)];
  if (problems.length > 0) return err(problems);
  const cookie = networkCookie(options.cookiePrefix, network);
  const { table, priority, profile } = options;
  const flows: DraftFlow[] = [];
  const groups = new Map<string, readonly Bucket[]>();
  const rates = new Map<string, Bandwidth>();
  for (const rule of rules) {
    const delivery = deliveryOf(rule, profile);
    if (delivery.type === "group")
      groups.set(delivery.key, bucketsOf(rule.ingress, delivery.members, ports));
    const police = isPoliced(rule, profile) ? rule.police : undefined;
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
    case "list":
      return { actions: sendCopies(ingress.tagged, rule, ports) };
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

function sendCopy(
  tagged: boolean,
  from: Attachment,
  to: Attachment,
  ports: PortNumbers,
): readonly Action[] {
  return forward(tagged, to.tag, exitOf(from, to, ports));
}

function sendCopies(
  tagged: boolean,
  { ingress, egress }: ForwardingRule,
  ports: PortNumbers,
): readonly Action[] {
  const copies = egress.map((to) => ({ to: to.tag, port: exitOf(ingress, to, ports) }));
  return forwardEach(tagged, copies);
}

/** Out of the port it came in by, under another tag, a frame goes only when told so by `IN_PORT`. */
function exitOf(from: Attachment, to: Attachment, ports: PortNumbers): number {
  const hairpin = to.port === from.port && to.tag !== from.tag;
  return hairpin ? PORT_IN_PORT : numberOf(to, ports);
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
