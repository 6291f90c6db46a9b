import { attachmentKey } from "../../src/model/attachment.ts";
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

/** Follows one frame from where it enters; gives where its copies leave, in order of port. */
function walk(topology: Topology, tables: Tables, port: string, tag: string): readonly string[] {
  const delivered: string[] = [];
  const seen = new Set<string>();
  const arrive = (at: string, label: string): void => {
    const key = `${at}/${label}`;
    if (seen.has(key)) throw new Error(`a frame passes ${key} twice`);
    seen.add(key);
    const rule = tables.get(at.slice(0, at.indexOf(":")))?.get(key);
    for (const egress of rule?.egress ?? []) {
      if (attachmentKey(egress) === key) throw new Error(`a frame is sent back at ${key}`);
      const link = topology.linkAt(egress.port);
      if (link === undefined) delivered.push(attachmentKey(egress));
      else arrive(link.a === egress.port ? link.b : link.a, String(egress.tag));
    }
  };
  arrive(port, tag);
  return delivered.sort();
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
 * Walks a frame from every endpoint through every state on the way from `from` to `to`. Throws where
 * one loops, is doubled, leaks, or misses an endpoint that stays, unless that may be.
 */
export function checkWay(
  draw: Draw,
  topology: Topology,
  ends: { from: Realisation; to: Realisation; mayBeDeaf?: boolean },
  way: readonly Segments[],
): void {
  const before = placesOf(ends.from);
  const after = placesOf(ends.to);
  const staying = before.filter((place) => after.includes(place));
  let last = tablesOf(segmentsOf(topology, owner, ends.from));
  for (const state of way) {
    const next = tablesOf(state);
    for (const tables of mixtures(draw, last, next)) {
      for (const place of new Set([...before, ...after])) {
        const [port = "", tag = ""] = place.split("/");
        const reached = walk(topology, tables, port, tag);
        if (new Set(reached).size !== reached.length) throw new Error(`doubled: ${reached}`);
        const leaked = reached.filter((at) => !before.includes(at) && !after.includes(at));
        if (leaked.length > 0) throw new Error(`leaked: ${leaked}`);
        if (ends.mayBeDeaf) continue;
        const deaf = staying.filter((other) => other !== place && !reached.includes(other));
        if (staying.includes(place) && deaf.length > 0) throw new Error(`${deaf} lost ${place}`);
      }
    }
    last = next;
  }
}
