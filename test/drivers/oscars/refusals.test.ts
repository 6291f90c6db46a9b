import { describe, expect, test } from "vitest";
import { MAX_PLANS } from "../../../src/agent/crankback.ts";
import { DcnsAgent } from "../../../src/dcns.ts";
import { MemoryDriver } from "../../../src/drivers/memory.ts";
import { MemoryDomain } from "../../../src/drivers/memory-domain.ts";
import { type DcnsError, describeError } from "../../../src/model/errors.ts";
import { VlanSet } from "../../../src/model/vlan-set.ts";
import { MemoryHttp } from "../../../src/testing/index.ts";
import { campusTopology, hostAt } from "../../support/campuses.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { type Dialect, dialects, simulatedWan } from "../../support/simulated-wan.ts";
import { value } from "../../support/testbed.ts";

const all = ["west", "east", "south"];

interface Row {
  readonly dialect: Dialect;
  /** How many campuses one circuit joins. */
  readonly sites: 2 | 3;
  /** Whether the domain says what it does not have. */
  readonly tells: boolean;
}

const rows: readonly Row[] = [
  ...([...dialects, "idcp-0.5"] as const).map((dialect) => ({
    ...{ dialect, sites: 2 as const, tells: dialect !== "idcp-0.5" },
  })),
  { dialect: "rest", sites: 3, tells: true },
];

async function start({ dialect, sites }: Row, wans: readonly string[]) {
  const clock = fakeClock();
  const http = new MemoryHttp(clock);
  const campuses = all.slice(0, sites);
  const servers = wans.map((name) => {
    const ports = campuses.map((campus) => `${name}:${campus}`);
    return simulatedWan(dialect, { clock, http, name, ports, delayMs: 20, leadSeconds: 0 });
  });
  const at = campuses.map(() => new MemoryDomain());
  const drivers = {
    ...Object.fromEntries(campuses.map((id, nth) => [id, new MemoryDriver(at[nth])])),
    ...Object.fromEntries(
      wans.map((id, nth) => [id, servers[nth]?.driver() ?? new MemoryDriver()]),
    ),
  };
  const topology = campusTopology({ campuses, wans, branching: sites > 2 });
  const agent = value(await clock.until(DcnsAgent.start({ topology, drivers, clock })));
  const sell = (nth: number, what: { readonly mbps?: number; readonly vlan?: number } = {}) =>
    servers[nth]?.sellOut(`${wans[nth]}:east`, what);
  const circuits = () => servers.map(({ server }) => server.ids.length);
  const isClean = async () => {
    // What was held without our knowing would be gone by then, and is not there in the first place.
    await clock.advance(1_000);
    return (
      circuits().every((count) => count === 0) && at.every(({ segments }) => segments.size === 0)
    );
  };
  const setUp = () => clock.until(agent.setupPhysicalNetwork("p", campuses.map(hostAt), "100Mbps"));
  return { clock, agent, sell, circuits, isClean, setUp };
}

/** The domains that an error says have refused, in order. */
function refusing(error: DcnsError): readonly string[] {
  const { refusals = [] } = "refusals" in error ? error : {};
  const last = error.type === "driver-failed" ? [error.domain] : [];
  return [...refusals.map(({ domain }) => `${domain}`), ...last.map(String)];
}

describe.each(rows)("what a domain that speaks $dialect refuses of $sites campuses", (row) => {
  test("is had of another: capacity", async () => {
    const { clock, agent, sell, circuits, isClean, setUp } = await start(row, ["one", "two"]);
    sell(0);
    value(await setUp());
    expect(circuits()).toEqual([0, 1]);
    value(await clock.until(agent.teardownPhysicalNetwork("p")));
    expect(await isClean()).toBe(true);
    await clock.until(agent.close());
  });

  test("is had otherwise: a label", async () => {
    const { clock, agent, sell, circuits, isClean, setUp } = await start(row, ["one"]);
    const taken = row.tells ? [100, 101, 102] : [100];
    for (const vlan of taken) sell(0, { mbps: 1, vlan });
    const { links } = value(await setUp());
    expect(taken).not.toContain(links.find(({ id }) => id === "east-one")?.vlan);
    expect(circuits()).toEqual([1]);
    value(await clock.until(agent.teardownPhysicalNetwork("p")));
    expect(await isClean()).toBe(true);
    await clock.until(agent.close());
  });

  test("is in the explanation where nobody has it, and so many are asked at most: capacity", async () => {
    const wans = Array.from({ length: MAX_PLANS + 1 }, (_, nth) => `wan${nth}`);
    const { clock, agent, sell, isClean, setUp } = await start(row, wans);
    for (const nth of wans.keys()) sell(nth);
    const error = (await setUp())._unsafeUnwrapErr();
    const asked = refusing(error);
    expect(asked).toHaveLength(MAX_PLANS);
    // Who does not say that it is no label is asked for another one, too.
    if (row.tells) expect(asked).toEqual(wans.slice(0, MAX_PLANS));
    expect(describeError(error)).toContain("wan0");
    expect(await isClean()).toBe(true);
    await clock.until(agent.close());
  });

  test("is in the explanation where nobody has it: a label", async () => {
    const { clock, agent, sell, isClean, setUp } = await start(row, ["one"]);
    for (const vlan of VlanSet.range(100, 199)) sell(0, { mbps: 1, vlan });
    const error = (await setUp())._unsafeUnwrapErr();
    const asked = refusing(error);
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.length).toBeLessThanOrEqual(MAX_PLANS);
    expect(new Set(asked)).toEqual(new Set(["one"]));
    expect(await isClean()).toBe(true);
    await clock.until(agent.close());
  });
});
