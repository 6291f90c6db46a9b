import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import fc from "fast-check";
import type { Result } from "neverthrow";
import { describe, expect, test } from "vitest";
import { ctrlPlaneTopology } from "../../../../src/drivers/oscars/idcp/ctrl-plane.ts";
import { formatLinkUrn, parseLinkUrn } from "../../../../src/drivers/oscars/idcp/link-urn.ts";
import { readVlans } from "../../../../src/drivers/oscars/inventory/inventory.ts";
import { decodeXml } from "../../../../src/drivers/oscars/xml/codec.ts";
import { readXml } from "../../../../src/drivers/oscars/xml/read-xml.ts";
import {
  type EdgeInventory,
  importInventories,
  readCtrlPlane,
  readNml,
  readOscarsPorts,
  Topology,
  wideAreaNode,
} from "../../../../src/index.ts";
import { MemoryHttp } from "../../../../src/testing/wan/memory-http.ts";
import { SimIdcpServer } from "../../../../src/testing/wan/sim-idcp-server.ts";
import { fakeClock } from "../../../support/fake-clock.ts";

function value<T>(result: Result<T, unknown>): T {
  return result._unsafeUnwrap();
}

/** A link of a control plane topology. */
function link(id: string, remote: string, vlans: string, more = ""): string {
  return `<link id="${id}"><remoteLinkId>${remote}</remoteLinkId>
    <trafficEngineeringMetric>10</trafficEngineeringMetric>${more}
    <SwitchingCapabilityDescriptors><switchingcapType>l2sc</switchingcapType>
      <encodingType>ethernet</encodingType><switchingCapabilitySpecificInfo>
      <vlanRangeAvailability>${vlans}</vlanRangeAvailability><vlanTranslation>true</vlanTranslation>
    </switchingCapabilitySpecificInfo></SwitchingCapabilityDescriptors></link>`;
}

const at = (port: string): string => `urn:ogf:network:domain=a.example:node=n1:port=${port}`;

const ctrlPlane = `<topology xmlns="http://ogf.org/schema/network/topology/ctrlPlane/20080828/" id="t">
  <idcId>idc</idcId><domain id="a.example"><node id="urn:ogf:network:domain=a.example:node=n1">
    <port id="${at("1/0")}"><capacity>10000000000</capacity>
      <maximumReservableCapacity>9000000000</maximumReservableCapacity>
      ${link(`${at("1/0")}:link=*`, "urn:ogf:network:*:*:*:*", "0,100-110,4095")}</port>
    <port id="${at("1/1")}"><capacity>1000000000</capacity>
      ${link("urn:ogf:network:a.example:n1:1/1:l7", "urn:ogf:network:b.example:n9:2/2:*", "any", "<capacity>500000000</capacity>")}</port>
    <port id="${at("1/2")}"><capacity>1000000000</capacity>
      ${link(`${at("1/2")}:link=*`, "urn:ogf:network:a.example:n2:1/2:*", "any")}</port>
    <port id="${at("1/3")}"><capacity>1000000000</capacity>
      ${link(`${at("1/3")}:link=*`, "", "0")}</port>
  </node></domain></topology>`;

const shown = ({ ports, ...rest }: EdgeInventory) => ({
  ...rest,
  ports: ports.map(({ vlans, ...port }) => ({ ...port, vlans: vlans.toString() })),
});

