import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DcnsAgent } from "../../../src/dcns.ts";
import { MemoryDriver } from "../../../src/drivers/memory.ts";
import { refusalOf } from "../../../src/drivers/oscars/idcp/circuit-reservation.ts";
import { formatLinkUrn, parseLinkUrn } from "../../../src/drivers/oscars/idcp/link-urn.ts";
import { OscarsDriver } from "../../../src/drivers/oscars/oscars-driver.ts";
import type { OscarsDriverOptions } from "../../../src/drivers/oscars/oscars-driver-options.ts";
import { oscarsStp, portNameIn } from "../../../src/drivers/oscars/port-name.ts";
import type { DomainView } from "../../../src/model/domain-view.ts";
import { domainId, portRef, segmentId, vlanId } from "../../../src/model/ids.ts";
import { VlanSet } from "../../../src/model/vlan-set.ts";
import { MemoryHttp } from "../../../src/testing/wan/memory-http.ts";
import { SimIdcpServer } from "../../../src/testing/wan/sim-idcp-server.ts";
import { SimNsiProvider } from "../../../src/testing/wan/sim-nsi-provider.ts";
import { SimOscarsServer } from "../../../src/testing/wan/sim-oscars-server.ts";
import { campusTopology, hostAt } from "../../support/campuses.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { errorOf, value } from "../../support/testbed.ts";

const part = fc.stringMatching(/^[a-z0-9][a-z0-9./_-]{0,11}$/);
const deviceName = fc.stringMatching(/^[a-z][a-z0-9-]{0,11}$/);
const portName = fc.stringMatching(/^[a-z0-9][a-z0-9./-]{0,11}$/);

describe("the URN of a link", () => {
  const urns = fc.record({
    domain: part,
    node: part,
    port: part,
    link: fc.oneof(part, fc.constant("*")),
  });

  test("is the same long, short and bare, and is what servers take: long", () => {
    fc.assert(
      fc.property(urns, (urn) => {
        const { domain, node, port, link } = urn;
        const bare = [domain, node, port, link].join(":");
        const long = formatLinkUrn(urn);
        for (const form of [long, `urn:ogf:network:${bare}`, bare, ` ${long}\n`]) {
          expect(parseLinkUrn(form)).toEqual(urn);
          expect(portNameIn("idcp", form)._unsafeUnwrap()).toBe(long);
        }
      }),
    );
  });

  test("is not what lacks a part, or is of another kind", () => {
    for (const text of [
      "",
      "urn:ogf:network:d:n:p",
      "urn:ogf:network:domain=d:node=n:port=p",
      "urn:ogf:network:d:n:p:l:m",
    ]) {
      expect(parseLinkUrn(text), text).toBeUndefined();
      expect(portNameIn("idcp", text)._unsafeUnwrapErr()).toContain("is not the URN of a link");
    }
    expect(parseLinkUrn("urn:example:a:b")).toBeUndefined();
    // A name that only the server knows.
    expect(portNameIn("idcp", "west gate")._unsafeUnwrap()).toBe("west gate");
  });
});

describe("the name of a port of OSCARS 1", () => {
  test("is the same as an STP of its NSI provider, both ways", () => {
    fc.assert(
      fc.property(deviceName, portName, (device, port) => {
        const name = `${device}:${port}`;
        const stp = oscarsStp("urn:ogf:network:es.net:2013:", name)._unsafeUnwrap();
        expect(portNameIn("nsi", stp)._unsafeUnwrap()).toBe(stp);
        expect(portNameIn("rest", stp)._unsafeUnwrap()).toBe(name);
        expect(portNameIn("rest", name)._unsafeUnwrap()).toBe(name);
      }),
    );
    expect(portNameIn("rest", "es.net:2013::losa-cr6:2_1_c4_1:+")._unsafeUnwrap()).toBe(
      "losa-cr6:2/1/c4/1",
    );
    expect(oscarsStp("urn:ogf:network:es.net:2013:", "losa-cr6:2/1/c4/1")._unsafeUnwrap()).toBe(
      "urn:ogf:network:es.net:2013::losa-cr6:2_1_c4_1:+",
    );
  });

  test("is not a device alone, nor another URN", () => {
    for (const text of [
      "",
      "losa-cr6",
      "losa-cr6:",
      ":1/1",
      "urn:ogf:network:x:2013:y",
      "URN:ogf:network:x:2013:y",
      "es.net:2013::losa-cr6:2_1_c4_1",
      "losa-cr6:2/1/c4/1?vlan=700",
    ])
      expect(portNameIn("rest", text)._unsafeUnwrapErr(), text).toContain(
        "not a device and a port",
      );
  });
});

