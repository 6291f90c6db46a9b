import fc from "fast-check";
import { expect, test } from "vitest";
import type { DcnsAgent } from "../../src/dcns.ts";
import { linkId } from "../../src/model/ids.ts";
import type { Delivery, Protection } from "../../src/model/network.ts";
import type { NetworkEnd } from "../../src/testing/index.ts";
import { Topology } from "../../src/topology.ts";
import { type Draw, drawFrom } from "../network/random-tree.ts";
import { endsInBoth, endsOfEither, FrameWatch } from "../support/frame-watch.ts";
import { randomFabric } from "../support/random-fabric.ts";
import { endsOf, Testbed, value } from "../support/testbed.ts";

type SetUp = Parameters<DcnsAgent["setupPhysicalNetwork"]>;
type Modify = Parameters<DcnsAgent["modifyPhysicalNetwork"]>;

/** A network that is set up, changes, moves and goes, and what its frames do meanwhile. */
class NetworkLife {
  /** What happened, with what went wrong. */
  readonly log: string[] = [];
  #isWell = true;
  readonly #draw: Draw;
  readonly #bed: Testbed;
  /** Another of the same, asked first: what a call will make of the network. */
  readonly #twin: Testbed;

  constructor(draw: Draw, bed: Testbed, twin: Testbed) {
    this.#draw = draw;
    this.#bed = bed;
    this.#twin = twin;
  }

  get isWell(): boolean {
    return this.#isWell;
  }

