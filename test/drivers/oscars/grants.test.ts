import { describe, expect, test } from "vitest";
import { DcnsAgent } from "../../../src/dcns.ts";
import { MemoryDriver } from "../../../src/drivers/memory.ts";
import { MemoryDomain } from "../../../src/drivers/memory-domain.ts";
import type { HttpHandler } from "../../../src/drivers/oscars/http/http.ts";
import { MemoryStore } from "../../../src/store/memory-store.ts";
import { type CircuitChange, MemoryHttp } from "../../../src/testing/index.ts";
import { campusTopology, hostAt } from "../../support/campuses.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { type Grant, GrantingWan } from "../../support/granting-wan.ts";
import { accents, type Dialect, dialects, simulatedWan } from "../../support/simulated-wan.ts";
import { errorOf, value } from "../../support/testbed.ts";

const campuses = ["west", "east"];
const hosts = campuses.map(hostAt);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const LOOK = 30_000;

/** In steps of 128 Mbit/s. */
const inSteps: Grant = { rate: (mbps) => Math.ceil(mbps / 128) * 128 };
const toTheMinute: Grant = { end: (endS) => Math.floor(endS / 60) * 60 };
const byTheHour: Grant = { end: (endS, askedS) => Math.min(endS, askedS + HOUR / 1000) };

/** A network across a domain that grants in its own way, for two hours and a bit. */
async function start(
  dialect: Dialect,
  grant: Grant,
  {
    bw = "100Mbps",
    waitMs,
    wrap = (handler) => handler,
  }: {
    readonly bw?: string;
    readonly waitMs?: number;
    readonly wrap?: (handler: HttpHandler) => HttpHandler;
  } = {},
) {
  const clock = fakeClock();
  const http = new MemoryHttp(clock);
  const granting = new GrantingWan(clock, grant);
  const changes: string[] = [];
  const rates = new Map<string, number>();
  const ports = campuses.map((campus) => `wan:${campus}`);
  const wan = simulatedWan(dialect, {
    ...{ clock, http, ports, leadSeconds: 0, telling: granting.telling(http), delayMs: 100 },
    onCircuit: ({ type, circuit: { id, mbps } }: CircuitChange) => {
      changes.push(`${type} ${mbps}`);
      if (type === "down") rates.delete(id);
      else rates.set(id, mbps);
    },
  });
  http.serve("http://wan.example", wrap(granting.answering(wan.server.handler)));
  const topology = campusTopology({ campuses, wans: ["wan"] });
  const store = new MemoryStore();
  const fabrics = new Map(campuses.map((id) => [id, new MemoryDomain()]));
  const begin = async (): Promise<DcnsAgent> => {
    const drivers = {
      ...Object.fromEntries([...fabrics].map(([id, fabric]) => [id, new MemoryDriver(fabric)])),
      wan: wan.driver(),
    };
    return value(await clock.until(DcnsAgent.start({ topology, drivers, clock, store })));
  };
  const agent = await begin();
  const begins = waitMs === undefined ? {} : { start: clock.now() + waitMs };
  const schedule = { ...begins, end: clock.now() + 2 * HOUR + 20_000 };
  value(await clock.until(agent.setupPhysicalNetwork("p", hosts, bw, undefined, { schedule })));
  const isConsistent = async (by = agent) =>
    value(await clock.until(by.verifyNetwork("p"))).consistent;
  const modify = (rate: string) => clock.until(agent.modifyPhysicalNetwork("p", [], [], rate));
  const putOff = (byMs: number) => {
    const end = { schedule: { end: clock.now() + byMs } };
    return clock.until(agent.modifyPhysicalNetwork("p", [], [], undefined, undefined, end));
  };
  const forget = () => {
    granting.asked.length = 0;
    changes.length = 0;
  };
  forget();
  const servedRates = () => [...rates.values()];
  return {
    ...{ clock, wan, granting, changes, servedRates, agent, begin },
    ...{ isConsistent, modify, putOff, forget },
  };
}