describe("the inventory of a wide-area domain", () => {
  const edge = {
    ...{ id: "a.example", swapsLabels: true },
    ports: [
      {
        ...{ id: "n1:1/0", name: `${at("1/0")}:link=*` },
        ...{ vlans: "100-110", capacity: 9_000_000_000 },
      },
      {
        ...{ id: "n1:1/1:l7", name: `${at("1/1")}:link=l7` },
        ...{ vlans: "2-4094", capacity: 500_000_000 },
        neighbour: "urn:ogf:network:domain=b.example:node=n9:port=2/2:link=*",
      },
    ],
  };

  test("is what leads out of it in a control plane topology", () => {
    expect(value(readCtrlPlane(ctrlPlane)).map(shown)).toEqual([edge]);
  });

  test("swaps no labels where one link does not say that it does", () => {
    const not = ctrlPlane.replace("<vlanTranslation>true", "<vlanTranslation>false");
    expect(value(readCtrlPlane(not)).map(({ swapsLabels }) => swapsLabels)).toEqual([false]);
  });

  test("is asked of an IDCP server, or found in a document", async () => {
    const clock = fakeClock();
    const http = new MemoryHttp(clock);
    const topology = value(
      readXml(ctrlPlane).andThen((root) => decodeXml(ctrlPlaneTopology, root)),
    );
    for (const peer of ["oscars-0.6", "oscars-0.5"] as const) {
      const version = peer === "oscars-0.5" ? "0.5" : "0.6";
      const sim = { domain: "a", clock, ports: new Map(), version, topology } as const;
      http.serve("http://idc.example", new SimIdcpServer(sim).handler);
      const options = { dialect: "idcp", url: "http://idc.example/OSCARS", peer, http } as const;
      const asked = await clock.until(importInventories(options, { clock }));
      expect(value(asked).map(shown)).toEqual([edge]);
      http.serve("http://docs.example", async () => ({ status: 200, body: ctrlPlane }));
      const document = "http://docs.example/topology.xml";
      const read = await clock.until(importInventories(options, { clock, document }));
      expect(value(read).map(shown)).toEqual([edge]);
      http.serve("http://docs.example", async () => ({ status: 404 }));
      const missing = await clock.until(importInventories(options, { clock, document }));
      expect(missing._unsafeUnwrapErr().message).toContain("404");
    }
  });

  const nml = `<Topology xmlns="http://schemas.ogf.org/nml/2013/05/base#" id="urn:t">
    <BidirectionalPort id="urn:t:p"><PortGroup id="urn:t:p-in"/><PortGroup id="urn:t:p-out"/></BidirectionalPort>
    <BidirectionalPort id="urn:t:q"><PortGroup id="urn:t:q-in"/><PortGroup id="urn:t:q-out"/></BidirectionalPort>
    <Relation type="http://schemas.ogf.org/nml/2013/05/base#hasInboundPort">
      <PortGroup id="urn:t:p-in"><LabelGroup labeltype="http://schemas.ogf.org/nml/2012/10/ethernet#vlan">100-110</LabelGroup></PortGroup>
      <PortGroup id="urn:t:q-in"/></Relation>
    <Relation type="http://schemas.ogf.org/nml/2013/05/base#hasOutboundPort">
      <PortGroup id="urn:t:p-out"><LabelGroup labeltype="http://schemas.ogf.org/nml/2012/10/ethernet#vlan">105-120</LabelGroup>
        <Relation type="http://schemas.ogf.org/nml/2013/05/base#isAlias"><PortGroup id="urn:u:x-in"/></Relation>
        <e:capacity xmlns:e="http://schemas.ogf.org/nml/2012/10/ethernet">2000000000</e:capacity></PortGroup>
      <PortGroup id="urn:t:q-out"/></Relation></Topology>`;
  const nmlEdge = {
    ...{ id: "urn:t", swapsLabels: false },
    ports: [
      {
        ...{ id: "p", name: "urn:t:p", vlans: "105-110", capacity: 2_000_000_000 },
        neighbour: "urn:u:x-in",
      },
    ],
  };

  test("of an NSI provider is found by its description, or directly", async () => {
    expect(shown(value(readNml(nml)))).toEqual(nmlEdge);
    const clock = fakeClock();
    const http = new MemoryHttp(clock);
    const href = "http://nsa.example/t.nml.xml";
    const description = `<n:nsa xmlns:n="http://schemas.ogf.org/nsi/2014/02/discovery/nsa" id="urn:nsa" version="2026-11-22T09:15:42Z">
      <networkId>urn:t</networkId><interface><type>application/vnd.ogf.nsi.cs.v2.provider+soap</type><href>http://nsa.example/cs</href></interface>
      <interface><type>application/vnd.ogf.nsi.topology.v2+xml</type><href>${href}</href></interface></n:nsa>`;
    const bodies: Record<string, string> = { "/discovery": description, "/t.nml.xml": nml };
    http.serve("http://nsa.example", async ({ path }) => ({
      status: 200,
      body: bodies[path] ?? "",
    }));
    const provider = { nsa: "urn:nsa", url: "http://nsa.example/cs" };
    const options = { dialect: "nsi", provider, requester: { nsa: "urn:us" }, http } as const;
    for (const document of ["http://nsa.example/discovery", href]) {
      const imported = await clock.until(importInventories(options, { clock, document }));
      expect(value(imported).map(shown)).toEqual([nmlEdge]);
    }
    for (const document of [undefined, "file:///etc/passwd", "http://nsa.example/nothing"]) {
      const more = document === undefined ? {} : { document };
      const refused = await clock.until(importInventories(options, { clock, ...more }));
      expect(refused.isErr()).toBe(true);
    }
  });

  const ports = JSON.stringify({
    r1: [
      { ...edgeOf("r1:1", 10_000), reservableVlans: [{ floor: 2, ceiling: 4094 }] },
      { ...edgeOf("r1:2", 10_000), reservableVlans: [{ floor: 10, ceiling: 19 }] },
      { ...edgeOf("r1:3", 100_000), capabilities: ["ETHERNET", "MPLS"] },
    ],
  });
  const left = {
    "r1:1": {
      vlanRanges: [
        { floor: 2, ceiling: 699 },
        { floor: 701, ceiling: 4095 },
      ],
      ...{ ingressBandwidth: 9_000, egressBandwidth: 7_500.5 },
    },
    "r1:2": {
      vlanRanges: [{ floor: 10, ceiling: 19 }],
      ...{ ingressBandwidth: 0, egressBandwidth: 10_000 },
    },
  };

  test("of an OSCARS 1 server is what is there, or what is left for some time", async () => {
    const whole = shown(value(readOscarsPorts(ports)));
    expect(whole.ports.map(({ id, vlans, capacity }) => [id, vlans, capacity])).toEqual([
      ["r1:1", "2-4094", 10_000_000_000],
      ["r1:2", "10-19", 10_000_000_000],
    ]);
    const clock = fakeClock();
    const http = new MemoryHttp(clock);
    const asked: string[] = [];
    http.serve("http://oscars.example", async ({ method, path, body }) => {
      asked.push(`${method} ${path} ${body}`);
      return { status: 200, body: method === "GET" ? ports : JSON.stringify(left) };
    });
    const interval = { beginning: 1_893_492_000, ending: 1_893_499_200 };
    const options = { dialect: "rest", url: "http://oscars.example", http } as const;
    const imported = value(await clock.until(importInventories(options, { clock, interval }))).map(
      shown,
    );
    expect(imported[0]?.ports).toEqual([
      { id: "r1:1", name: "r1:1", vlans: "2-699,701-4094", capacity: 7_500_000_000 },
    ]);
    expect(asked).toEqual([
      "GET /api/topo/ethernetPortsByDevice ",
      `POST /api/topo/available ${JSON.stringify(interval)}`,
    ]);
  });

  test("is a node of a topology document, to which links are added", () => {
    const [inventory] = value(readCtrlPlane(ctrlPlane));
    if (inventory === undefined) throw new Error("no inventory");
    const node = wideAreaNode(inventory, {
      ...{ id: "wan", domain: "esnet" },
      takes: ({ neighbour }) => neighbour === undefined,
    });
    const topology = value(
      Topology.parse({
        format: "dcns-topology/1",
        domains: [
          { id: "campus", driver: "openflow" },
          { id: "esnet", driver: "oscars" },
        ],
        nodes: [{ id: "s1", domain: "campus", ports: [{ id: "1" }] }, node],
        links: [{ id: "up", a: "s1:1", b: "wan:n1:1/0", capacity: "10Gbps" }],
      }),
    );
    const [port] = [...topology.ports.values()].filter(({ node: of }) => of === "wan");
    expect(port?.vlans.toString()).toBe("100-110");
    expect(port?.capacity).toBe(9_000_000_000);
    expect([...topology.nodes.values()].find(({ id }) => id === "wan")?.branching).toBe(false);
  });

  test.each(["", "<a/>", "{}", "<topology>", `<!DOCTYPE a><topology id="t"/>`, "[1]", "null"])(
    "is not to be had of %j, and nothing is thrown",
    (text) => {
      for (const read of [readCtrlPlane, readNml, readOscarsPorts])
        if (!(text === "{}" && read === readOscarsPorts))
          expect(read(text).isErr(), read.name).toBe(true);
    },
  );
});

