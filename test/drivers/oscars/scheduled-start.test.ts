import { describe, expect, test } from "vitest";
import { DcnsAgent } from "../../../src/dcns.ts";
import { MemoryDriver } from "../../../src/drivers/memory.ts";
import type { AgentEvent, NetworkInfo } from "../../../src/index.ts";
import { MemoryStore } from "../../../src/store/memory-store.ts";
import { MemoryHttp, SimNsiProvider } from "../../../src/testing/index.ts";
import { campusTopology, hostAt } from "../../support/campuses.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { accents, type Dialect, dialects, simulatedWan } from "../../support/simulated-wan.ts";
import { value } from "../../support/testbed.ts";

const campuses = ["west", "east"];
const wans = ["one", "two"];
const hosts = campuses.map(hostAt);
const HOUR = 3_600_000;
const MINUTE = 60_000;

interface StartOptions {
  /** The wide-area domains between the campuses; two, of which the first is cheaper to cross, when absent. */
  readonly wans?: readonly string[];
  readonly promisesAhead?: boolean;
}

/** Two campuses, and wide-area domains between them. */
function world(dialect: Dialect, { wans: names = wans, promisesAhead = true }: StartOptions = {}) {
  const clock = fakeClock();
  const http = new MemoryHttp(clock);
  const carried = new Set<string>();
  const domains = new Map(
    names.map((name) => {
      const ports = campuses.map((campus) => `${name}:${campus}`);
      const wan = simulatedWan(dialect, {
        ...{ clock, http, name, ports, promisesAhead, leadSeconds: 0 },
        onCircuit: ({ type, circuit: { id } }) => {
          if (type === "down") carried.delete(`${name} ${id}`);
          else carried.add(`${name} ${id}`);
        },
      });
      return [name, wan] as const;
    }),
  );
  const topology = campusTopology({ campuses, wans: names });
  const store = new MemoryStore();
  const delays: AgentEvent[] = [];
  const begin = async (): Promise<DcnsAgent> => {
    const drivers = {
      ...Object.fromEntries(campuses.map((id) => [id, new MemoryDriver()])),
      ...Object.fromEntries([...domains].map(([name, wan]) => [name, wan.driver()])),
    };
    const agent = value(await clock.until(DcnsAgent.start({ topology, drivers, clock, store })));
    agent.events.on("schedule-delayed", (event) => delays.push(event));
    return agent;
  };
  const ids = (): readonly number[] => [...domains.values()].map(({ server }) => server.ids.length);
  const server = (name = "one") => {
    const found = domains.get(name)?.server;
    return found ?? expect.fail(name);
  };
  return { clock, begin, domains, delays, ids, carried, server, store };
}

async function start(dialect: Dialect, options: StartOptions = {}) {
  const made = world(dialect, options);
  const agent = await made.begin();
  const info = (project = "p"): NetworkInfo => value(agent.getNetworkInfo(project));
  const setUp = async (
    project: string,
    schedule: { readonly start?: number; readonly end?: number; readonly hold?: boolean },
    bw = "100Mbps",
  ) => made.clock.until(agent.setupPhysicalNetwork(project, hosts, bw, undefined, { schedule }));
  return { ...made, agent, info, setUp };
}

test("a network is asked for at its start where an NSI provider says that it reserves nothing ahead", async () => {
  const { clock, agent, info, setUp, server, ids, carried } = await start("nsi", { wans: ["one"] });
  const provider = server();
  if (!(provider instanceof SimNsiProvider)) expect.fail("it speaks NSI");
  provider.quirks = { promisesAhead: false, forgetsFailed: true };
  const from = clock.now() + HOUR;
  value(await setUp("p", { start: from, end: from + HOUR }));
  await clock.advance(30 * MINUTE);
  expect(ids()).toEqual([0]);
  expect(info().segments.find(({ domain }) => domain === "one")?.isPromised).toBe(false);
  await clock.advance(35 * MINUTE);
  expect([info().state, carried.size]).toEqual(["active", 1]);
  await clock.advance(HOUR);
  expect(ids()).toEqual([0]);
  await clock.until(agent.close());
});

/** Where a network crosses the wide area. */
function linksOf({ links }: NetworkInfo): readonly string[] {
  return links.map(({ id }) => id);
}

