import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { domainId, linkId, nodeId, portRef } from "../src/model/ids.ts";
import type { TopologyDocument } from "../src/topology/document.ts";
import { Topology } from "../src/topology.ts";
import { topologyDocuments } from "./topology/arbitrary-document.ts";
import { designDocument } from "./topology/design-document.ts";

const parse = (document: TopologyDocument) => Topology.parse(document)._unsafeUnwrap();
const topology = parse(designDocument);

describe("a topology", () => {
  test("fills in what the document leaves to defaults", () => {
    const port = topology.ports.get(portRef("s2:1"));
    expect(String(port?.vlans)).toBe("2-4094");
    expect(port?.capacity).toBeUndefined();
    expect(topology.nodes.get(nodeId("s2"))).toMatchObject({
      vlanTranslation: true,
      branching: true,
      enabled: true,
    });
    const unlinked = parse({ ...designDocument, links: [], hosts: [] });
    const sparse = { id: "l", a: "s1:2", b: "s2:2", capacity: 5 };
    const linked = unlinked.withLink(sparse)._unsafeUnwrap();
    expect(linked.links.get(linkId("l"))).toMatchObject({
      capacity: 5,
      metric: 1,
      delayMs: 0,
      srlg: [],
      enabled: true,
    });
    expect(linked.ports.get(portRef("s1:2"))?.capacity).toBe(5);
  });

  test("may leave out links and hosts altogether", () => {
    const { links: _, hosts: __, ...rest } = designDocument;
    expect(parse(rest).links.size).toBe(0);
  });

  test("lets a link carry what it and both its ports can", () => {
    const [s1] = designDocument.nodes;
    const port = { id: "2", vlans: "1-150", capacity: "1Gbps" };
    const s2 = { id: "s2", domain: "campus", enabled: false, ports: [{ id: "1" }, port] };
    const narrow = parse({ ...designDocument, nodes: s1 === undefined ? [] : [s1, s2] });
    const link = narrow.links.get(linkId("s1-s2"));
    expect(link?.capacity).toBe(1_000_000_000);
    expect(String(link?.vlans)).toBe("100-150");
    expect(link?.enabled).toBe(false);
    expect(narrow.ports.get(portRef("s1:2"))?.capacity).toBe(10_000_000_000);
  });

  test("writes datapath ids in one way, however they were given", () => {
    const ids = ["0x1f", "00:00:00:00:00:00:00:1F", "000000000000001F"].map((datapathId) => {
      const node = { id: "s", domain: "campus", datapathId, ports: [] };
      return parse({ ...designDocument, nodes: [node], links: [], hosts: [] }).nodes.get(
        nodeId("s"),
      );
    });
    expect(ids.map((node) => node?.datapathId)).toEqual(Array(3).fill("000000000000001f"));
  });

  test("finds touch points by host port and by port", () => {
    const touchPoint = topology.touchPoint({ host: "es2", nic: "eth1" });
    expect(touchPoint).toEqual({
      host: "es2",
      nic: "eth1",
      hostPort: "es2:eth1",
      node: "s2",
      port: "s2:1",
      tagging: "untagged",
    });
    expect(topology.touchPointsAt(portRef("s2:1"))).toEqual([touchPoint]);
    expect(topology.touchPointsAt(portRef("s2:2"))).toEqual([]);
    expect(topology.touchPoint({ host: "es9", nic: "eth1" })).toBeUndefined();
  });

  test("finds the link at a port", () => {
    expect(topology.linkAt(portRef("s2:2"))?.id).toBe("s1-s2");
    expect(topology.linkAt(portRef("s2:1"))).toBeUndefined();
    expect(topology.linkAt(portRef("nowhere:1"))).toBeUndefined();
  });

  test("shows a driver the nodes of its domain and nothing else", () => {
    const two = parse({
      ...designDocument,
      domains: [...designDocument.domains, { id: "wan", driver: "oscars" }],
      nodes: [...designDocument.nodes, { id: "w", domain: "wan", ports: [{ id: "1", name: "x" }] }],
    });
    expect(two.domainView(domainId("wan"))).toEqual({
      id: "wan",
      nodes: [{ id: "w", ports: [{ ref: "w:1", name: "x" }] }],
    });
    expect(two.domainView(domainId("campus")).nodes[0]).toEqual({
      id: "s1",
      datapathId: "0000000000000001",
      ports: [
        { ref: "s1:1", ofPort: 1 },
        { ref: "s1:2", name: "uplink0", link: "s1-s2" },
      ],
    });
    expect(() => two.domainView(domainId("none"))).toThrow("no domain none");
  });

  test("says which nodes usable links join", () => {
    expect(topology.components()).toEqual([["s1", "s2"]]);
    expect(topology.components(() => false)).toEqual([["s1"], ["s2"]]);
  });

  test("gives a graph that is the caller's own", () => {
    const graph = topology.toGraph();
    expect(graph.edges("s1", "s2")).toEqual(["s1-s2"]);
    expect(graph.getEdgeAttribute("s1-s2", "metric")).toBe(10);
    graph.dropNode("s1");
    expect(topology.toGraph().order).toBe(2);
  });

  test("does not change when its document does", () => {
    const document = structuredClone(designDocument);
    const before = parse(document);
    Reflect.set(document.links?.[0] ?? {}, "metric", 77);
    Reflect.deleteProperty(document.nodes, "0");
    expect(before.links.get(linkId("s1-s2"))?.metric).toBe(10);
    expect(before.toDocument()).toEqual(topology.toDocument());
  });
});

