import type { FaultRates } from "../../src/testing/index.ts";
import type { TopologyDocument } from "../../src/topology/document.ts";
import { dialects } from "../../test/support/simulated-wan.ts";
import type { Dice } from "./dice.ts";

import type { StoreRates } from "./sim-store.ts";
import { WIDE_AREA, type WideAreaOptions } from "./wide-area.ts";

/** What kind of world a seed gives. */
export interface Scenario {
  readonly document: TopologyDocument;
  /** How many agents serve the switches; more than one share the store. */
  readonly agents: number;
  /** Of all switches. */
  readonly bundles: boolean;
  readonly learns: boolean;
  readonly flapDamping: boolean;
  /** What befalls messages at the switches until everything is mended. */
  readonly messages: FaultRates;
  /** Whether what is sent travels in pieces. */
  readonly pieces: boolean;
  readonly store: StoreRates;
  /** Whether the one agent keeps its records in a file. */
  readonly file: boolean;
  /** There where a wide-area domain joins parts of the campus. */
  readonly wideArea: WideAreaOptions | undefined;
  /** How many of a hundred networks have a start to come, or an end. */
  readonly scheduled: number;
  /** How many things happen before everything is mended. */
  readonly steps: number;
  /** Each kind of mishap happens so often, in a hundred steps. */
  readonly mishaps: {
    readonly flap: number;
    readonly power: number;
    readonly disconnect: number;
    readonly forget: number;
    readonly crash: number;
    readonly pause: number;
    readonly wideArea: number;
  };
}

/** From this seed on, several agents may share a wide-area domain. */
export const FIRST_OF_THE_LATEST = 1_000_000;

/**
 * Draws a world: some are calm but for one kind of mishap, some have all kinds. `more` draws what
 * worlds did not have from the beginning, so that older seeds give what they gave where they can; and
 * `latest` what no seed below {@link FIRST_OF_THE_LATEST} has.
 */
export function scenarioFrom(dice: Dice, more: Dice, latest: Dice | undefined): Scenario {
  const isOften = (percent: number): number => (dice.chance(0.5) ? percent : 0);
  const isAlso = (percent: number): number => (more.chance(0.5) ? percent : 0);
  const isWide = (percent: number): number => (wide.chance(0.5) ? percent : 0);
  const document = documentFrom(dice);
  const agents = dice.pick([1, 1, 2, 3]);
  const isAlone = agents === 1;
  const wide = isAlone || latest === undefined ? more : latest;
  const hasWideArea = isAlone ? more.chance(0.4) : latest?.chance(0.5) === true;
  return {
    document: hasWideArea ? withWideArea(document, wide) : document,
    agents,
    bundles: dice.chance(0.5),
    learns: dice.chance(0.4),
    flapDamping: dice.chance(0.3),
    messages: {
      drop: isOften(0.01),
      delay: isOften(0.1),
      maxDelayMs: 1 + dice.below(200),
      disconnect: isOften(0.005),
      reject: isOften(0.01),
      forget: isOften(0.005),
      overtaken: isAlso(0.02),
      duplicate: isAlso(0.02),
    },
    pieces: more.chance(0.3),
    file: isAlone && more.chance(0.5),
    wideArea: hasWideArea
      ? {
          refuse: isWide(0.05),
          lose: isWide(0.03),
          loseAnswer: isWide(0.05),
          maxDelayMs: wide.pick([0, 20, 300]),
          dialect: wide.pick(dialects),
        }
      : undefined,
    store: {
      fail: isOften(0.05),
      failAfterWriting: isOften(0.05),
      maxDelayMs: dice.chance(0.5) ? 1 + dice.below(50) : 0,
    },
    scheduled: dice.pick([0, 15, 80]),
    steps: 12 + dice.below(18),
    mishaps: {
      flap: isOften(15),
      power: isOften(6),
      disconnect: isOften(6),
      forget: isOften(5),
      crash: isOften(8),
      pause: isOften(5),
      wideArea: hasWideArea ? isWide(20) : 0,
    },
  };
}

/** A connected fabric: a random tree, and some links more. */
function documentFrom(dice: Dice): TopologyDocument {
  const count = 3 + dice.below(4);
  const ids = Array.from({ length: count }, (_, index) => `s${index + 1}`);
  const pairs = ids.slice(1).map((id, index) => [dice.pick(ids.slice(0, index + 1)), id] as const);
  const more = Array.from({ length: dice.below(count + 1) }, () => dice.some(ids, 2));
  const links = [...pairs, ...more].flatMap(([a, b], index) =>
    a === undefined || b === undefined ? [] : [{ id: `l${index}`, a, b }],
  );
  const portOf = (node: string, link: string): string => `${node}:${link}`;
  return {
    format: "dcns-topology/1",
    domains: [{ id: "campus", driver: "openflow" }],
    nodes: ids.map((id, index) => ({
      id,
      domain: "campus",
      datapathId: (index + 1).toString(16).padStart(16, "0"),
      vlanTranslation: !dice.chance(0.15),
      ports: [
        { id: "h1", ofPort: 1 },
        { id: "h2", ofPort: 2 },
        ...links.flatMap((link, at) =>
          link.a === id || link.b === id ? [{ id: link.id, ofPort: 10 + at }] : [],
        ),
      ],
    })),
    links: links.map(({ id, a, b }) => ({
      id,
      a: portOf(a, id),
      b: portOf(b, id),
      capacity: dice.pick(["1Gbps", "1Gbps", "10Gbps"]),
      vlans: dice.pick(["100-105", "100-139", "100-1999"]),
      srlg: dice.chance(0.1) ? ["duct"] : [],
    })),
    hosts: ids.flatMap((id) => [
      { host: `${id}a`, nic: "eth1", port: `${id}:h1` },
      { host: `${id}b`, nic: "eth1", port: `${id}:h2`, tagging: "untagged" as const },
    ]),
  };
}

/** The same, with a wide-area domain in place of one of the links, and perhaps a third way into it. */
function withWideArea(document: TopologyDocument, dice: Dice): TopologyDocument {
  const { links = [] } = document;
  const replaced = dice.pick(links);
  const others = links.filter((link) => link !== replaced);
  const third = dice.chance(0.4) ? dice.pick(document.nodes).id : undefined;
  const ways = [
    { id: "w0", far: replaced.a },
    { id: "w1", far: replaced.b },
    ...(third === undefined ? [] : [{ id: "w2", far: `${third}:w2` }]),
  ];
  return {
    ...document,
    domains: [...document.domains, { id: WIDE_AREA, driver: "oscars" }],
    nodes: [
      ...document.nodes.map((node) =>
        node.id === third ? { ...node, ports: [...node.ports, { id: "w2", ofPort: 40 }] } : node,
      ),
      {
        id: WIDE_AREA,
        domain: WIDE_AREA,
        branching: false,
        ports: ways.map(({ id }) => ({ id })),
      },
    ],
    links: [
      ...others,
      ...ways.map(({ id, far }) => ({
        id,
        a: far,
        b: `${WIDE_AREA}:${id}`,
        capacity: dice.pick(["1Gbps", "10Gbps"]),
        vlans: dice.pick(["100-105", "100-139"]),
      })),
    ],
  };
}