  async run(): Promise<void> {
    const setUp = this.#drawSetUp();
    const planned = await this.#twin.run(this.#twin.agent.setupPhysicalNetwork(...setUp));
    if (planned.isErr()) return;
    const nobody: readonly NetworkEnd[] = [];
    await this.#watch(`set up ${JSON.stringify(setUp)}`, nobody, endsOf(planned.value), (step) =>
      this.#bed.run(this.#bed.agent.setupPhysicalNetwork(...setUp), step),
    );
    this.#expectWhole();
    for (let left = 1 + this.#draw(3); left > 0; left -= 1) await this.#modify();
    await this.#leaveALink();
    await this.#watch("tear down", nobody, endsOf(this.#bed.info("p")), (step) =>
      this.#bed.run(this.#bed.agent.teardownPhysicalNetwork("p"), step),
    );
    this.#bed.expectNothingLeft();
  }

  async #modify(): Promise<void> {
    const before = endsOf(this.#bed.info("p"));
    const change = this.#drawModify(before.map(({ hostPort }) => hostPort));
    const planned = await this.#twin.run(this.#twin.agent.modifyPhysicalNetwork(...change));
    const after = planned.isOk() ? endsOf(planned.value) : before;
    const [staying, all] = [endsInBoth(before, after), endsOfEither(before, after)];
    await this.#watch(`modify ${JSON.stringify(change)}`, staying, all, (step) =>
      this.#bed.run(this.#bed.agent.modifyPhysicalNetwork(...change), step),
    );
    this.#expectWhole();
  }

  /** A link goes from the inventory: a network that has it leaves it, if there is another way. */
  async #leaveALink(): Promise<void> {
    const info = this.#bed.info("p");
    const link = info.links[this.#draw(Math.max(1, info.links.length))]?.id;
    if (link === undefined) return;
    const next = value(this.#bed.topology.withoutLink(linkId(link)));
    const ends = endsOf(info);
    await this.#watch(`without ${link}`, ends, ends, (step) =>
      this.#bed.run(this.#bed.agent.updateTopology(next), step),
    );
    this.#expectWhole();
  }

  async #watch(
    what: string,
    staying: readonly NetworkEnd[],
    all: readonly NetworkEnd[],
    call: (step: () => void) => Promise<unknown>,
  ): Promise<void> {
    const watch = new FrameWatch(this.#bed.fabric, { staying, all });
    let lookedAtMs = Number.NaN;
    await call(() => {
      if (this.#bed.clock.now() === lookedAtMs) return;
      lookedAtMs = this.#bed.clock.now();
      watch.step();
    });
    this.#note(what, watch);
  }

  #expectWhole(): void {
    const ends = endsOf(this.#bed.info("p"));
    const watch = new FrameWatch(this.#bed.fabric, { staying: ends, all: ends });
    watch.step();
    this.#note("and then", watch);
  }

  #note(what: string, { troubles }: FrameWatch): void {
    this.log.push(what, ...troubles);
    this.#isWell &&= troubles.size === 0;
  }

  #drawSetUp(): SetUp {
    const hostPorts = this.#some([...this.#bed.topology.touchPoints.keys()], 2 + this.#draw(4));
    const delivery = this.#pick<Delivery | undefined>(["flood", "static", "learn", undefined]);
    const options = {
      protection: this.#pick<Protection>(["none", "restore", "disjoint", "disjoint"]),
      sharing: this.#pick(["hose", "shared"] as const),
      endpoints: this.#endpoints(hostPorts),
      // Nothing that the watch sends is dropped for being too much.
      floodAllowance: "100Mbps",
      ...(delivery === undefined ? {} : { delivery }),
    };
    return ["p", hostPorts, "100Mbps", 100 + this.#draw(3), options];
  }

  #drawModify(members: readonly string[]): Modify {
    const strangers = [...this.#bed.topology.touchPoints.keys()].filter(
      (at) => !members.includes(at),
    );
    const added = this.#some(strangers, this.#draw(3));
    const removed = this.#some(members, this.#draw(2));
    const rate = this.#pick([undefined, undefined, "120Mbps", "4Gbps", "7Gbps"]);
    const vlan = this.#pick([undefined, undefined, 100 + this.#draw(3)]);
    return ["p", added, removed, rate, vlan, { endpoints: this.#endpoints(added) }];
  }

  /** The second host at a port has a tag of its own. */
  #endpoints(hostPorts: readonly string[]): NonNullable<NonNullable<SetUp[4]>["endpoints"]> {
    return Object.fromEntries(
      hostPorts.map((at) => {
        const macs = [this.#bed.fabric.hostOf(at).mac];
        return [at, at.includes("c:") ? { macs, vlan: 300 } : { macs }];
      }),
    );
  }

  #some<T>(values: readonly T[], count: number): readonly T[] {
    const left = [...values];
    return Array.from({ length: count }, () => left.splice(this.#draw(left.length), 1)).flat();
  }

  #pick<T>(values: readonly [T, ...T[]]): T {
    return values[this.#draw(values.length)] ?? values[0];
  }
}

/** What happened, if something went wrong. */
async function troubles(seed: number): Promise<readonly string[]> {
  const draw = drawFrom(seed);
  const options = {
    topology: Topology.parse(randomFabric(draw))._unsafeUnwrap(),
    seed,
    bundles: draw(2) === 0,
    learns: draw(2) === 0,
    driver: { learning: draw(2) === 0 ? "switch" : "agent" },
  } as const;
  const faults = { delay: 0.7, maxDelayMs: [3, 12, 40][draw(3)] ?? 12, overtaken: 0.2 };
  await using bed = await Testbed.start({ ...options, faults });
  await using twin = await Testbed.start(options);
  const life = new NetworkLife(draw, bed, twin);
  await life.run();
  return life.isWell ? [] : life.log;
}

test("while a network is set up, changes, moves and goes, no frame loops, is doubled, comes back or leaks, and none is missed by who stays", async () => {
  const seeds = fc.integer({ min: 0, max: 2 ** 31 });
  const isWell = fc.asyncProperty(seeds, async (seed) => {
    expect(await troubles(seed)).toEqual([]);
  });
  await fc.assert(isWell, { numRuns: 10, endOnFailure: true });
}, 300_000);
