import { describe, expect, test } from "vitest";
import { MAX_PLANS } from "../../../../src/agent/crankback.ts";
import { DcnsAgent } from "../../../../src/dcns.ts";
import { MemoryDriver } from "../../../../src/drivers/memory.ts";
import type { HttpHandler } from "../../../../src/drivers/oscars/http/http.ts";
import { OscarsDriver } from "../../../../src/drivers/oscars/oscars-driver.ts";
import type { DcnsError } from "../../../../src/model/errors.ts";
import { VlanSet } from "../../../../src/model/vlan-set.ts";
import { MemoryHttp } from "../../../../src/testing/wan/memory-http.ts";
import { SimIdcpServer } from "../../../../src/testing/wan/sim-idcp-server.ts";
import { campusTopology, hostAt } from "../../../support/campuses.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { value } from "../../../support/testbed.ts";

const campuses = ["west", "east"];

function urnOf(wan: string, port: string): string {
  return `urn:ogf:network:domain=${wan}:node=n1:port=${port}:link=1`;
}

/**
 * Servers of OSCARS 0.5 that set circuits up by themselves: they say no to a label, or a rate, in the same words. Each has
 * a pair of ports; or one, called `domain`, has all.
 */
async function world(wans: readonly string[], domain?: string) {
  const clock = fakeClock();
  const http = new MemoryHttp(clock);
  const asked: string[] = [];
  const sold = { capacity: 1_000, vlans: VlanSet.default };
  const serverOf = (name: string, its: readonly string[]) => {
    const urns = its.flatMap((wan) => campuses.map((campus) => urnOf(wan, campus)));
    const ports = new Map(urns.map((urn) => [urn, sold]));
    const server = new SimIdcpServer({ clock, domain: name, ports, version: "0.5", delayMs: 20 });
    return [name, server] as const;
  };
  const domains = domain === undefined ? wans : [domain];
  const servers = new Map(
    domain === undefined ? wans.map((wan) => serverOf(wan, [wan])) : [serverOf(domain, wans)],
  );
  const serve = (name: string, handler: HttpHandler): void =>
    http.serve(`http://${name}`, (request) => {
      const pair = wans.find((wan) => request.body.includes(`domain=${wan}:`));
      if (isCreation(request.body) && pair !== undefined) asked.push(pair);
      return handler(request);
    });
  for (const [name, { handler }] of servers) serve(name, handler);
  const driver = (wan: string) =>
    new OscarsDriver({
      ...{ dialect: "idcp", peer: "oscars-0.5", url: `http://${wan}/OSCARS`, http },
      profile: { pathSetup: "timer-automatic" },
      times: { pollMs: 100 },
    });
  const drivers = {
    ...Object.fromEntries(campuses.map((id) => [id, new MemoryDriver()])),
    ...Object.fromEntries(domains.map((id) => [id, driver(id)])),
  };
  const shape = { campuses, wans, nameOf: urnOf, ...(domain === undefined ? {} : { domain }) };
  const topology = campusTopology(shape);
  const agent = value(await clock.until(DcnsAgent.start({ topology, drivers, clock })));
  const sell = (wan: string, campus: string, what: { mbps: number; vlan: number }): void =>
    servers.get(domain ?? wan)?.sellElsewhere(urnOf(wan, campus), what);
  const setUp = () => clock.until(agent.setupPhysicalNetwork("p", campuses.map(hostAt), "100Mbps"));
  return { clock, agent, asked, servers, serve, sell, setUp };
}

/** Why domains have refused, by the error. */
function reasons(error: DcnsError): readonly string[] {
  const { refusals = [] } = "refusals" in error ? error : {};
  return refusals.flatMap(({ causes }) => causes.map(({ message }) => message));
}

const pairs = ["one", "two", "three", "four", "five", "six", "seven", "eight"];
const full = { mbps: 950, vlan: 4094 };

