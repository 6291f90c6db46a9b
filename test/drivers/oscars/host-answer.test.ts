import { describe, expect, test } from "vitest";
import { DcnsAgent } from "../../../src/dcns.ts";
import { MemoryDriver } from "../../../src/drivers/memory.ts";
import { answerOfHost } from "../../../src/drivers/oscars/host-answer.ts";
import type { SessionSecurity } from "../../../src/drivers/oscars/nsi/session-security.ts";
import { OscarsDriver } from "../../../src/drivers/oscars/oscars-driver.ts";
import type { OscarsDriverOptions } from "../../../src/drivers/oscars/oscars-driver-options.ts";
import { VlanSet } from "../../../src/model/vlan-set.ts";
import { MemoryHttp } from "../../../src/testing/wan/memory-http.ts";
import { SimNsiProvider } from "../../../src/testing/wan/sim-nsi-provider.ts";
import { SimOscarsServer } from "../../../src/testing/wan/sim-oscars-server.ts";
import { Topology } from "../../../src/topology.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { errorOf, value } from "../../support/testbed.ts";

const NSA = "urn:ogf:network:wan.example:2026:nsa";
const STP = "urn:ogf:network:wan.example:2026:topology";
const sites = ["west", "east"];
const ends = sites.map((site) => `${site}:eth0`);

/** Two campuses of one switch each, and a wide-area domain that calls its ports so. */
function topology(names: readonly string[]): Topology {
  return value(
    Topology.parse({
      format: "dcns-topology/1",
      domains: [{ id: "wan", driver: "oscars" }, ...sites.map((id) => ({ id, driver: "memory" }))],
      nodes: [
        { id: "w", domain: "wan", ports: sites.map((id, at) => ({ id, name: names[at] })) },
        ...sites.map((id) => ({ id: `${id}-s`, domain: id, ports: [{ id: "1" }, { id: "2" }] })),
      ],
      links: sites.map((id) => ({ id, a: `${id}-s:2`, b: `w:${id}`, capacity: "10Gbps" })),
      hosts: sites.map((host) => ({ host, nic: "eth0", port: `${host}-s:1` })),
    }),
  );
}

/** A domain of either dialect, and a host application that answers only while it is awake. */
function world(dialect: "rest" | "nsi") {
  const clock = fakeClock();
  const http = new MemoryHttp(clock);
  const sold = { capacity: 10_000, vlans: VlanSet.default };
  const host = { isAwake: true };
  const answer = <T>(given: T): Promise<T> =>
    host.isAwake ? Promise.resolve(given) : new Promise(() => {});
  const times = { answerMs: 5_000 };
  const names =
    dialect === "rest" ? ["c6:1/1/c1/1", "c6:1/1/c2/1"] : sites.map((site) => `${STP}:${site}`);
  const ports = new Map(names.map((name) => [name, sold]));
  const options = (): OscarsDriverOptions => {
    if (dialect === "rest") {
      const server = new SimOscarsServer({ ports, adjacencies: [], clock });
      http.serve("http://wan.example", server.handler);
      const token = () => answer("t");
      return { dialect, url: "http://wan.example", http, times, token };
    }
    const provider = new SimNsiProvider({ nsa: NSA, ports, clock, http, delayMs: 20 });
    http.serve("http://wan.example", provider.handler);
    const sessionSecurity = () =>
      answer<readonly SessionSecurity[]>([{ type: "user", attributes: { user: ["a"] } }]);
    const requester = { nsa: "urn:ogf:network:us.example:2026:nsa", sessionSecurity };
    return {
      ...{ dialect, http, times, requester },
      provider: { nsa: NSA, url: "http://wan.example/" },
    };
  };
  const start = async (): Promise<DcnsAgent> => {
    const campuses = sites.map((id) => [id, new MemoryDriver()] as const);
    const drivers = { wan: new OscarsDriver(options()), ...Object.fromEntries(campuses) };
    return value(await clock.until(DcnsAgent.start({ topology: topology(names), drivers, clock })));
  };
  return { clock, host, start };
}

describe("a host application that never says what it was asked for", () => {
  test.each(["rest", "nsi"] as const)(
    "ends no %s call late, and stops no later one",
    async (dialect) => {
      const { clock, host, start } = world(dialect);
      const agent = await start();
      host.isAwake = false;
      const before = clock.now();
      const failed = await clock.until(agent.setupPhysicalNetwork("p", ends, "100Mbps"));
      const { causes } = errorOf(failed, "driver-failed");
      expect(causes.map(({ kind }) => kind)).toEqual(["unreachable"]);
      expect(causes[0]?.message).toMatch(/^no (token|session security attributes) .*5000 ms$/);
      expect(clock.now() - before).toBeLessThan(60_000);
      host.isAwake = true;
      await clock.advance(60_000);
      value(await clock.until(agent.setupPhysicalNetwork("p", ends, "100Mbps")));
      host.isAwake = false;
      await clock.until(agent.close(), 30_000);
    },
  );
});

describe("what a host application is asked", () => {
  const asking = () => {
    const clock = fakeClock();
    const caller = new AbortController();
    return { clock, caller, limits: { clock, signal: caller.signal, timeoutMs: 100 } };
  };

  test("is what it answers, and leaves no timer", async () => {
    const { clock, limits } = asking();
    expect((await answerOfHost(async () => 7, limits))._unsafeUnwrap()).toBe(7);
    expect(clock.countTimers()).toBe(0);
  });

  test("is nothing where it throws, or rejects", async () => {
    const { limits } = asking();
    const thrown = answerOfHost(() => {
      throw new Error("secret");
    }, limits);
    expect((await thrown)._unsafeUnwrapErr()).toBe("failed");
    const rejected = answerOfHost(() => Promise.reject(new Error("secret")), limits);
    expect((await rejected)._unsafeUnwrapErr()).toBe("failed");
  });

  test("is not waited for longer than that, nor by whoever gave up", async () => {
    const { clock, caller, limits } = asking();
    const never = () => new Promise<never>(() => {});
    const late = await clock.until(answerOfHost(never, limits));
    expect(late._unsafeUnwrapErr()).toBe("late");
    const aborted = answerOfHost(never, limits);
    caller.abort();
    expect((await aborted)._unsafeUnwrapErr()).toBe("aborted");
    expect(clock.countTimers()).toBe(0);
  });
});
