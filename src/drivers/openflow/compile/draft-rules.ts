import { type Attachment, attachmentKey } from "../../../model/attachment.ts";
import type { Bandwidth } from "../../../model/bandwidth.ts";
import type { NetworkNumber } from "../../../model/ids.ts";
import type { ForwardingRule, Policer, UnicastWay } from "../../../model/segment.ts";
import type { Action } from "../wire/action.ts";
import type { Match, OxmField } from "../wire/match.ts";
import type { CompileOptions } from "./compile.ts";
import { learnedCookie, networkCookie } from "./cookie.ts";
import { type Delivery, deliveryOf, type Failover, type Member } from "./delivery.ts";
import type { Draft, DraftBucket, DraftFlow, DraftGroup } from "./draft.ts";
import { numberOf, type PortNumbers, sendCopies, sendCopy } from "./exits.ts";
import { anyTag, bannedFields, ingressClasses, taggedIngress, vidOf } from "./ingress.ts";
import { learnActions, seenBehind } from "./learn.ts";
import { meterFor } from "./meter.ts";
import { type PipelineTable, pipelineTable, rank } from "./pipeline.ts";
import { pushTag } from "./rewrite.ts";
import { hasGroups, hasMeters } from "./switch-profile.ts";

/** What a draft is made with. */
export type DraftOptions = Omit<CompileOptions, "profile"> & {
  readonly profile: Pick<CompileOptions["profile"], "version">;
};

/**
 * Drafts what one node should hold for one network. Where every frame has one way, or all of them,
 * that is one flow for each kind of frame that enters: it polices it and delivers it. Otherwise
 * frames go on through the tables of {@link pipelineTable}, all of them with a tag from there on.
 *
 * Groups always see a tagged frame, so that tagged and untagged members can share one. For OpenFlow
 * 1.0, which has neither groups nor meters, each flow makes all copies itself and nothing is policed.
 */
export function draftOf(
  rules: readonly ForwardingRule[],
  network: NetworkNumber,
  ports: PortNumbers,
  options: DraftOptions,
): Draft {
  const drafting = new Drafting(network, ports, options);
  for (const rule of rules) drafting.add(rule);
  return drafting.draft();
}

/** Where a rule's frames go when they have been let in. */
type Entrance = Pick<DraftFlow, "actions" | "group" | "goto" | "noteAmong">;

/** A meter to be. */
interface Limit {
  readonly rate: Bandwidth;
  readonly burstMs: number;
}

/**
 * How many times the burst of others is let through of what is flooded, so that a conversation that
 * begins, or whose network begins to learn, is not cut before its addresses are known.
 */
const FLOOD_BURSTS = 10;

class Drafting {
  readonly #network: NetworkNumber;
  readonly #ports: PortNumbers;
  readonly #options: DraftOptions;
  readonly #flows: DraftFlow[] = [];
  readonly #groups = new Map<string, DraftGroup>();
  readonly #limits = new Map<string, Limit>();
  readonly #learned = new Set<bigint>();
  /** The members whose ways are drafted already. */
  readonly #among = new Set<string>();

  constructor(network: NetworkNumber, ports: PortNumbers, options: DraftOptions) {
    this.#network = network;
    this.#ports = ports;
    this.#options = options;
  }

  draft(): Draft {
    const meters = [...this.#limits].map(
      ([key, { rate, burstMs }]) => [key, meterFor(rate, burstMs)] as const,
    );
    return {
      flows: this.#flows,
      groups: this.#groups,
      meters: new Map(meters),
      learned: this.#learned,
    };
  }

