import { expect, test } from "vitest";
import { overCommitment } from "../../scripts/sim/ledger-check.ts";
import { bandwidth } from "../../src/model/bandwidth.ts";
import { projectId, vlanId } from "../../src/model/ids.ts";
import type { NetworkInfo, NetworkLinkInfo } from "../../src/model/network.ts";
import { Testbed } from "../support/testbed.ts";

const disjoint = { protection: "disjoint" } as const;
/** A path over links of 10 Gbit/s; what stands by has one of 1 Gbit/s. */
const ends = ["s1a:eth1", "s3a:eth1"] as const;

/** Another network with what stands by for this one, and nothing else. */
function besides(info: NetworkInfo, change: Partial<NetworkLinkInfo>): NetworkInfo {
  const links = info.backup?.links ?? [];
  const backup = { links: links.map((link) => ({ ...link, ...change })), inUse: false };
  return { ...info, project: projectId("q"), links: [], backup };
}

test("what stands by is promised to one network only", async () => {
  await using bed = await Testbed.start();
  const p = await bed.setUp("p", ends, "900Mbps", 101, disjoint);
  expect(p.backup?.links.map(({ id }) => id)).toContain("s4-s3");
  const little = { forward: bandwidth(1), backward: bandwidth(1) };
  const another = { vlan: vlanId(200) };
  const faultWith = (q: NetworkInfo) => overCommitment(bed.topology, [p, q]);
  expect(overCommitment(bed.topology, [p])).toBeUndefined();
  expect(faultWith(besides(p, { ...another, reserved: little }))).toBeUndefined();
  expect(faultWith(besides(p, another))).toContain("s4-s3 forward has promised 1800000000");
  expect(faultWith(besides(p, { reserved: little }))).toMatch(/promised VLAN \d+ to p and q/);
});

test("bypasses of a tree share what failures need one at a time, and no label", async () => {
  await using bed = await Testbed.start({ learns: true });
  const members = ["s1a:eth1", "s2a:eth1", "s3b:eth1", "s4a:eth1"];
  const p = await bed.setUp("p", members, "300Mbps", 101, disjoint);
  const [first, ...others] = p.backup?.links.filter(({ id }) => id === "s4-s3") ?? [];
  expect(first?.reserved.forward).toBeGreaterThan(500_000_000);
  expect(others.length).toBeGreaterThan(0);
  expect(overCommitment(bed.topology, [p])).toBeUndefined();
  const none = { reserved: { forward: bandwidth(0), backward: bandwidth(0) } };
  const fault = overCommitment(bed.topology, [p, besides(p, none)]);
  expect(fault).toMatch(/promised VLAN \d+ to p and q/);
});
