import { type Attachment, attachmentKey } from "../../src/model/attachment.ts";
import type { MacAddress } from "../../src/model/mac-address.ts";
import type { ForwardingRule } from "../../src/model/segment.ts";
import { type Segments, segmentsOf } from "../../src/network/forwarding.ts";
import type { Realisation } from "../../src/network/realisation.ts";
import type { Stage } from "../../src/network/transition.ts";
import type { Topology } from "../../src/topology.ts";
import { type Draw, owner } from "./random-tree.ts";

/** What every node does, for a walk: by node, then by ingress. */
type Tables = ReadonlyMap<string, ReadonlyMap<string, ForwardingRule>>;

function tablesOf(segments: Segments): Tables {
  return new Map(
    [...segments.values()].flatMap(({ nodes }) =>
      nodes.map(({ node, rules }) => [
        node as string,
        new Map(rules.map((rule) => [attachmentKey(rule.ingress), rule])),
      ]),
    ),
  );
}

/** The way that a node knows for a frame that enters by this rule. */
type Lookup = (rule: ForwardingRule) => Attachment | undefined;

const knowsNothing: Lookup = () => undefined;

/** Where copies of a frame leave: by the one way that is known and is the rule's, otherwise by all. */
function exits(rule: ForwardingRule, lookup: Lookup): readonly Attachment[] {
  if (rule.unicast === undefined || rule.egress.length < 2) return rule.egress;
  const known = lookup(rule);
  if (known === undefined) return rule.egress;
  const key = attachmentKey(known);
  if (key === attachmentKey(rule.ingress)) return [];
  const only = rule.egress.filter((egress) => attachmentKey(egress) === key);
  return only.length > 0 ? only : rule.egress;
}

interface Walker {
  readonly lookup: Lookup;
  /** Called with each rule that a copy of the frame passes. */
  readonly visit?: (rule: ForwardingRule) => void;
}

/** Follows one frame from where it enters; gives where its copies leave, in order of port. */
function walk(
  topology: Topology,
  tables: Tables,
  place: string,
  { lookup, visit }: Walker,
): readonly string[] {
  const delivered: string[] = [];
  const seen = new Set<string>();
  const arrive = (at: string, label: string): void => {
    const key = `${at}/${label}`;
    if (seen.has(key)) throw new Error(`a frame passes ${key} twice`);
    seen.add(key);
    const rule = tables.get(at.slice(0, at.indexOf(":")))?.get(key);
    if (rule === undefined) return;
    visit?.(rule);
    for (const egress of exits(rule, lookup)) {
      if (attachmentKey(egress) === key) throw new Error(`a frame is sent back at ${key}`);
      const link = topology.linkAt(egress.port);
      if (link === undefined) delivered.push(attachmentKey(egress));
      else arrive(link.a === egress.port ? link.b : link.a, String(egress.tag));
    }
  };
  const [port = "", tag = ""] = place.split("/");
  arrive(port, tag);
  return delivered.sort();
}

/** Where each node sees the frames that come from `place`. */
function sightings(
  topology: Topology,
  tables: Tables,
  place: string,
): ReadonlyMap<string, Attachment> {
  const seen = new Map<string, Attachment>();
  const visit = ({ ingress }: ForwardingRule): void => void seen.set(ingress.node, ingress);
  walk(topology, tables, place, { lookup: knowsNothing, visit });
  return seen;
}

/** The states of the stages, in order. */
export function statesOf(way: readonly Stage[]): readonly Segments[] {
  return way.map(({ state }) => state);
}

/** Every state the nodes can be in while they go from one state to the next, each on its own. */
function* mixtures(draw: Draw, from: Tables, to: Tables): Generator<Tables> {
  const nodes = [...new Set([...from.keys(), ...to.keys()])];
  for (let i = 0; i < 12; i++) {
    const mixed = new Map<string, ReadonlyMap<string, ForwardingRule>>();
    for (const node of nodes) {
      const table = (draw(2) === 0 ? from : to).get(node);
      if (table !== undefined) mixed.set(node, table);
    }
    yield mixed;
  }
  yield to;
}

function placesOf(realisation: Realisation): readonly string[] {
  return realisation.plan.endpoints.map(({ attachment }) => attachmentKey(attachment)).sort();
}

/**
 * Walks frames between all endpoints through every state on the way from `from` to `to`: to groups,
 * and to each endpoint, with nodes that know nothing of it, or what they have learned in either state.
 * Throws where one loops, is doubled, leaks, or misses an endpoint that stays, unless that may be.
 */
export function checkWay(
  draw: Draw,
  topology: Topology,
  ends: { from: Realisation; to: Realisation; mayBeDeaf?: boolean },
  way: readonly Segments[],
): void {
  const before = placesOf(ends.from);
  const after = placesOf(ends.to);
  const all = [...new Set([...before, ...after])];
  const staying = before.filter((place) => after.includes(place));
  const start = tablesOf(segmentsOf(topology, owner, ends.from));
  const end = tablesOf(way.at(-1) ?? new Map());
  const lookups = all.map((place) => {
    const seen = [start, end].map((tables) => sightings(topology, tables, place));
    return lookupTo(draw, ends, place, seen);
  });
  const check = (tables: Tables, place: string): void => {
    const reachedBy = (lookup: Lookup): readonly string[] => {
      const reached = walk(topology, tables, place, { lookup });
      if (new Set(reached).size !== reached.length) throw new Error(`doubled: ${reached}`);
      const leaked = reached.filter((at) => !all.includes(at));
      if (leaked.length > 0) throw new Error(`leaked: ${leaked}`);
      return reached;
    };
    const flooded = reachedBy(knowsNothing);
    if (ends.mayBeDeaf) return;
    const deaf = staying.filter((other) => other !== place && !flooded.includes(other));
    if (staying.includes(place) && deaf.length > 0) throw new Error(`${deaf} lost ${place}`);
    for (const [index, to] of all.entries()) {
      const reached = reachedBy(lookups[index] ?? knowsNothing);
      const isHeard = to === place || !staying.includes(place) || !staying.includes(to);
      if (!isHeard && !reached.includes(to)) throw new Error(`${to} lost what ${place} sent it`);
    }
  };
  let last = start;
  for (const state of way) {
    const next = tablesOf(state);
    for (const tables of mixtures(draw, last, next)) for (const place of all) check(tables, place);
    last = next;
  }
}

/** What nodes know of frames to `place`: what they are given, or have seen in one of the states. */
function lookupTo(
  draw: Draw,
  { from, to }: { from: Realisation; to: Realisation },
  place: string,
  seen: readonly ReadonlyMap<string, Attachment>[],
): Lookup {
  const hostPort = [from, to]
    .flatMap(({ plan }) => plan.endpoints)
    .find(({ attachment }) => attachmentKey(attachment) === place)?.hostPort;
  const macs = [from, to]
    .flatMap(({ spec }) => spec.endpoints)
    .find((one) => one.hostPort === hostPort)?.macs;
  const memory = new Map<string, Attachment | undefined>();
  return ({ ingress: { node }, unicast }) => {
    if (unicast?.learn === undefined) {
      const isThere = (mac: MacAddress): boolean => macs?.includes(mac) ?? false;
      return unicast?.ways.find(({ addresses }) => addresses.some(isThere))?.to;
    }
    if (!memory.has(node)) memory.set(node, seen[draw(seen.length + 1)]?.get(node));
    return memory.get(node);
  };
}
