import type { ResultAsync } from "neverthrow";
import { describe, expect, test } from "vitest";
import type { DcnsError } from "../../src/model/errors.ts";
import { type Draw, drawFrom } from "../network/random-tree.ts";
import { expectNoOverCommitment } from "../support/no-over-commitment.ts";
import { Testbed } from "../support/testbed.ts";

const projects = ["a", "b", "c"];
const links = ["s1-s2", "s2-s3", "s4-s3", "s1-s4"];
const switches = ["s1", "s2", "s3", "s4"];
const hostPorts = switches.flatMap((id) => [`${id}a:eth1`, `${id}b:eth1`]);

/** A campus in turmoil: calls that overlap, links that flap, switches without power, crashes. */
class Turmoil {
  readonly #bed: Testbed;
  readonly #draw: Draw;
  readonly #down = new Set<string>();
  readonly #off = new Set<string>();
  /** What has happened, to be read when something is wrong. */
  readonly log: string[] = [];

  constructor(bed: Testbed, draw: Draw) {
    this.#bed = bed;
    this.#draw = draw;
  }

  async step(): Promise<void> {
    const chance = this.#draw(100);
    if (chance < 20) this.#setUp();
    else if (chance < 35) this.#modify();
    else if (chance < 42) this.#tearDown();
    else if (chance < 75) this.#flap();
    else if (chance < 85) this.#power();
    else if (chance < 90) await this.#crash();
    await this.#bed.clock.advance(this.#pick([0, 1, 3, 10, 50, 500, 3000]));
  }

  /** Everything is mended, and there was time to take that in. */
  async calm(): Promise<void> {
    for (const link of this.#down) this.#bed.fabric.setLink(link, true);
    for (const node of this.#off) this.#bed.fabric.powerOn(node);
    this.log.push("all is mended");
    await this.#bed.untilAllUp();
    await this.#bed.clock.advance(60_000);
  }

  #setUp(): void {
    const members = this.#someHostPorts(2 + this.#draw(3));
    const project = this.#pick(projects);
    const vlan = this.#draw(2) === 0 ? 100 + projects.indexOf(project) : undefined;
    const protection = this.#draw(6) === 0 ? "none" : "restore";
    const rate = this.#pick(["10Mbps", "400Mbps", "800Mbps"]);
    this.#note(
      `set up ${project} ${members} at ${rate}`,
      this.#bed.agent.setupPhysicalNetwork(project, members, rate, vlan, { protection }),
    );
  }

  #modify(): void {
    const project = this.#pick(projects);
    const added = this.#someHostPorts(1);
    const removed = this.#draw(5) < 2 ? this.#someHostPorts(1) : [];
    const rate = this.#draw(3) === 0 ? undefined : this.#pick(["100Mbps", "300Mbps"]);
    this.#note(
      `modify ${project} + ${added} - ${removed} at ${rate}`,
      this.#bed.agent.modifyPhysicalNetwork(project, added, removed, rate, undefined),
    );
  }

  #tearDown(): void {
    const project = this.#pick(projects);
    const force = this.#draw(2) === 0;
    this.#note(
      `tear down ${project} ${force}`,
      this.#bed.agent.teardownPhysicalNetwork(project, { force }),
    );
  }

  #flap(): void {
    const link = this.#pick(links);
    const up = this.#down.delete(link);
    if (!up) this.#down.add(link);
    this.log.push(`link ${link} ${up}`);
    this.#bed.fabric.setLink(link, up);
  }

  #power(): void {
    const node = this.#pick(switches);
    this.log.push(`power of ${node}`);
    if (this.#off.delete(node)) this.#bed.fabric.powerOn(node);
    else if (this.#off.size < 2) {
      this.#off.add(node);
      this.#bed.fabric.powerOff(node);
    }
  }

  async #crash(): Promise<void> {
    this.log.push("crash");
    await this.#bed.clock.advance(this.#draw(60));
    this.#bed.crash();
    await this.#bed.startAgent();
  }

  /** The answer may come at any time, or never, when the agent crashes. */
  #note(what: string, call: ResultAsync<unknown, DcnsError>): void {
    this.log.push(what);
    void call.then((result) => {
      this.log.push(`  ${what}: ${result.isOk() ? "done" : result.error.type}`);
    });
  }

  #someHostPorts(most: number): readonly string[] {
    return [...new Set(Array.from({ length: most }, () => this.#pick(hostPorts)))];
  }

  #pick<T>(values: readonly T[]): T {
    const [picked] = values.slice(this.#draw(values.length));
    if (picked === undefined) throw new Error("nothing to pick from");
    return picked;
  }
}

async function expectAllWhole(bed: Testbed): Promise<void> {
  for (const info of bed.agent.listNetworks()) {
    expect(["active", "partial"]).toContain(info.state);
    bed.expectWhole(info);
    const report = await bed.run(bed.agent.verifyNetwork(info.project, {}));
    expect(report._unsafeUnwrap().consistent).toBe(true);
  }
}

/** Networks that take all of three links fit: nothing is held any more. */
async function expectNothingHeld(bed: Testbed): Promise<void> {
  await bed.setUp("full", ["s4a:eth1", "s3a:eth1"], "1Gbps", 100);
  await bed.setUp("full2", ["s1a:eth1", "s2a:eth1"], "10Gbps", 101);
  await bed.setUp("full3", ["s1b:eth1", "s4b:eth1"], "10Gbps", 101);
  await bed.setUp("full4", ["s2b:eth1", "s3b:eth1"], "10Gbps", 101);
  expect(bed.agent.listNetworks().map(({ links: own }) => own.length)).toEqual([1, 1, 1, 1]);
}

describe("an agent in turmoil", () => {
  test.each(Array.from({ length: 16 }, (_, seed) => seed + 1))(
    "never promises too much, and has every network whole when all is mended (seed %i)",
    async (seed) => {
      // Every other world has switches with bundles.
      await using bed = await Testbed.start({ seed, bundles: seed % 2 === 0 });
      const turmoil = new Turmoil(bed, drawFrom(seed));
      try {
        for (let i = 0; i < 22; i++) {
          await turmoil.step();
          expectNoOverCommitment(bed.topology, bed.agent.listNetworks());
        }
        await turmoil.calm();
        await expectAllWhole(bed);
        for (const { project } of bed.agent.listNetworks()) await bed.tearDown(project);
        await bed.clock.advance(5_000);
        expect(bed.held()).toEqual({});
        await expectNothingHeld(bed);
      } catch (error) {
        throw new Error(turmoil.log.join("\n"), { cause: error });
      }
    },
  );
});
