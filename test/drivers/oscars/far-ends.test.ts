import { expect, test } from "vitest";
import { DcnsAgent } from "../../../src/dcns.ts";
import { MemoryDriver } from "../../../src/drivers/memory.ts";
import type { HttpClient } from "../../../src/drivers/oscars/http/http.ts";
import { MemoryHttp } from "../../../src/testing/index.ts";
import { campusTopology, hostAt } from "../../support/campuses.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { accents, dialects, simulatedWan } from "../../support/simulated-wan.ts";
import { value } from "../../support/testbed.ts";

const campuses = ["west", "east"];
const HOUR = 3_600_000;
const LAST_S = Date.UTC(2038, 0, 1) / 1_000;

/** The latest instant that a text names, in seconds since the epoch. */
function latestIn(text: string): number {
  const dates = [...text.matchAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g)].map(
    ([date]) => Date.parse(date) / 1_000,
  );
  const seconds = [...text.matchAll(/(?<![\w.-])\d{10,}(?![\w-])/g)].map(([number]) =>
    Number(number),
  );
  return Math.max(0, ...dates, ...seconds);
}

// Java's `int` holds seconds until January 2038: OSCARS 1 shows every later end as that.
test.each([...dialects, ...accents])(
  "no %s server is told of an end that it cannot count to, and what it shows for it is taken for none",
  async (dialect) => {
    const clock = fakeClock();
    const http = new MemoryHttp(clock);
    const sent: string[] = [];
    const listening: HttpClient = {
      send: (request, limits) => {
        sent.push(`${request.url} ${request.body}`);
        return http.send(request, limits);
      },
      close: () => {},
    };
    const ports = campuses.map((campus) => `wan:${campus}`);
    const wan = simulatedWan(dialect, { clock, http, ports, leadSeconds: 0 });
    const topology = campusTopology({ campuses, wans: ["wan"] });
    const drivers = {
      ...Object.fromEntries(campuses.map((id) => [id, new MemoryDriver()])),
      wan: wan.driver({}, listening),
    };
    const agent = value(await clock.until(DcnsAgent.start({ topology, drivers, clock })));
    const schedule = { end: Date.UTC(2051, 0, 1) };
    const hosts = campuses.map(hostAt);
    const setUp = agent.setupPhysicalNetwork("p", hosts, "100Mbps", undefined, { schedule });
    value(await clock.until(setUp));
    expect(Math.max(...sent.map(latestIn))).toBeLessThanOrEqual(LAST_S);
    // What has come to be stays as it is: nothing is to be changed at any look.
    sent.length = 0;
    await clock.advance(HOUR);
    const changes = /:reserve>|:reserve |\/hold|modif|createReservation|cancel|terminate|release/i;
    expect(sent.filter((text) => changes.test(text))).toEqual([]);
    expect(wan.server.ids).toHaveLength(1);
    expect(value(agent.getNetworkInfo("p")).state).toBe("active");
    value(await clock.until(agent.teardownPhysicalNetwork("p")));
    expect(wan.server.ids).toEqual([]);
    await clock.until(agent.close());
  },
);