describe.each([...dialects, ...accents])(
  "a domain that speaks %s and grants otherwise than asked",
  (dialect) => {
    const changesInPlace = dialect === "nsi" || dialect === "rest";

    test.each([
      ["more bandwidth", inSteps],
      ["an end that is cut to the minute", toTheMinute],
      ["both", { ...inSteps, ...toTheMinute }],
    ])("is left alone with %s", async (_what, grant) => {
      const { clock, granting, agent, isConsistent, changes } = await start(dialect, grant);
      for (let look = 0; look < 10; look += 1) {
        await clock.advance(LOOK);
        expect(await isConsistent()).toBe(true);
      }
      expect(granting.asked).toEqual([]);
      // Nor at the end, which comes a little too soon.
      await clock.advance(2 * HOUR - 10 * MINUTE);
      expect(await isConsistent()).toBe(true);
      expect([granting.asked, changes]).toEqual([[], []]);
      await clock.until(agent.close());
    });

    test("is asked for more before its hour is over, once, and not before", async () => {
      const { clock, granting, agent, isConsistent, changes } = await start(dialect, byTheHour);
      const begun = clock.now();
      await clock.advance(HOUR - 12 * MINUTE);
      expect(await isConsistent()).toBe(true);
      expect(granting.asked).toEqual([]);
      await clock.advance(15 * MINUTE);
      expect(await isConsistent()).toBe(true);
      const renewed = granting.asked.map(({ atMs }) => atMs - begun);
      expect(renewed.length).toBeGreaterThan(0);
      expect(Math.max(...renewed) - Math.min(...renewed)).toBeLessThan(LOOK);
      // Only who changes nothing is interrupted, and as late as can be.
      if (dialect === "nsi-opennsa") {
        expect(changes).toEqual(["down 100", "up 100"]);
        expect(Math.min(...renewed)).toBeGreaterThan(HOUR - 2 * MINUTE);
      } else {
        expect(changes.filter((each) => !each.startsWith("changed"))).toEqual([]);
        expect(Math.min(...renewed)).toBeGreaterThan(HOUR - 11 * MINUTE);
      }
      await clock.advance(30 * MINUTE);
      expect(granting.asked).toHaveLength(renewed.length);
      await clock.until(agent.close());
    });

    test.each(["unanswered", "lost"] as const)(
      "is asked for the rate again that was there before another, of which requests were %s",
      async (fate) => {
        const { clock, granting, agent, modify, forget, servedRates, isConsistent } = await start(
          dialect,
          inSteps,
        );
        await clock.advance(2 * LOOK);
        granting.fate = fate;
        expect((await modify("200Mbps")).isErr()).toBe(true);
        granting.fate = "answered";
        await clock.advance(20 * MINUTE);
        expect(servedRates()).toEqual([100]);
        expect(await isConsistent()).toBe(true);
        expect(value(agent.getNetworkInfo("p"))).toMatchObject({
          ...{ state: "active", bandwidth: 100_000_000 },
        });
        forget();
        await clock.advance(30 * MINUTE);
        expect(granting.asked).toEqual([]);
        await clock.until(agent.close());
      },
    );

    test.each(["refused", "lost"] as const)(
      "is not taken to have less when the request was %s",
      async (fate) => {
        const { clock, granting, agent, modify, servedRates, isConsistent } = await start(
          dialect,
          inSteps,
          { bw: "200Mbps" },
        );
        await clock.advance(2 * LOOK);
        granting.fate = fate;
        expect((await modify("100Mbps")).isErr()).toBe(true);
        granting.fate = "answered";
        await clock.advance(20 * MINUTE);
        expect(value(agent.getNetworkInfo("p")).bandwidth).toBe(200_000_000);
        expect(servedRates()).toEqual([200]);
        value(await modify("100Mbps"));
        expect(servedRates()).toEqual([100]);
        await clock.advance(10 * LOOK);
        expect(await isConsistent()).toBe(true);
        await clock.until(agent.close());
      },
    );

    test("is asked for another rate, and then left alone with what it makes of it", async () => {
      const { clock, granting, agent, modify, forget, servedRates, isConsistent } = await start(
        dialect,
        { ...inSteps, ...byTheHour },
      );
      await clock.advance(2 * LOOK);
      for (const mbps of [300, 200, 190]) {
        value(await modify(`${mbps}Mbps`));
        expect(servedRates()).toEqual([mbps]);
        forget();
        await clock.advance(10 * LOOK);
        expect(await isConsistent()).toBe(true);
        expect(granting.asked).toEqual([]);
      }
      await clock.until(agent.close());
    });

    test("is asked again for what it has taken away, as long as it does not give it", async () => {
      const { clock, granting, agent, isConsistent } = await start(dialect, inSteps);
      await clock.advance(2 * LOOK);
      granting.fate = "refused";
      granting.grant = { rate: () => 64 };
      for (let look = 0; look < 5; look += 1) {
        const before = granting.asked.length;
        await clock.advance(2 * LOOK);
        expect(granting.asked.length).toBeGreaterThan(before);
        expect(await isConsistent()).toBe(false);
      }
      granting.fate = "answered";
      granting.grant = inSteps;
      await clock.advance(15 * MINUTE);
      expect(await isConsistent()).toBe(true);
      const { length } = granting.asked;
      await clock.advance(10 * LOOK);
      expect(granting.asked).toHaveLength(length);
      await clock.until(agent.close());
    });

    test("is left alone by the agent that starts after this one", async () => {
      const grant = { ...inSteps, ...byTheHour };
      const { clock, granting, agent, begin, isConsistent, changes } = await start(dialect, grant);
      await clock.advance(2 * LOOK);
      await clock.until(agent.close());
      const next = await begin();
      await clock.advance(10 * LOOK);
      expect(await isConsistent(next)).toBe(true);
      expect([granting.asked, changes]).toEqual([[], []]);
      await clock.until(next.close());
    });

    test("keeps what it has promised for later, and is only told to begin", async () => {
      const grant = { ...inSteps, ...toTheMinute };
      const { clock, granting, agent, isConsistent, changes, servedRates } = await start(
        dialect,
        grant,
        { waitMs: HOUR + 10_000 },
      );
      await clock.advance(HOUR - MINUTE);
      expect([granting.asked, servedRates()]).toEqual([[], []]);
      await clock.advance(5 * MINUTE);
      expect(granting.asked.filter(({ saysTerms }) => saysTerms)).toEqual([]);
      expect(changes).toEqual(["up 100"]);
      expect(await isConsistent()).toBe(true);
      await clock.until(agent.close());
    });

    test("is said to have granted more", async () => {
      const { clock, agent } = await start(dialect, inSteps);
      const { segments } = value(await clock.until(agent.verifyNetwork("p")));
      expect(segments.flatMap(({ beyond = [] }) => beyond)).toEqual([
        "circuit wan:east/100 to wan:west/100 has 128 Mbit/s, of which 100 were asked for",
      ]);
      await clock.until(agent.close());
    });

    test("is left alone, or as soon as it has it again, when it has not what a change takes", async () => {
      const { clock, granting, agent, wan, modify, isConsistent, changes } = await start(
        dialect,
        inSteps,
      );
      await clock.advance(2 * LOOK);
      wan.sellOut("wan:east", { mbps: 800 });
      expect((await modify("300Mbps")).isErr()).toBe(true);
      await clock.advance(LOOK);
      if (changesInPlace) expect(changes).toEqual([]);
      expect(await isConsistent()).toBe(true);
      const { length } = granting.asked;
      await clock.advance(10 * LOOK);
      expect(granting.asked).toHaveLength(length);
      await clock.until(agent.close());
    });

    test("is asked once for what is more by itself, if it grants just what it is asked for", async () => {
      const { clock, granting, agent, isConsistent, changes } = await start(dialect, {});
      await clock.advance(2 * LOOK);
      granting.grant = { rate: (mbps) => mbps + 50 };
      await clock.advance(4 * LOOK);
      const { length } = granting.asked;
      // Nobody is interrupted for that.
      expect(changes.filter((each) => !each.startsWith("changed"))).toEqual([]);
      if (changesInPlace) expect(length).toBeGreaterThan(0);
      expect(await isConsistent()).toBe(true);
      await clock.advance(10 * LOOK);
      expect(granting.asked).toHaveLength(length);
      await clock.until(agent.close());
    });
  },
);