describe("an STP without a label", () => {
  test("is the same with what all begin with, and without", () => {
    fc.assert(
      fc.property(part, part, part, (domain, topology, port) => {
        const stp = `urn:ogf:network:${domain}:2013:${topology}:${port}`;
        expect(portNameIn("nsi", stp)._unsafeUnwrap()).toBe(stp);
        expect(portNameIn("nsi", stp.slice("urn:ogf:network:".length))._unsafeUnwrap()).toBe(stp);
      }),
    );
    const named = "urn:ogf:network:surf.nl:2020:production:ge=1";
    expect(portNameIn("nsi", named.replace("urn:ogf", "URN:OGF"))._unsafeUnwrap()).toBe(named);
  });

  test("is neither one with a label nor anything else", () => {
    const of = (text: string): string => portNameIn("nsi", text)._unsafeUnwrapErr();
    expect(of("urn:ogf:network:x:2013:p?vlan=5")).toContain("each circuit has its own");
    for (const text of [
      "",
      "ps",
      "urn:ogf:network:",
      "urn:ogf:network:ps",
      "urn:uuid:1:2",
      "http://nsa.example.net:9443/x",
      "urn:ogf:network:domain=d:node=n:port=p:link=l",
    ])
      expect(of(text), text).toContain("is no STP");
  });
});

const campuses = ["west", "east"];
const sold = { capacity: 1_000, vlans: VlanSet.default };

function portsOf(nameOf: (site: string) => string) {
  return new Map(campuses.map((site) => [nameOf(site), sold]));
}

type NameOf = (site: string) => string | undefined;

/** Two campuses at a domain whose ports the topology calls so. */
function topologyOf(nameOf: NameOf) {
  return campusTopology({ campuses, wans: ["wan"], nameOf: (_, site) => nameOf(site) });
}

/** Notes which inventories it is told. */
class NotingDriver extends MemoryDriver {
  readonly told: DomainView[] = [];
  override updateDomain(domain: DomainView): ReturnType<MemoryDriver["updateDomain"]> {
    this.told.push(domain);
    return super.updateDomain(domain);
  }
}

/** An agent at a domain whose ports the topology calls so. */
async function start(dialect: OscarsDriverOptions["dialect"], nameOf: NameOf) {
  const clock = fakeClock();
  const http = new MemoryHttp(clock);
  const url = "http://wan.example";
  const nsa = "urn:ogf:network:wan.example:2026:nsa";
  const options: Record<typeof dialect, () => OscarsDriverOptions> = {
    idcp: () => {
      const ports = portsOf((site) => `urn:ogf:network:domain=d:node=n:port=${site}:link=1`);
      http.serve(url, new SimIdcpServer({ clock, domain: "d", ports }).handler);
      return { dialect: "idcp", url: `${url}/OSCARS`, http };
    },
    nsi: () => {
      const ports = portsOf((site) => `urn:ogf:network:d:2026:${site}`);
      http.serve(url, new SimNsiProvider({ nsa, clock, http, ports }).handler);
      const requester = { nsa: "urn:ogf:network:us.example:2026:nsa" };
      return { dialect: "nsi", provider: { nsa, url: `${url}/` }, requester, http };
    },
    rest: () => {
      const ports = portsOf((site) => `c6:1/1/${site}`);
      http.serve(url, new SimOscarsServer({ clock, ports, adjacencies: [] }).handler);
      return { dialect: "rest", url, http };
    },
  };
  const [west, east, wan] = [
    new NotingDriver(),
    new MemoryDriver(),
    new OscarsDriver(options[dialect]()),
  ];
  const started = await clock.until(
    DcnsAgent.start({ topology: topologyOf(nameOf), drivers: { west, east, wan }, clock }),
  );
  return { clock, west, started };
}

