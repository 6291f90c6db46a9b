import { describe, expect, test } from "vitest";
import { linkId, nodeId } from "../../src/model/ids.ts";
import { Topology } from "../../src/topology.ts";
import { campus, campusDocument } from "../support/campus.ts";
import { FrameWatch } from "../support/frame-watch.ts";
import { endsOf, errorOf, Testbed, value } from "../support/testbed.ts";

const hosts = ["s1a:eth1", "s2a:eth1", "s3b:eth1"];
const newSwitch = {
  id: "s5",
  domain: "campus",
  datapathId: "0000000000000005",
  ports: [
    { id: "1", ofPort: 1 },
    { id: "2", ofPort: 2 },
  ],
};

function disabled(link: string): Topology {
  const document = campus().toDocument();
  const links = document.links.map((one) => (one.id === link ? { ...one, enabled: false } : one));
  return parse({ ...document, links });
}

function withPortVlans(port: string, vlans: string): Topology {
  const document = campus().toDocument();
  const nodes = document.nodes.map((node) => ({
    ...node,
    ports: node.ports.map((one) => (`${node.id}:${one.id}` === port ? { ...one, vlans } : one)),
  }));
  return parse({ ...document, nodes });
}

function parse(document: unknown): Topology {
  return value(Topology.parse(document));
}

describe("updateTopology", () => {
  test.each([
    ["goes", value(campus().withoutLink(linkId("s2-s3")))],
    ["is disabled", disabled("s2-s3")],
  ])("networks leave a link that %s, and lose no frame", async (_, next) => {
    await using bed = await Testbed.start();
    const before = await bed.setUp("projectA", hosts, "10Mbps", 101);
    expect(before.links.map(({ id }) => id)).toContain("s2-s3");
    const ends = endsOf(before);
    const watch = new FrameWatch(bed.fabric, { staying: ends, all: ends });
    const update = value(await bed.run(bed.agent.updateTopology(next), watch.step));
    expect(update).toEqual({ rerouted: ["projectA"], failed: [] });
    expect([...watch.troubles]).toEqual([]);
    const after = bed.info("projectA");
    expect(after.links.map(({ id }) => id)).toEqual(["s1-s2", "s1-s4", "s4-s3"]);
    expect([after.state, after.vlan, after.generation]).toEqual(["active", 101, 2]);
    bed.expectWhole(after);
    await bed.tearDown("projectA");
    bed.expectNothingLeft();
  });

  test.each([
    [
      "no way",
      value(value(campus().withoutLink(linkId("s1-s2"))).withoutLink(linkId("s2-s3"))),
      "no-path",
    ],
    ["not its VLAN at a port", withPortVlans("s1:1", "200-299"), "vlan-unavailable"],
  ])(
    "a network that has %s any more keeps what it has, and is degraded",
    async (_, next, error) => {
      await using bed = await Testbed.start();
      await bed.setUp("projectA", ["s1a:eth1", "s2a:eth1"], "10Mbps", 101);
      const states: string[] = [];
      bed.agent.events.on("network-state", ({ state }) => states.push(state));
      const update = value(await bed.run(bed.agent.updateTopology(next)));
      expect(update.rerouted).toEqual([]);
      expect(update.failed.map((one) => [one.project, one.error.type])).toEqual([
        ["projectA", error],
      ]);
      const info = bed.info("projectA");
      expect(info.state).toBe("degraded");
      expect(states.at(-1)).toBe("degraded");
      bed.expectWhole(info);
      await bed.tearDown("projectA");
      bed.expectNothingLeft();
    },
  );

  test("a member whose touch point is gone can be removed; the others go on", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("projectA", hosts, "10Mbps", 101);
    const next = value(campus().withoutHost({ host: "s3b", nic: "eth1" }));
    const update = value(await bed.run(bed.agent.updateTopology(next)));
    expect(update.failed.map(({ error }) => error.type)).toEqual(["unknown-host-port"]);
    const info = await bed.modify("projectA", [], ["s3b:eth1"]);
    expect(info.endpoints.map(({ host }) => host)).toEqual(["s1a", "s2a"]);
    bed.expectWhole(info);
  });

  test("a switch that joins the topology is served from then on", async () => {
    const document = campusDocument();
    const grown = parse({
      ...document,
      nodes: [...document.nodes, newSwitch],
      links: (document.links ?? []).filter(({ id }) => id !== "s2-s3"),
      hosts: [...(document.hosts ?? []), { host: "s5a", nic: "eth1", port: "s5:1" }],
    });
    const wired = value(grown.withLink({ id: "s2-s5", a: "s2:4", b: "s5:2", capacity: "1Gbps" }));
    const small = value(campus().withoutLink(linkId("s2-s3")));
    await using bed = await Testbed.start({
      topology: wired,
      agent: { topology: small },
      switches: 4,
    });
    const unknown = bed.agent.setupPhysicalNetwork("projectA", ["s1a:eth1", "s5a:eth1"], 1e6, 101);
    errorOf(await bed.run(unknown), "unknown-host-port");
    value(await bed.run(bed.agent.updateTopology(wired)));
    const info = await bed.setUp("projectA", ["s1a:eth1", "s5a:eth1"], 1e6, 101);
    bed.expectWhole(info);
    const shrunk = value(wired.withoutNode(nodeId("s5")));
    const update = value(await bed.run(bed.agent.updateTopology(shrunk)));
    expect(update.failed.map(({ project }) => project)).toEqual(["projectA"]);
  });

  test("a topology with a domain that has no driver changes nothing", async () => {
    await using bed = await Testbed.start();
    const document = campusDocument();
    const foreign = parse({
      ...document,
      domains: [...document.domains, { id: "wan", driver: "oscars" }],
    });
    errorOf(await bed.run(bed.agent.updateTopology(foreign)), "invalid-request");
    const info = await bed.setUp("projectA", hosts, "10Mbps", 101);
    bed.expectWhole(info);
  });

  test("a stored network whose link is gone at the next start is given another tree", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("projectA", hosts, "10Mbps", 101);
    bed.crash();
    bed.agentOptions = { topology: value(campus().withoutLink(linkId("s2-s3"))) };
    await bed.restart();
    await bed.until(() => bed.info("projectA").state === "active");
    const info = bed.info("projectA");
    expect(info.links.map(({ id }) => id)).not.toContain("s2-s3");
    bed.expectWhole(info);
    await bed.tearDown("projectA");
    bed.expectNothingLeft();
  });
});