describe("a topology derived from another", () => {
  const spare = { id: "s3", domain: "campus", ports: [{ id: "1" }, { id: "2" }] };

  test("has a node, a link and a host more, and leaves the first as it was", () => {
    const grown = topology
      .withNode({ ...spare, ports: [...spare.ports, { id: "3" }] })
      .andThen((next) => next.withNode({ ...spare, id: "s4" }))
      .andThen((next) => next.withLink({ id: "s3-s4", a: "s3:1", b: "s4:1", capacity: "1Gbps" }))
      .andThen((next) => next.withHost({ host: "es3", nic: "eth0", port: "s3:3" }))
      ._unsafeUnwrap();
    expect([...grown.nodes.keys()]).toEqual(["s1", "s2", "s3", "s4"]);
    expect(grown.components()).toEqual([
      ["s1", "s2"],
      ["s3", "s4"],
    ]);
    expect(grown.touchPoint({ host: "es3", nic: "eth0" })?.node).toBe("s3");
    expect(topology.nodes.size).toBe(2);
  });

  test("loses a node together with its links and touch points", () => {
    const shrunk = topology.withoutNode(nodeId("s2"))._unsafeUnwrap();
    expect([...shrunk.nodes.keys()]).toEqual(["s1"]);
    expect(shrunk.links.size).toBe(0);
    expect([...shrunk.touchPoints.keys()]).toEqual(["es1:eth1"]);
    expect(shrunk.linkAt(portRef("s1:2"))).toBeUndefined();
  });

  test("loses a link or a host and nothing else", () => {
    const shrunk = topology
      .withoutLink(linkId("s1-s2"))
      .andThen((next) => next.withoutHost({ host: "es1", nic: "eth1" }))
      ._unsafeUnwrap();
    expect(shrunk.links.size).toBe(0);
    expect([...shrunk.touchPoints.keys()]).toEqual(["es2:eth1"]);
    expect(shrunk.nodes.size).toBe(2);
  });

  test("is refused with the faults that it would have", () => {
    const messages = [
      topology.withNode({ ...spare, id: "s1" }),
      topology.withLink({ id: "x", a: "s1:1", b: "s2:2", capacity: 0 }),
      topology.withHost({ host: "es1", nic: "eth1", port: "s1:1" }),
      topology.withoutNode(nodeId("s9")),
      topology.withoutLink(linkId("none")),
      topology.withoutHost({ host: "es9", nic: "eth1" }),
    ].map((result) =>
      result._unsafeUnwrapErr().faults.map((f) => `${f.path.join(".")} ${f.message}`),
    );
    expect(messages).toEqual([
      ["nodes.2.id is the same as nodes.0.id"],
      [
        "links.1.capacity must be more than 0 bit/s",
        "links.1.b is used by links.0 already",
        "hosts.0.port is used by links.1 already",
      ],
      ["hosts.2 is the same host port as hosts.0"],
      ["nodes is not in the topology"],
      ["links is not in the topology"],
      ["hosts is not in the topology"],
    ]);
  });
});

describe("any valid document", () => {
  test("is the same topology when written and read again", () => {
    fc.assert(
      fc.property(topologyDocuments, (document) => {
        const first = parse(document);
        const again = parse(JSON.parse(JSON.stringify(first.toDocument())));
        expect(again.toDocument()).toEqual(first.toDocument());
        expect([...again.links]).toEqual([...first.links]);
        expect([...again.ports]).toEqual([...first.ports]);
        expect([...again.nodes]).toEqual([...first.nodes]);
        expect([...again.touchPoints]).toEqual([...first.touchPoints]);
      }),
    );
  });

  test("keeps what it says when it is written out in full", () => {
    fc.assert(
      fc.property(topologyDocuments, (document) => {
        const full = parse(document).toDocument();
        expect(full.nodes.map((node) => node.id)).toEqual(document.nodes.map((node) => node.id));
        expect(full.links.map(({ a, b }) => [a, b])).toEqual(
          document.links?.map(({ a, b }) => [a, b]),
        );
        expect(full.hosts).toMatchObject(document.hosts ?? []);
      }),
    );
  });

  test("falls apart into the components that a union of its enabled links makes", () => {
    fc.assert(
      fc.property(topologyDocuments, (document) => {
        const parsed = parse(document);
        const nodes = [...parsed.nodes.keys()];
        const components = parsed.components();
        const group = new Map(nodes.map((node) => [node, node]));
        for (const { nodeA, nodeB, enabled } of parsed.links.values()) {
          const [from, to] = [group.get(nodeA), group.get(nodeB)];
          if (!enabled) continue;
          for (const [node, name] of group) if (name === from) group.set(node, to ?? node);
        }
        for (const component of components) {
          expect(new Set(component.map((node) => group.get(node))).size).toBe(1);
        }
        expect(components.length).toBe(new Set(group.values()).size);
        expect(components.flat().toSorted()).toEqual(nodes.toSorted());
      }),
    );
  });
});