function edgeOf(urn: string, mbps: number) {
  return {
    ...{ urn, tags: null, reservableIngressBw: mbps, reservableEgressBw: mbps },
    ...{ reservableVlans: [], capabilities: ["ETHERNET", "EDGE"] },
  };
}

describe("VLAN expressions of domains", () => {
  test("name what is between their bounds, whoever writes them", () => {
    const vlan = fc.integer({ min: 0, max: 5_000 });
    const parts = fc.array(fc.tuple(vlan, vlan), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(parts, fc.constantFrom("-", ":"), (ranges, dash) => {
        const text = ranges.map(([a, b]) => (a === b ? `${a}` : `${a}${dash}${b}`)).join(",");
        const vlans = value(readVlans(text));
        for (const id of [...ranges.flat(), 1, 2, 4094]) {
          const isNamed = ranges.some(([a, b]) => a <= id && id <= b);
          expect(vlans.has(id)).toBe(isNamed && id >= 1 && id <= 4094);
        }
      }),
    );
  });

  test.each([
    ["any", "2-4094"],
    ["", "2-4094"],
    ["0", ""],
    ["2:699,701:4094", "2-699,701-4094"],
    [" 5 - 9 , 12 ", "5-9,12"],
  ])("%j is %j", (text, vlans) => {
    expect(value(readVlans(text)).toString()).toBe(vlans);
  });

  test.each(["x", "1-", "-5", "1,,2", "1-2-3", "1e3", "123456"])("%j is none", (text) => {
    expect(readVlans(text).isErr()).toBe(true);
  });
});

