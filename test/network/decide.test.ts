import { describe, expect, test } from "vitest";
import { Ledger } from "../../src/ledger.ts";
import { bandwidth } from "../../src/model/bandwidth.ts";
import { linkId, networkNumber, projectId } from "../../src/model/ids.ts";
import { parseMacAddress } from "../../src/model/mac-address.ts";
import { VlanSet } from "../../src/model/vlan-set.ts";
import { type Decision, decideModify, decideSetup, type View } from "../../src/network/decide.ts";
import { segmentsOf } from "../../src/network/forwarding.ts";
import type { NetworkChange } from "../../src/network/request.ts";
import type { NetworkSpec } from "../../src/network/spec.ts";
import { allLinksUp, topologyResources } from "../../src/pce/index.ts";
import { campus } from "../support/campus.ts";

const topology = campus();
const empty: View = {
  topology,
  ledger: Ledger.over(topologyResources(topology)),
  linkState: allLinksUp,
};
const none: NetworkChange = { add: [], remove: [] };

function spec(hostPorts: readonly string[], over: Partial<NetworkSpec> = {}): NetworkSpec {
  return {
    endpoints: [...hostPorts].sort().map((hostPort) => ({ hostPort })),
    bandwidth: bandwidth(100_000_000),
    vlans: VlanSet.of(101),
    sharing: "hose",
    delivery: "flood",
    protection: "none",
    priority: 0,
    ...over,
  };
}

/** A network that stands, and the view after it was reserved. */
function standing(asked: NetworkSpec): { readonly view: View; readonly decision: Decision } {
  const decision = decideSetup(empty, "p", asked)._unsafeUnwrap();
  const ledger = empty.ledger.reserve(decision.claim)._unsafeUnwrap();
  return { view: { ...empty, ledger }, decision };
}

function change(view: View, decision: Decision, what: Partial<NetworkChange>): Decision {
  return decideModify(view, "p", decision.target, { ...none, ...what })._unsafeUnwrap();
}

const links = (decision: Decision): readonly string[] =>
  decision.target.plan.links.map(({ link }) => link);

describe("decideModify", () => {
  test("adding an endpoint keeps every link and label, and lays only the new branch", () => {
    const { view, decision } = standing(spec(["s1a:eth1", "s2a:eth1"]));
    const grown = change(view, decision, { add: [{ hostPort: "s3a:eth1" }] });
    expect(links(decision)).toEqual(["s1-s2"]);
    expect(links(grown)).toEqual(["s1-s2", "s2-s3"]);
    expect(grown.mode).toBe("in-place");
    expect(grown.target.generation).toBe(2);
  });

  test("removing an endpoint cuts its branch and nothing else", () => {
    const { view, decision } = standing(spec(["s1a:eth1", "s2a:eth1", "s3a:eth1"]));
    const cut = change(view, decision, { remove: ["s3a:eth1"] });
    expect(links(cut)).toEqual(["s1-s2"]);
    expect(cut.mode).toBe("in-place");
  });

  test("another rate that fits changes no link", () => {
    const { view, decision } = standing(spec(["s1a:eth1", "s2a:eth1"]));
    const faster = change(view, decision, { bandwidth: bandwidth(9_000_000_000) });
    expect(links(faster)).toEqual(links(decision));
    expect(faster.mode).toBe("in-place");
    expect(faster.target.plan.links[0]?.forward).toBe(9_000_000_000);
  });

  test("a rate that does not fit the path any more moves the network to one that has it", () => {
    const { view, decision } = standing(spec(["s4a:eth1", "s3a:eth1"]));
    expect(links(decision)).toEqual(["s4-s3"]);
    const moved = change(view, decision, { bandwidth: bandwidth(2_000_000_000) });
    expect(links(moved)).toEqual(["s1-s2", "s1-s4", "s2-s3"]);
    expect(moved.mode).toBe("reroute");
  });

  test("a rate that fits nowhere is refused with what would fit", () => {
    const { view, decision } = standing(spec(["s1a:eth1", "s2a:eth1"]));
    const refused = decideModify(view, "p", decision.target, {
      ...none,
      bandwidth: bandwidth(20_000_000_000),
    });
    const error = refused._unsafeUnwrapErr();
    expect(error.type === "no-path" && error.explanation.reason).toBe("bandwidth");
  });

  test("another VLAN changes tags at the edges and leaves the links alone", () => {
    const { view, decision } = standing(spec(["s1a:eth1", "s2a:eth1"]));
    const retagged = change(view, decision, { vlans: VlanSet.of(300) });
    expect(retagged.target.plan.vlan).toBe(300);
    expect(retagged.target.plan.links).toEqual(decision.target.plan.links);
  });

  test("a network keeps its VLAN while nobody asks for another", () => {
    const { view, decision } = standing(
      spec(["s1a:eth1", "s2a:eth1"], { vlans: VlanSet.range(150, 160) }),
    );
    const grown = change(view, decision, { add: [{ hostPort: "s3a:eth1" }] });
    expect(grown.target.plan.vlan).toBe(decision.target.plan.vlan);
    expect(grown.target.spec.vlans.toString()).toBe("150-160");
  });

  test("whatever the change, its claim covers both the old network and the new one", () => {
    const { view, decision } = standing(spec(["s1a:eth1", "s2a:eth1", "s3a:eth1"]));
    const changes: readonly Partial<NetworkChange>[] = [
      { add: [{ hostPort: "s4a:eth1" }], remove: ["s1a:eth1"] },
      { bandwidth: bandwidth(1_000_000) },
      { vlans: VlanSet.of(500) },
    ];
    for (const what of changes) {
      const { claim, target } = change(view, decision, what);
      const held = new Map(claim.bandwidth.map(({ channel, amount }) => [channel, amount]));
      for (const { plan } of [decision.target, target]) {
        for (const { link, forward, backward } of plan.links) {
          const channels = [`link ${link} forward`, `link ${link} backward`] as const;
          const amounts = channels.map((c) => [...held].find(([key]) => key === c)?.[1] ?? 0);
          expect(amounts[0]).toBeGreaterThanOrEqual(forward);
          expect(amounts[1]).toBeGreaterThanOrEqual(backward);
        }
      }
    }
  });
});