describe("an OSCARS 1 server", () => {
  test.each([
    ["refuses", "just what is asked for", false, {}],
    ["refuses", "ends cut to the minute", false, toTheMinute],
    ["refuses", "an hour at a time", false, byTheHour],
    ["takes, and does not carry out", "just what is asked for", true, {}],
    ["takes, and does not carry out", "ends cut to the minute", true, toTheMinute],
  ])(
    "that %s a later end has not put it off, where it grants %s",
    async (_what, _how, success, grant) => {
      const { clock, agent, wan, putOff } = await start("rest", grant, {
        wrap: (handler) => async (request) =>
          request.path.includes("modify/schedule")
            ? {
                status: 200,
                headers: { "content-type": "application/json" },
                body: JSON.stringify({ success, explanation: "not to be had", connection: null }),
              }
            : handler(request),
      });
      await clock.advance(2 * MINUTE);
      errorOf(await putOff(8 * HOUR), "driver-failed");
      await clock.advance(LOOK);
      expect(wan.server.ids).toHaveLength(1);
      const { schedule } = agent.getNetworkInfo("p")._unsafeUnwrap();
      expect(Date.parse(schedule.end ?? "")).toBeLessThan(clock.now() + 3 * HOUR);
      await clock.until(agent.close());
    },
  );
});

describe.each(["idcp", "idcp-timer"] as const)(
  "a domain that speaks %s and grants otherwise",
  (dialect) => {
    test("takes two changes within one of its steps, one right after the other", async () => {
      const grant = { ...inSteps, ...toTheMinute };
      const { clock, agent, modify } = await start(dialect, grant, { bw: "300Mbps", waitMs: HOUR });
      value(await modify("200Mbps"));
      value(await modify("190Mbps"));
      await clock.until(agent.close());
    });
  },
);
