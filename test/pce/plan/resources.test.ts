import { describe, expect, test } from "vitest";
import { linkChannel, linkLabels, portChannel, portLabels } from "../../../src/ledger/channel.ts";
import { unlimited } from "../../../src/ledger.ts";
import { linkId, portOf } from "../../../src/model/ids.ts";
import { topologyResources } from "../../../src/pce/index.ts";
import { Topology } from "../../../src/topology.ts";

const topology = Topology.parse({
  format: "dcns-topology/1",
  domains: [{ id: "d", driver: "memory" }],
  nodes: [
    { id: "s1", domain: "d", ports: [{ id: "1", vlans: "2-9" }, { id: "2" }] },
    { id: "s2", domain: "d", ports: [{ id: "1", capacity: "1Gbps" }, { id: "2" }] },
  ],
  links: [{ id: "l", a: "s1:2", b: "s2:2", capacity: "10Gbps", vlans: "100-199" }],
})._unsafeUnwrap();
const resources = topologyResources(topology);

describe("topologyResources", () => {
  test("has what links and ports have, in each direction", () => {
    for (const direction of ["forward", "backward"] as const) {
      expect(resources.capacity(linkChannel(linkId("l"), direction))).toBe(10_000_000_000);
    }
    for (const direction of ["in", "out"] as const) {
      expect(resources.capacity(portChannel(portOf("s1", "1"), direction))).toBe(unlimited);
      expect(resources.capacity(portChannel(portOf("s2", "1"), direction))).toBe(1_000_000_000);
    }
    expect(`${resources.labels(linkLabels(linkId("l")))}`).toBe("100-199");
    expect(`${resources.labels(portLabels(portOf("s1", "1")))}`).toBe("2-9");
  });

  test("has nothing of what the topology does not have", () => {
    expect(resources.capacity(linkChannel(linkId("x"), "forward"))).toBe(0);
    expect(resources.labels(portLabels(portOf("s9", "1"))).isEmpty).toBe(true);
  });

  test("is made once for each topology", () => {
    expect(topologyResources(topology)).toBe(resources);
  });
});