describe("URNs of links", () => {
  test("are the same long and short", () => {
    const long = "urn:ogf:network:domain=es.net:node=albq-cr1:port=xe-1/1/0:link=xe-1/1/0.100";
    const short = "urn:ogf:network:es.net:albq-cr1:xe-1/1/0:xe-1/1/0.100";
    expect(parseLinkUrn(long)).toEqual(parseLinkUrn(short));
    const urn = parseLinkUrn(short);
    expect(urn && formatLinkUrn(urn)).toBe(long);
    expect(parseLinkUrn(long.replace("albq-cr1", "albq:cr1"))?.node).toBe("albq:cr1");
    for (const bad of ["", "albq", "urn:ogf:network:a:b:c", "urn:ogf:network:a:b:c:d:e", "urn:x"])
      expect(parseLinkUrn(bad)).toBeUndefined();
  });
});

const { DCNS_SHARED } = process.env;
const samples = resolve(DCNS_SHARED ?? "../shared", "data/wan/samples");

describe.skipIf(!existsSync(samples))("inventories in the samples of the shared data", () => {
  const textOf = (file: string): string => readFileSync(resolve(samples, file), "utf8");
  const rows = ({ ports }: EdgeInventory) =>
    ports.map(({ id, vlans, capacity }) => `${id} ${vlans.toString()} ${capacity}`);

  test("of a control plane topology", () => {
    const expected = [
      "node-1-1:ge-1/1/0 100-200,300 10000000000",
      "node-1-2:ge-1/0/1 2-4094 1000000000",
    ];
    for (const file of [
      "idcp/topology/testdomain-1.ctrlplane.xml",
      "idcp/v06/getNetworkTopology.response.xml",
      "idcp/v05/getNetworkTopology.response.xml",
    ])
      expect(value(readCtrlPlane(textOf(file))).map(rows), file).toEqual([expected]);
  });

  test("of a recorded NML topology", () => {
    expect(rows(value(readNml(textOf("nml/recorded-opennsa-topology.nml.xml"))))).toEqual([
      "cur 1780-1799 undefined",
      "eth 1780-1789 undefined",
      "ps 1780-1789 undefined",
    ]);
  });

  test("of an OSCARS 1 server", () => {
    const folder = "rest/oscars-1.x/topo-";
    const [ports, available] = ["ethernetPortsByDevice", "available"].map((each) =>
      textOf(`${folder}${each}.response.json`),
    );
    expect(rows(value(readOscarsPorts(ports ?? "", available)))).toEqual([
      "albq-cr6:1/1/c15/1 2-699,701-4094 99000000000",
    ]);
  });
});
