import { describe, expect, test } from "vitest";
import { Ledger } from "../../src/ledger.ts";
import { bandwidth } from "../../src/model/bandwidth.ts";
import { domainId, nodeId } from "../../src/model/ids.ts";
import { VlanSet } from "../../src/model/vlan-set.ts";
import { decideSetup } from "../../src/network/decide.ts";
import { segmentsOf } from "../../src/network/forwarding.ts";
import type { Realisation } from "../../src/network/realisation.ts";
import type { NetworkSpec } from "../../src/network/spec.ts";
import { stands } from "../../src/network/standing.ts";
import { allLinksUp, topologyResources } from "../../src/pce/index.ts";
import { Topology } from "../../src/topology.ts";
import { campus } from "../support/campus.ts";
import { owner } from "./random-tree.ts";

const topology = campus();

function realised(over: Partial<NetworkSpec> = {}): Realisation {
  const ledger = Ledger.over(topologyResources(topology));
  const spec: NetworkSpec = {
    endpoints: [{ hostPort: "s1a:eth1" }, { hostPort: "s2a:eth1" }],
    bandwidth: bandwidth(100_000_000),
    vlans: VlanSet.of(50),
    sharing: "hose",
    delivery: "flood",
    protection: "none",
    priority: 0,
    ...over,
  };
  return decideSetup({ topology, ledger, linkState: allLinksUp }, "p", spec)._unsafeUnwrap().target;
}

/** The campus with one part of its document replaced. */
function campusWith(change: (document: ReturnType<Topology["toDocument"]>) => unknown): Topology {
  return Topology.parse(change(topology.toDocument()))._unsafeUnwrap();
}

describe("stands", () => {
  test("a network stands on the topology that it was decided on", () => {
    expect(stands(topology, realised())).toBe(true);
  });

  test("not where a touch point is tagged otherwise now, unless the endpoint says how it is", () => {
    const retagged = campusWith((document) => ({
      ...document,
      hosts: document.hosts.map((host) => ({
        ...host,
        tagging: host.host === "s1a" ? "untagged" : host.tagging,
      })),
    }));
    expect(stands(retagged, realised())).toBe(false);
    const own = [{ hostPort: "s1a:eth1", tagging: "tagged" as const }, { hostPort: "s2a:eth1" }];
    expect(stands(retagged, realised({ endpoints: own }))).toBe(true);
  });

  test("not where an edge port may not carry its tag any more", () => {
    const narrowed = campusWith((document) => ({
      ...document,
      nodes: document.nodes.map((node) => ({
        ...node,
        ports: node.ports.map((port) => (port.id === "1" ? { ...port, vlans: "60-70" } : port)),
      })),
    }));
    expect(stands(narrowed, realised())).toBe(false);
  });

  test("not where a node must translate that cannot any more", () => {
    const { plan } = realised();
    expect(plan.links.map(({ label }) => label)).not.toEqual([plan.vlan]);
    const rigid = campusWith((document) => ({
      ...document,
      nodes: document.nodes.map((node) => ({ ...node, vlanTranslation: node.id !== "s2" })),
    }));
    expect(stands(rigid, realised())).toBe(false);
  });
});

describe("segmentsOf", () => {
  test.each([2, 3])(
    "no endpoint of a shared network of %i is let in at more than the network has",
    (count) => {
      const endpoints = ["s1a:eth1", "s2a:eth1", "s3a:eth1"]
        .slice(0, count)
        .map((hostPort) => ({ hostPort, bandwidth: bandwidth(500_000_000) }));
      const shared = realised({ sharing: "shared", endpoints });
      const segment = segmentsOf(topology, owner, shared).get(domainId("campus"));
      const at = segment?.nodes.find(({ node }) => node === nodeId("s1"));
      const edge = at?.rules.find(({ role }) => role === "edge");
      expect(edge?.police?.rate).toBe(100_000_000);
    },
  );
});