describe("decideSetup", () => {
  test("in a shared network of more than two, one that has less is held to that, then with the others", () => {
    const slow = { hostPort: "s1a:eth1", bandwidth: bandwidth(1_000_000) };
    const pair = { endpoints: [slow, { hostPort: "s1b:eth1" }], sharing: "shared" as const };
    const { view, decision } = standing(spec([], pair));
    const { target } = change(view, decision, { add: [{ hostPort: "s3a:eth1" }] });
    const owner = { project: projectId("p"), number: networkNumber(1) };
    const rules = [...segmentsOf(topology, owner, target).values()]
      .flatMap(({ nodes }) => nodes)
      .find(({ node }) => node === "s1")?.rules;
    const limits = rules?.map(({ police, thenPolice }) => [police?.rate, thenPolice?.rate]);
    expect(limits).toContainEqual([1_000_000, 100_000_000]);
    expect(limits).toContainEqual([100_000_000, undefined]);
  });

  test.each([
    ["no address of an endpoint", undefined],
    ["an address of two endpoints", "02:00:00:00:00:01"],
  ])("static delivery is refused with %s", (_, second) => {
    const mac = (text: string) => [parseMacAddress(text)._unsafeUnwrap()];
    const endpoints = [
      { hostPort: "s1a:eth1", macs: mac("02:00:00:00:00:01") },
      { hostPort: "s2a:eth1", ...(second === undefined ? {} : { macs: mac(second) }) },
    ];
    const refused = decideSetup(empty, "p", spec([], { endpoints, delivery: "static" }));
    expect(refused._unsafeUnwrapErr()).toMatchObject({
      type: "invalid-request",
      faults: [{ path: ["options", "endpoints", "s2a:eth1", "macs"] }],
    });
  });

  test("while a node is left over from another change, the tree is not grown but replaced", () => {
    const asked = spec(["s1a:eth1", "s2a:eth1"], { vlans: VlanSet.of(101, 102) });
    const { view, decision } = standing(asked);
    const unsettled = { ...view, unsettled: new Set(["p"]) };
    const grown = change(unsettled, decision, { add: [{ hostPort: "s3a:eth1" }] });
    expect(grown.mode).toBe("reroute");
  });

  test("two untagged endpoints cannot share a port", () => {
    const twice = topology.withHost({
      host: "extra",
      nic: "eth1",
      port: "s1:2",
      tagging: "untagged",
    });
    const view = { ...empty, topology: twice._unsafeUnwrap() };
    const refused = decideSetup(view, "p", spec(["extra:eth1", "s1b:eth1"]));
    expect(refused._unsafeUnwrapErr().type).toBe("invalid-request");
  });

  test("a link that is down is not used", () => {
    const view: View = { ...empty, linkState: { isUp: (link) => link !== linkId("s1-s2") } };
    const decision = decideSetup(view, "p", spec(["s1a:eth1", "s2a:eth1"]))._unsafeUnwrap();
    expect(links(decision)).toEqual(["s1-s4", "s2-s3", "s4-s3"]);
  });
});