describe.each([...dialects, ...accents])(
  "a network that starts later, across a domain that speaks %s",
  (dialect) => {
    test("is promised by the domain at once, carries frames from its start, and nothing is left after its end", async () => {
      const { clock, agent, info, setUp, server, ids, carried, delays } = await start(dialect);
      const from = clock.now() + HOUR;
      value(await setUp("p", { start: from, end: from + HOUR }));
      expect(ids()).toEqual([1, 0]);
      const promised = server().ids;
      expect(info().segments.find(({ domain }) => domain === "one")).toMatchObject({
        ...{ state: "reserved", isPromised: true, externalId: expect.any(String) },
      });
      await clock.advance(HOUR - MINUTE);
      expect([...carried]).toEqual([]);
      expect(info().state).toBe("scheduled");
      expect(server().ids).toEqual(promised);
      await clock.advance(5 * MINUTE);
      expect(server().ids).toEqual(promised);
      expect(carried.size).toBe(1);
      expect(info().state).toBe("active");
      await clock.advance(HOUR);
      expect([...carried]).toEqual([]);
      expect(ids()).toEqual([0, 0]);
      expect(agent.listNetworks()).toEqual([]);
      expect(delays).toEqual([]);
      await clock.until(agent.close());
    });

    test("is seen to have begun nowhere while it is given up before its start", async () => {
      const { clock, agent, info, setUp } = await start(dialect, { wans: ["one"] });
      value(await setUp("p", { start: clock.now() + HOUR }));
      const seen: unknown[] = [];
      agent.events.on("network-state", ({ state }) =>
        seen.push([state, new Set(info().segments.map((segment) => segment.state))]),
      );
      value(await clock.until(agent.teardownPhysicalNetwork("p")));
      expect(seen).toEqual([["releasing", new Set(["reserved"])]]);
      await clock.until(agent.close());
    });

    test("is seen to wait for its start, with what is promised, also while a change of it is asked for", async () => {
      const { clock, agent, info, setUp } = await start(dialect, { wans: ["one"] });
      const from = clock.now() + HOUR;
      value(await setUp("p", { start: from, end: from + HOUR }));
      const seen: unknown[] = [];
      agent.events.on("network-state", ({ state }) => {
        const promised = info().segments.flatMap(({ isPromised }) => isPromised ?? []);
        seen.push([state, promised]);
      });
      value(await clock.until(agent.modifyPhysicalNetwork("p", [], [], "200Mbps")));
      expect(seen[0]).toEqual(["modifying", [true]]);
      expect(seen.at(-1)).toEqual(["scheduled", [true]]);
      await clock.until(agent.close());
    });

    test("has capacity that is nobody else's in its time, and everybody's before and after", async () => {
      const { clock, agent, setUp, ids } = await start(dialect, { wans: ["one"] });
      const at = (hours: number): number => clock.now() + hours * HOUR;
      const [one, two, three, four] = [at(1), at(2), at(3), at(4)];
      value(await setUp("early", { start: one, end: two }, "800Mbps"));
      value(await setUp("late", { start: three, end: four }, "800Mbps"));
      value(await setUp("between", { start: two, end: three }, "800Mbps"));
      const beside = { start: one + HOUR / 2, end: two + HOUR / 2 };
      expect((await setUp("beside", beside, "250Mbps")).isErr()).toBe(true);
      expect(ids()).toEqual([3]);
      value(await setUp("beside", beside, "200Mbps"));
      expect(ids()).toEqual([4]);
      await clock.until(agent.close());
    });

    test("goes another way where the domain has not what it takes at that time", async () => {
      const { clock, agent, info, setUp, ids, domains } = await start(dialect);
      domains.get("one")?.sellOut("one:west");
      const from = clock.now() + HOUR;
      value(await setUp("p", { start: from, end: from + HOUR }));
      expect(linksOf(info())).toEqual(["east-two", "west-two"]);
      expect(ids()).toEqual([0, 1]);
      domains.get("two")?.sellOut("two:east");
      const refused = await setUp("q", { start: from, end: from + HOUR });
      expect(refused._unsafeUnwrapErr().type).toBe("no-path");
      expect(agent.listNetworks()).toHaveLength(1);
      expect(ids()).toEqual([0, 1]);
      await clock.until(agent.close());
    });

    test("moves in time there as it moves here, and stays as it was where it cannot", async () => {
      const { clock, agent, info, setUp, server, carried, ids } = await start(dialect, {
        wans: ["one"],
      });
      const modify = (schedule: { readonly start?: number; readonly end?: number }) =>
        clock.until(agent.modifyPhysicalNetwork("p", [], [], undefined, undefined, { schedule }));
      const from = clock.now() + HOUR;
      value(await setUp("p", { start: from, end: from + HOUR }, "600Mbps"));
      value(await setUp("q", { start: from + 3 * HOUR, end: from + 4 * HOUR }, "600Mbps"));
      value(await modify({ start: from + HOUR, end: from + 2 * HOUR }));
      expect(ids()).toEqual([2]);
      const beforeRefusal = info();
      const refused = await modify({ end: from + 3.5 * HOUR });
      expect(refused.isErr()).toBe(true);
      expect(info()).toEqual(beforeRefusal);
      expect(server().ids).toHaveLength(2);
      await clock.advance(HOUR + 10 * MINUTE);
      expect([...carried]).toEqual([]);
      await clock.advance(HOUR);
      expect(carried.size).toBe(1);
      // It is put off while frames pass.
      value(await modify({ end: from + 3 * HOUR }));
      expect(carried.size).toBe(1);
      await clock.advance(HOUR);
      expect(info().state).toBe("active");
      expect(carried.size).toBe(1);
      await clock.advance(HOUR + 5 * MINUTE);
      expect(agent.listNetworks().map(({ project, state }) => [project, state])).toEqual([
        ["q", "active"],
      ]);
      expect(ids()).toEqual([1]);
      await clock.until(agent.close());
    });

    test("is given back when it is torn down before its start", async () => {
      const { clock, agent, setUp, ids } = await start(dialect);
      const from = clock.now() + HOUR;
      value(await setUp("p", { start: from, end: from + HOUR }));
      expect(ids()).toEqual([1, 0]);
      value(await clock.until(agent.teardownPhysicalNetwork("p")));
      expect(ids()).toEqual([0, 0]);
      expect(agent.listNetworks()).toEqual([]);
      await clock.until(agent.close());
    });

    test("outlives the agent: the next one keeps the promise, and begins and ends it", async () => {
      const { clock, agent, setUp, begin, ids, server, carried } = await start(dialect);
      const from = clock.now() + HOUR;
      value(await setUp("p", { start: from, end: from + HOUR }));
      const [id] = server().ids;
      await clock.until(agent.close());
      const next = await begin();
      await clock.advance(5 * MINUTE);
      expect(server().ids).toEqual([id]);
      await clock.advance(HOUR);
      expect(server().ids).toEqual([id]);
      expect(carried.size).toBe(1);
      await clock.advance(HOUR);
      expect(ids()).toEqual([0, 0]);
      expect(next.listNetworks()).toEqual([]);
      await clock.until(next.close());
    });

    test("is promised anew where the domain has dropped it, and goes elsewhere at its start where it is not", async () => {
      const { clock, agent, info, setUp, server, ids, domains, delays } = await start(dialect);
      const from = clock.now() + HOUR;
      value(await setUp("p", { start: from, end: from + HOUR }));
      for (const id of server().ids) server().forceEnd(id);
      await clock.advance(5 * MINUTE);
      expect(info().segments.find(({ domain }) => domain === "one")?.isPromised).toBe(true);
      domains.get("one")?.sellOut("one:west");
      for (const id of server().ids) server().forceEnd(id);
      await clock.advance(5 * MINUTE);
      expect(info().segments.find(({ domain }) => domain === "one")?.isPromised).toBe(false);
      await clock.advance(HOUR);
      expect(ids()).toEqual([0, 1]);
      expect([info().state, linksOf(info())]).toEqual(["active", ["east-two", "west-two"]]);
      expect(delays).toEqual([]);
      await clock.until(agent.close());
    });

    test("is asked for at its start where the domain promises nothing ahead, and says so", async () => {
      const { clock, agent, info, setUp, ids, domains, delays, carried } = await start(dialect, {
        promisesAhead: false,
      });
      const from = clock.now() + HOUR;
      value(await setUp("p", { start: from, end: from + HOUR }));
      expect(ids()).toEqual([0, 0]);
      expect(info().segments.find(({ domain }) => domain === "one")).toMatchObject({
        isPromised: false,
      });
      domains.get("one")?.sellOut("one:west");
      await clock.advance(HOUR + 5 * MINUTE);
      expect(ids()).toEqual([0, 1]);
      expect(info().state).toBe("active");
      expect(delays).toEqual([]);
      // It ends by itself, should nobody be there to end it.
      await clock.until(agent.close());
      await clock.advance(HOUR);
      expect(carried.size).toBe(0);
    });

    test("is told another end as exactly as it keeps one", async () => {
      const { clock, agent, setUp, server } = await start(dialect);
      const provider = server();
      const from = clock.now() + HOUR;
      value(await setUp("p", { start: from, end: from + HOUR }));
      const later = { schedule: { end: from + HOUR + 50_000 } };
      value(
        await clock.until(agent.modifyPhysicalNetwork("p", [], [], undefined, undefined, later)),
      );
      await clock.until(agent.close());
      const living = () =>
        provider instanceof SimNsiProvider
          ? provider.connections.filter(
              ({ committed }) => Number(committed?.criteria.schedule?.endTime) > clock.now(),
            )
          : provider.ids;
      await clock.advance(2 * HOUR + 20_000);
      // A domain of IDCP takes a change of a minute for none.
      expect(living()).toHaveLength(dialect.startsWith("idcp") ? 0 : 1);
      await clock.advance(MINUTE);
      expect(living()).toEqual([]);
    });
  },
);
