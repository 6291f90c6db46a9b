import { resolve } from "node:path";
import { expect, test } from "vitest";
import { canValidate, invalid, type Written } from "../../../scripts/conformance/schemas.ts";
import { DcnsAgent } from "../../../src/dcns.ts";
import { MemoryDriver } from "../../../src/drivers/memory.ts";
import type { HttpClient } from "../../../src/drivers/oscars/http/http.ts";
import { MemoryHttp } from "../../../src/testing/index.ts";
import { campusTopology, hostAt } from "../../support/campuses.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { type Dialect, simulatedWan } from "../../support/simulated-wan.ts";
import { errorOf, value } from "../../support/testbed.ts";

const { DCNS_SHARED } = process.env;
const schemas = resolve(DCNS_SHARED ?? "../shared", "data/wan/schemas");
const campuses = ["west", "east"];
const ends = campuses.map(hostAt);
const HOUR_MS = 3_600_000;

/** The XML dialects: by which schema each is judged, and how many kinds of messages a network's life takes. */
const rows: readonly { dialect: Dialect; schema: "nsi" | "idcp"; kinds: number }[] = [
  { dialect: "nsi", schema: "nsi", kinds: 17 },
  { dialect: "nsi-opennsa", schema: "nsi", kinds: 15 },
  { dialect: "idcp", schema: "idcp", kinds: 12 },
  { dialect: "idcp-0.5", schema: "idcp", kinds: 10 },
];

test.skipIf(!canValidate(schemas)).each(rows)(
  "whatever is said with a simulated domain that speaks $dialect is valid, both ways",
  async ({ dialect, schema, kinds }) => {
    const clock = fakeClock();
    const http = new MemoryHttp(clock);
    const said: Written[] = [];
    const note = (url: string, body: string): void => {
      // What brokers are told has schemas of its own, which do not load.
      const isJudged = body.startsWith("<") && (schema === "nsi" || url.endsWith("/OSCARS"));
      if (isJudged) said.push({ file: `${said.length}: ${body}`, schema, text: body });
    };
    const noted: HttpClient = {
      send: (request, limits) => {
        note(request.url, String(request.body ?? ""));
        return http.send(request, limits).andTee(({ body }) => note(request.url, body));
      },
      close: () => {},
    };
    const ports = campuses.map((campus) => `wan:${campus}`);
    const wan = simulatedWan(dialect, { clock, http, ports, delayMs: 50, telling: noted });
    const drivers = {
      ...Object.fromEntries(campuses.map((id) => [id, new MemoryDriver()])),
      wan: wan.driver({ pollMs: 500 }, noted),
    };
    const topology = campusTopology({ campuses, wans: ["wan"] });
    const agent = value(await clock.until(DcnsAgent.start({ topology, drivers, clock })));
    const setUp = (bw: string, schedule = {}) =>
      clock.until(agent.setupPhysicalNetwork("p", ends, bw, undefined, { schedule }));
    const start = clock.now() + HOUR_MS;
    value(await setUp("100Mbps", { start, end: start + HOUR_MS }));
    await clock.advance(HOUR_MS + 120_000);
    value(await clock.until(agent.modifyPhysicalNetwork("p", [], [], "200Mbps")));
    for (const id of wan.server.ids) wan.server.forceEnd(id);
    await clock.advance(120_000);
    expect(value(agent.getNetworkInfo("p")).state).toBe("active");
    value(await clock.until(agent.teardownPhysicalNetwork("p")));
    wan.sellOut("wan:east");
    errorOf(await setUp("100Mbps"), "no-path");
    await clock.until(agent.close());
    expect(Object.fromEntries(invalid(schemas, said))).toEqual({});
    const names = said.map(({ text }) => /<(?:\w+:)?Body[^>]*>\s*<(?:\w+:)?(\w+)/.exec(text)?.[1]);
    expect(new Set(names).size, [...new Set(names)].join()).toBeGreaterThanOrEqual(kinds);
  },
);
