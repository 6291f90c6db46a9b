import type { FaultRates } from "../../src/testing/index.ts";
import type { TopologyDocument } from "../../src/topology/document.ts";
import type { Dice } from "./dice.ts";
import type { StoreRates } from "./sim-store.ts";

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
  readonly store: StoreRates;
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
  };
}

/** Draws a world: some are calm but for one kind of mishap, some have all kinds. */
export function scenarioFrom(dice: Dice): Scenario {
  const isOften = (percent: number): number => (dice.chance(0.5) ? percent : 0);
  return {
    document: documentFrom(dice),
    agents: dice.pick([1, 1, 2, 3]),
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
    },
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
