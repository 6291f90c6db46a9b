import { type Attachment, attachmentKey } from "../../../model/attachment.ts";
import type { NetworkNumber } from "../../../model/ids.ts";
import type {
  ForwardingRule,
  Policer,
  UnicastDelivery,
  UnicastWay,
} from "../../../model/segment.ts";
import type { Action } from "../wire/action.ts";
import type { Match, OxmField } from "../wire/match.ts";
import type { CompileOptions } from "./compile.ts";
import { type Delivery, deliveryOf, type Failover, type Member } from "./delivery.ts";
import type { Draft, DraftBucket, DraftFlow } from "./draft.ts";
import { DraftBuilder } from "./draft-builder.ts";
import {
  type Exits,
  numberOf,
  type PortNumbers,
  type PortQueues,
  sendCopies,
  sendCopy,
} from "./exits.ts";
import { anyTag, bannedFields, ingressClasses, taggedIngress, vidOf } from "./ingress.ts";
import { learnActions, seenBehind } from "./learn.ts";
import { rank, seenMetadata } from "./pipeline.ts";
import { pushInside, pushTag } from "./rewrite.ts";
import { hasMeters, type SwitchVersion } from "./switch-profile.ts";
import { showSource } from "./taught.ts";

/** What a draft is made with. */
export type DraftOptions = Omit<CompileOptions, "profile" | "learning"> & {
  readonly profile: SwitchVersion;
};

/**
 * Drafts what one node should hold for one network. Where every frame has one way, or all of them,
 * that is one flow for each kind of frame that enters: it polices it and delivers it. Otherwise
 * frames go on through the tables of `pipelineTable`, all of them with a tag from there on.
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

/**
 * How many times the burst of others is let through of what is flooded, so that a conversation that
 * begins, or whose network begins to learn, is not cut before its addresses are known.
 */
const FLOOD_BURSTS = 10;

class Drafting {
  readonly #network: NetworkNumber;
  readonly #ports: PortNumbers;
  readonly #exits: Exits;
  readonly #options: DraftOptions;
  readonly #into: DraftBuilder;
  /** The members whose ways are drafted already. */
  readonly #among = new Set<string>();

  constructor(network: NetworkNumber, ports: PortNumbers, options: DraftOptions) {
    this.#network = network;
    this.#ports = ports;
    this.#exits = { ports, queues: options.queues ?? NO_QUEUES };
    this.#options = options;
    this.#into = new DraftBuilder(network, options);
  }

  draft(): Draft {
    return this.#into.draft();
  }

