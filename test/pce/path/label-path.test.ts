import { describe, expect, test } from "vitest";
import { Ledger } from "../../../src/ledger.ts";
import { bandwidth } from "../../../src/model/bandwidth.ts";
import { always } from "../../../src/model/interval.ts";
import { VlanSet } from "../../../src/model/vlan-set.ts";
import { allLinksUp, planNetwork, topologyResources } from "../../../src/pce/index.ts";
import { Topology } from "../../../src/topology.ts";

/**
 * From a to c by way of b, whose two links have no VLAN in common. Node x, beside b, translates; to
 * use it, frames would go from b to x and back. The way round by d costs more.
 */
const topology = Topology.parse({
  format: "dcns-topology/1",
  domains: [{ id: "d", driver: "memory" }],
  nodes: ["a", "b", "c", "d", "x"].map((id) => ({
    id,
    domain: "d",
    vlanTranslation: id === "x",
    ports: ["0", "1", "2", "3", "4"].map((port) => ({ id: port })),
  })),
  links: [
    { id: "ab", a: "a:1", b: "b:1", capacity: 10, vlans: "5" },
    { id: "bc", a: "b:2", b: "c:1", capacity: 10, vlans: "7" },
    { id: "bx1", a: "b:3", b: "x:1", capacity: 10 },
    { id: "bx2", a: "b:4", b: "x:2", capacity: 10 },
    { id: "ad", a: "a:2", b: "d:1", capacity: 10, metric: 50 },
    { id: "dc", a: "d:2", b: "c:2", capacity: 10, metric: 50 },
  ],
  hosts: ["a", "c"].map((id) => ({ host: id, nic: "0", port: `${id}:0`, tagging: "untagged" })),
})._unsafeUnwrap();

describe("cheapestLabelPath", () => {
  test("does not go through a node twice, however much dearer it is to go round", () => {
    const endpoints = [...topology.touchPoints.values()].map((touchPoint) => ({
      touchPoint,
      tagging: touchPoint.tagging,
      bandwidth: bandwidth(1),
    }));
    const planned = planNetwork(topology, Ledger.over(topologyResources(topology)), allLinksUp, {
      holder: "me",
      endpoints,
      bandwidth: bandwidth(1),
      sharing: "hose",
      delivery: "static",
      vlans: VlanSet.default,
      interval: always,
    });
    expect(planned._unsafeUnwrap().links.map(({ link }) => link)).toEqual(["ad", "dc"]);
  });
});