describe("a domain that refuses without a reason", () => {
  test("is asked with other labels at each end and at both, and no more", async () => {
    const { agent, clock, asked, sell, setUp } = await world(["one"]);
    sell("one", "east", full);
    const error = (await setUp())._unsafeUnwrapErr();
    expect(error.type).toBe("no-path");
    expect(asked).toHaveLength(4);
    for (const reason of reasons(error))
      expect(reason).toMatch(/^one-\d is FAILED, and the domain does not say why$/);
    await clock.until(agent.close());
  });

  test("is left for all others before it is asked again", async () => {
    const { agent, clock, asked, sell, setUp } = await world(pairs);
    for (const wan of pairs.slice(0, -1)) sell(wan, "east", full);
    value(await setUp());
    expect(asked).toEqual(pairs);
    await clock.until(agent.close());
  });

  test("is had with labels far from those that others have at both of its ends", async () => {
    const { agent, clock, asked, sell, setUp } = await world(["one"]);
    for (const vlan of VlanSet.range(100, 139))
      for (const campus of campuses) sell("one", campus, { mbps: 1, vlan });
    const { links } = value(await setUp());
    expect(links.map(({ vlan }) => Number(vlan) > 139)).toEqual([true, true]);
    expect(asked).toHaveLength(2);
    await clock.until(agent.close());
  });

  test.each([
    ["both ends", campuses],
    ["one end", ["east"]],
  ])("is had with another label at %s, however many ports it has", async (_, busy) => {
    const { agent, clock, asked, sell, setUp } = await world(pairs, "wan");
    for (const pair of pairs)
      for (const campus of busy)
        for (const vlan of VlanSet.range(100, 139)) sell(pair, campus, { mbps: 1, vlan });
    const { links } = value(await setUp());
    expect(links.find(({ id }) => id.startsWith("east"))?.vlan).toBeGreaterThan(139);
    expect(asked).toEqual(["one", "two", "one"]);
    await clock.until(agent.close());
  });

  test("is asked in turn at other ports and with other labels", async () => {
    const { agent, clock, asked, sell, setUp } = await world(pairs, "wan");
    for (const pair of pairs.slice(0, 4)) sell(pair, "east", full);
    value(await setUp());
    expect(asked).toEqual(["one", "two", "one", "three", "two", "four", "three", "five"]);
    await clock.until(agent.close());
  });

  test("is asked no more than eight times, though the ports that would do are yet to come", async () => {
    const { agent, clock, asked, sell, setUp } = await world(pairs, "wan");
    for (const pair of pairs.slice(0, -1)) sell(pair, "east", full);
    const error = (await setUp())._unsafeUnwrapErr();
    expect(error.type).toBe("driver-failed");
    expect(asked).toHaveLength(MAX_PLANS);
    await clock.until(agent.close());
  });

  test("by a fault that says nothing, is left for another", async () => {
    const { agent, clock, asked, servers, serve, setUp } = await world(["one", "two"]);
    serve("one", failing("BSSFault", servers.get("one")?.handler));
    value(await setUp());
    expect(asked).toEqual(["one", "two"]);
    await clock.until(agent.close());
  });

  test("by a fault that says nothing, is what the error tells of where there is no other", async () => {
    const { agent, clock, asked, servers, serve, setUp } = await world(["one"]);
    serve("one", failing("TopologyFault", servers.get("one")?.handler));
    const error = (await setUp())._unsafeUnwrapErr();
    expect(new Set(reasons(error))).toEqual(
      new Set(["something went wrong, and the domain does not say why"]),
    );
    expect(asked.length).toBeLessThanOrEqual(4);
    await clock.until(agent.close());
  });

  test("because we may not ask, is not asked again, nor is another", async () => {
    const { agent, clock, asked, servers, serve, setUp } = await world(["one", "two"]);
    serve("one", failing("AAAFault", servers.get("one")?.handler));
    expect((await setUp())._unsafeUnwrapErr()).toMatchObject({
      type: "driver-failed",
      causes: [{ kind: "rejected", message: "something went wrong" }],
    });
    expect(asked).toEqual(["one"]);
    await clock.until(agent.close());
  });
});

function isCreation(body: string): boolean {
  return /[<:]createReservation[ >]/.test(body);
}

/** Answers each `createReservation` by a fault as OSCARS 0.5 writes it. */
function failing(name: string, other: HttpHandler | undefined): HttpHandler {
  const text = "something went wrong";
  const body = `<?xml version="1.0" encoding="UTF-8"?>
<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope"><soap:Header/><soap:Body><soap:Fault>
  <soap:Code><soap:Value>soap:Receiver</soap:Value></soap:Code>
  <soap:Reason><soap:Text xml:lang="en">${text}</soap:Text></soap:Reason>
  <soap:Detail><${name} xmlns="http://oscars.es.net/OSCARS"><msg>${text}</msg></${name}></soap:Detail>
</soap:Fault></soap:Body></soap:Envelope>`;
  return async (request) =>
    isCreation(request.body) || other === undefined ? { status: 500, body } : other(request);
}