  add(rule: ForwardingRule): void {
    const delivery = deliveryOf(rule, this.#options.profile);
    this.#addGroup(rule, delivery);
    const isPoliced = hasMeters(this.#options.profile) && delivery.type !== "drop";
    const police = isPoliced ? rule.police : undefined;
    const thenPolice = isPoliced ? rule.thenPolice : undefined;
    this.#addBeyond(rule, delivery, thenPolice);
    this.#addAdmission(rule, delivery, this.#into.meter(police), (tagged) =>
      this.#entrance(rule, delivery, tagged, thenPolice !== undefined),
    );
  }

  #addGroup({ ingress }: ForwardingRule, delivery: Delivery): void {
    if (delivery.type !== "group" && delivery.type !== "failover") return;
    const copy = (to: Attachment): readonly Action[] => sendCopy(true, ingress, to, this.#exits);
    const addFailover = ({ key, ways }: Failover): string => {
      const buckets = ways.map((to) => {
        return { watchPort: numberOf(to, this.#ports), actions: copy(to) };
      });
      this.#into.group(key, { groupType: "fast-failover", buckets });
      return key;
    };
    if (delivery.type === "failover") {
      addFailover(delivery);
      return;
    }
    const buckets = delivery.members.map(({ to, failover }): DraftBucket => {
      return failover === undefined
        ? { actions: copy(to) }
        : { actions: [], group: addFailover(failover) };
    });
    this.#into.group(delivery.key, { groupType: "all", buckets });
  }

  /** What lies behind the table that lets frames in; nothing for most rules. */
  #addBeyond(rule: ForwardingRule, delivery: Delivery, thenPolice: Policer | undefined): void {
    const choice = choiceOf(rule, delivery);
    const match = taggedIngress(numberOf(rule.ingress, this.#ports), rule.ingress.tag);
    const isTaught = choice !== undefined && this.#isTaught(choice.unicast);
    const learnsHere = choice?.unicast.learn !== undefined && !isTaught;
    if (learnsHere || thenPolice !== undefined) {
      const onward: Entrance =
        choice === undefined
          ? this.#deliver(rule, delivery, true)
          : { actions: this.#learning(rule), goto: this.#after("limit", choice.unicast) };
      this.#into.flow("limit", match, { ...this.#into.meter(thenPolice), ...onward });
    }
    if (choice === undefined) return;
    if (isTaught) this.#addTeaching(rule, match);
    const { key, unicast } = choice;
    const flood = this.#into.meter(unicast.flood, FLOOD_BURSTS);
    this.#into.flow(isTaught ? "deliver-taught" : "deliver", match, {
      ...flood,
      actions: [],
      group: key,
    });
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
    const sent: Pick<DraftFlow, "actions" | "group" | "meter"> =
      member === undefined
        ? { actions: [] }
        : member.failover === undefined
          ? { ...this.#into.meter(police), actions: sendCopy(true, ingress, to, this.#exits) }
          : { ...this.#into.meter(police), actions: [], group: member.failover.key };
    const way = { ...sent, among: key, priority: this.#options.priority + rank.listed };
    const places = [to, ...also].map((at) => [numberOf(at, this.#ports), vidOf(at.tag)] as const);
    if (this.#isTaught(unicast)) {
      for (const [port, vid] of places) {
        this.#into.flow("deliver-taught", [anyTag], { ...way, seen: seenMetadata(port, vid) });
      }
      return;
    }
    const destinations: readonly (readonly OxmField[])[] =
      unicast?.learn === undefined
        ? addresses.map((value) => [{ field: "eth_dst", value }])
        : places.map(([port, vid]) => seenBehind(port, vid));
    for (const destination of destinations)
      this.#into.flow("deliver", [anyTag, ...destination], way);
  }

  /** Whether the agent learns for the switch where a frame's destination is. */
  #isTaught(unicast: ForwardingRule["unicast"]): boolean {
    return unicast?.learn !== undefined && this.#options.profile.learns === false;
  }

  /** Shows the agent what comes from addresses that it has not noted, and looks up where it goes. */
  #addTeaching({ ingress }: ForwardingRule, match: Match): void {
    const port = numberOf(ingress, this.#ports);
    this.#into.mayLearn(port);
    this.#into.flow("sources", match, {
      actions: [showSource],
      goto: this.#into.table("addresses"),
    });
    this.#into.flow("addresses", match, { actions: [], goto: this.#into.table("deliver-taught") });
  }

  /** Where frames go on to that have a choice. */
  #after(table: "admit" | "limit", unicast: UnicastDelivery, isLimited = false): number {
    if (table === "admit" && isLimited) return this.#into.table("limit");
    if (this.#isTaught(unicast)) return this.#into.table("sources");
    const learnsNext = table === "admit" && unicast.learn !== undefined;
    return this.#into.table(learnsNext ? "limit" : "deliver");
  }

  #learning({ ingress, unicast }: ForwardingRule): DraftFlow["actions"] {
    if (unicast?.learn === undefined || this.#isTaught(unicast)) return [];
    const { cookiePrefix, priority, agingS } = this.#options;
    const port = numberOf(ingress, this.#ports);
    this.#into.mayLearn(port);
    const table = this.#into.table("addresses");
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
      this.#into.flow("admit", match, sources === undefined ? letIn : { actions: [] });
      for (const value of sources ?? []) {
        const listed = { priority: priority + rank.listed };
        this.#into.flow("admit", [...match, { field: "eth_src", value }], { ...letIn, ...listed });
      }
      for (const field of isOpen ? [] : bannedFields(admit, profile, tagged)) {
        const banned = { actions: [], priority: priority + rank.banned };
        this.#into.flow("admit", [...match, field], banned);
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
    return {
      actions: tagged ? [] : pushInside(rule.ingress.tag),
      goto:
        choice === undefined
          ? this.#into.table("limit")
          : this.#after("admit", choice.unicast, isLimited),
      ...(choice === undefined ? {} : { noteAmong: choice.key }),
    };
  }

  #deliver({ ingress, egress }: ForwardingRule, delivery: Delivery, tagged: boolean): Entrance {
    switch (delivery.type) {
      case "drop":
        return { actions: [] };
      case "direct":
        return { actions: sendCopy(tagged, ingress, delivery.to, this.#exits) };
      case "list":
        return { actions: sendCopies(tagged, ingress, egress, this.#exits) };
      case "group":
      case "failover":
        return { actions: tagged ? [] : [pushTag], group: delivery.key };
    }
  }
}

const NO_QUEUES: PortQueues = new Map();

/** Between which members a rule's frames may choose, if there is a choice. */
function choiceOf({ unicast }: ForwardingRule, delivery: Delivery) {
  if (unicast === undefined || delivery.type !== "group") return undefined;
  return { unicast, key: delivery.key, members: delivery.members };
}