  add(rule: ForwardingRule): void {
    const delivery = deliveryOf(rule, this.#options.profile);
    this.#addGroup(rule, delivery);
    const isPoliced = hasMeters(this.#options.profile) && delivery.type !== "drop";
    const police = isPoliced ? rule.police : undefined;
    const thenPolice = isPoliced ? rule.thenPolice : undefined;
    this.#addBeyond(rule, delivery, thenPolice);
    this.#addAdmission(rule, delivery, this.#meter(police), (tagged) =>
      this.#entrance(rule, delivery, tagged, thenPolice !== undefined),
    );
  }

  #addGroup({ ingress }: ForwardingRule, delivery: Delivery): void {
    const copy = (to: Attachment): readonly Action[] => sendCopy(true, ingress, to, this.#ports);
    const addFailover = ({ key, ways }: Failover): string => {
      const buckets = ways.map((to) => {
        return { watchPort: numberOf(to, this.#ports), actions: copy(to) };
      });
      this.#groups.set(key, { groupType: "fast-failover", buckets });
      return key;
    };
    if (delivery.type === "failover") addFailover(delivery);
    if (delivery.type !== "group") return;
    const buckets = delivery.members.map(({ to, failover }): DraftBucket => {
      return failover === undefined
        ? { actions: copy(to) }
        : { actions: [], group: addFailover(failover) };
    });
    this.#groups.set(delivery.key, { groupType: "all", buckets });
  }

  /** What lies behind the table that lets frames in; nothing for most rules. */
  #addBeyond(rule: ForwardingRule, delivery: Delivery, thenPolice: Policer | undefined): void {
    const choice = choiceOf(rule, delivery);
    const match = taggedIngress(numberOf(rule.ingress, this.#ports), rule.ingress.tag);
    const limited = choice?.unicast.learn !== undefined || thenPolice !== undefined;
    if (limited) {
      const onward: Entrance =
        choice === undefined
          ? this.#deliver(rule, delivery, true)
          : { actions: this.#learning(rule), goto: this.#table("deliver") };
      this.#flow("limit", match, { ...this.#meter(thenPolice), ...onward });
    }
    if (choice === undefined) return;
    const { key, unicast } = choice;
    const flood = this.#meter(unicast.flood, FLOOD_BURSTS);
    this.#flow("deliver", match, { ...flood, actions: [], group: key });
    if (this.#among.has(key)) return;
    this.#among.add(key);
    const members = new Map(choice.members.map((member) => [attachmentKey(member.to), member]));
    for (const way of unicast.ways) {
      const member = members.get(attachmentKey(way.to));
      // Where frames fail over, what lies behind its own ingress is no member, and nothing goes back.
      if (member !== undefined || rule.failover !== undefined) this.#addWay(rule, way, key, member);
    }
  }

  /** The way of known unicast to one attachment, from everywhere among these members. */
  #addWay(
    { ingress, unicast }: ForwardingRule,
    { to, police, addresses, also = [] }: UnicastWay,
    key: string,
    member: Member | undefined,
  ) {
    const destinations: readonly (readonly OxmField[])[] =
      unicast?.learn === undefined
        ? addresses.map((value) => [{ field: "eth_dst", value }])
        : [to, ...also].map((at) => seenBehind(numberOf(at, this.#ports), vidOf(at.tag)));
    const sent: Pick<DraftFlow, "actions" | "group" | "meter"> =
      member === undefined
        ? { actions: [] }
        : member.failover === undefined
          ? { ...this.#meter(police), actions: sendCopy(true, ingress, to, this.#ports) }
          : { ...this.#meter(police), actions: [], group: member.failover.key };
    for (const destination of destinations) {
      this.#flow("deliver", [anyTag, ...destination], {
        ...sent,
        among: key,
        priority: this.#options.priority + rank.listed,
      });
    }
  }

  #learning({ ingress, unicast }: ForwardingRule): DraftFlow["actions"] {
    if (unicast?.learn === undefined) return [];
    const { cookiePrefix, priority, agingS } = this.#options;
    const port = numberOf(ingress, this.#ports);
    this.#learned.add(learnedCookie(cookiePrefix, this.#network, port));
    const table = this.#table("addresses");
    const { maxAddresses } = unicast.learn;
    const network = this.#network;
    return learnActions({ cookiePrefix, network, port, table, priority, maxAddresses, agingS });
  }

  /** Lets in what a rule lets in, and drops the rest, whatever others do with it. */
  #addAdmission(
    { ingress, admit }: ForwardingRule,
    delivery: Delivery,
    meter: Pick<DraftFlow, "meter">,
    entrance: (tagged: boolean) => Entrance,
  ): void {
    const { profile, priority } = this.#options;
    const isOpen = admit === undefined || delivery.type === "drop";
    for (const { match, tagged } of ingressClasses(numberOf(ingress, this.#ports), ingress.tag)) {
      const letIn = { ...meter, ...entrance(tagged) };
      const sources = isOpen ? undefined : admit.sources;
      this.#flow("admit", match, sources === undefined ? letIn : { actions: [] });
      for (const value of sources ?? []) {
        const listed = { priority: priority + rank.listed };
        this.#flow("admit", [...match, { field: "eth_src", value }], { ...letIn, ...listed });
      }
      // OpenFlow 1.0 matches no part of an address.
      if (isOpen || !hasGroups(profile)) continue;
      for (const field of bannedFields(admit)) {
        const banned = { actions: [], priority: priority + rank.banned };
        this.#flow("admit", [...match, field], banned);
      }
    }
  }

  #entrance(
    rule: ForwardingRule,
    delivery: Delivery,
    tagged: boolean,
    isLimited: boolean,
  ): Entrance {
    const choice = choiceOf(rule, delivery);
    if (choice === undefined && !isLimited) return this.#deliver(rule, delivery, tagged);
    const isNext = isLimited || choice?.unicast.learn !== undefined;
    return {
      actions: tagged ? [] : [pushTag],
      goto: this.#table(isNext ? "limit" : "deliver"),
      ...(choice === undefined ? {} : { noteAmong: choice.key }),
    };
  }

  #deliver({ ingress, egress }: ForwardingRule, delivery: Delivery, tagged: boolean): Entrance {
    switch (delivery.type) {
      case "drop":
        return { actions: [] };
      case "direct":
        return { actions: sendCopy(tagged, ingress, delivery.to, this.#ports) };
      case "list":
        return { actions: sendCopies(tagged, ingress, egress, this.#ports) };
      case "group":
      case "failover":
        return { actions: tagged ? [] : [pushTag], group: delivery.key };
    }
  }

  /** Rules may share a policer; it has the highest of their rates. */
  #meter(police: Policer | undefined, bursts = 1): Pick<DraftFlow, "meter"> {
    if (police === undefined) return {};
    const { key, rate } = police;
    const known = this.#limits.get(key);
    const burstMs = this.#options.burstMs * bursts;
    if (known === undefined || known.rate < rate) this.#limits.set(key, { rate, burstMs });
    return { meter: key };
  }

  #flow(
    table: keyof typeof pipelineTable,
    match: Match,
    does: Omit<DraftFlow, "table" | "match" | "priority" | "cookie"> & { priority?: number },
  ): void {
    const { cookiePrefix, priority } = this.#options;
    const cookie = networkCookie(cookiePrefix, this.#network);
    this.#flows.push({ priority, cookie, ...does, table: this.#table(table), match });
  }

  #table(table: keyof typeof pipelineTable): number {
    return this.#options.table + (pipelineTable[table] satisfies PipelineTable);
  }
}

/** Between which members a rule's frames may choose, if there is a choice. */
function choiceOf({ unicast }: ForwardingRule, delivery: Delivery) {
  if (unicast === undefined || delivery.type !== "group") return undefined;
  return { unicast, key: delivery.key, members: delivery.members };
}