describe("a domain whose ports the topology calls", () => {
  test.each([
    ["idcp", "by short URNs", (site: string) => `urn:ogf:network:d:n:${site}:1`],
    ["idcp", "by these alone", (site: string) => `d:n:${site}:1`],
    ["nsi", "without what all STPs begin with", (site: string) => `d:2026:${site}`],
    ["rest", "by their STPs", (site: string) => `urn:ogf:network:es.net:2013::c6:1_1_${site}:+`],
  ] as const)("%s: %s is asked in its own words", async (dialect, _, nameOf) => {
    const { clock, started } = await start(dialect, nameOf);
    const agent = value(started);
    value(await clock.until(agent.setupPhysicalNetwork("p", campuses.map(hostAt), "100Mbps")));
    await clock.until(agent.close());
  });

  test("by no name at all is said to be misconfigured, with every such port", async () => {
    const { started } = await start("idcp", (site) => `urn:ogf:network:${site}`);
    const { causes } = errorOf(started, "driver-failed");
    expect(causes.map(({ kind }) => kind)).toEqual(["misconfigured"]);
    for (const site of campuses) expect(causes[0]?.message).toContain(`urn:ogf:network:${site}"`);
  });

  test.each([
    ["idcp", (site: string) => `d:n:${site}:1`],
    ["nsi", (site: string) => `d:2026:${site}`],
    ["rest", (site: string) => `c6:1/1/${site}`],
  ] as const)("%s: by other names than before is asked by these", async (dialect, nameOf) => {
    const { clock, started } = await start(dialect, (site) =>
      site === "west" ? nameOf("nowhere") : undefined,
    );
    const agent = value(started);
    const setUp = () =>
      clock.until(agent.setupPhysicalNetwork("p", campuses.map(hostAt), "100Mbps"));
    errorOf(await setUp(), "driver-failed");
    value(await clock.until(agent.updateTopology(topologyOf(nameOf))));
    value(await setUp());
    await clock.until(agent.close());
  });

  test("by no name at all in an update is refused with every such port, and nothing changes", async () => {
    const nameOf = (site: string) => `d:2026:${site}`;
    const { clock, west, started } = await start("nsi", nameOf);
    const agent = value(started);
    const updated = await clock.until(agent.updateTopology(topologyOf((site) => `no ${site}`)));
    const { domain, causes } = errorOf(updated, "driver-failed");
    expect([domain, causes.map(({ kind }) => kind)]).toEqual(["wan", ["misconfigured"]]);
    for (const site of campuses) expect(causes[0]?.message).toContain(`wan:${site}: "no ${site}"`);
    // Another domain had taken it by then, and is told that it stays as it was.
    expect(west.told).toHaveLength(2);
    expect(west.told.at(-1)).toEqual(topologyOf(nameOf).domainView(domainId("west")));
    value(await clock.until(agent.setupPhysicalNetwork("p", campuses.map(hostAt), "100Mbps")));
    await clock.until(agent.close());
  });

  test("refuses one end in the short form, and that end alone is gone around", () => {
    const ends = campuses.map((site) => ({ port: portRef(`wan:${site}`), tag: vlanId(100) }));
    const urnOf = (port: string) => `urn:ogf:network:domain=d:node=n:port=${port.slice(4)}:link=1`;
    const message = "oversubscribed: urn:ogf:network:d:n:east:1.";
    const fault = { type: "circuit-fault", kind: "unavailable", message } as const;
    const refused = refusalOf({ segment: segmentId("s"), ends, mbps: 10 }, fault, urnOf);
    expect(refused.blocked?.flat().map((one) => "port" in one && one.port)).toEqual(["wan:east"]);
  });
});
