import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DataPlaneReport } from "../../src/agent/verification.ts";
import { GROUP_ANY, PORT_ANY, TABLE_ALL } from "../../src/drivers/openflow/wire/constants.ts";
import { flowMod } from "../../src/drivers/openflow/wire/flow.ts";
import { Testbed, value } from "../support/testbed.ts";

const hosts = ["s1a:eth1", "s2b:eth1", "s3a:eth1"] as const;

async function probe(bed: Testbed, project = "p"): Promise<DataPlaneReport> {
  const report = value(await bed.run(bed.agent.verifyNetwork(project, { dataPlane: true })));
  if (report.dataPlane === undefined) throw new Error("no data plane was reported");
  return report.dataPlane;
}

/** Runs something, and says which frames reached hosts meanwhile. */
async function seenByHosts(bed: Testbed, run: () => Promise<unknown>): Promise<readonly string[]> {
  const seen: string[] = [];
  using _watch = bed.fabric.capture(({ to, from }) => {
    if (bed.fabric.hosts.has(to)) seen.push(`${from} > ${to}`);
  });
  await run();
  return seen;
}

describe("verifyNetwork with probes", () => {
  test("reaches every host port from every other, shows no host a frame, leaves nothing", async () => {
    const hostPorts = ["s1", "s2", "s3", "s4"].flatMap((id) => [`${id}a:eth1`, `${id}b:eth1`]);
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.constantFrom(...hostPorts), { minLength: 1, maxLength: 6 }),
        fc.constantFrom("hose" as const, "shared" as const),
        async (members, sharing) => {
          await using bed = await Testbed.start();
          const info = await bed.setUp("p", members, 1e6, 101, { sharing });
          await bed.setUp(
            "other",
            hostPorts.filter((at) => at.includes("a:")),
            1e6,
            102,
          );
          const held = bed.held();
          const seen = await seenByHosts(bed, async () => {
            const { complete, pairs } = await probe(bed);
            const expected = members.flatMap((from) =>
              members.filter((to) => to !== from).map((to) => `${from} ${to} reached`),
            );
            expect(pairs.map(({ from, to, status }) => `${from} ${to} ${status}`).sort()).toEqual(
              expected.sort(),
            );
            expect(complete).toBe(true);
          });
          expect(seen).toEqual([]);
          expect(bed.held()).toEqual(held);
          bed.expectForeignUntouched();
          bed.expectWhole(info);
        },
      ),
      { numRuns: 20 },
    );
  });

  test("takes the network's own flows up to where a host would be", async () => {
    await using bed = await Testbed.start();
    const info = await bed.setUp("p", ["s1a:eth1", "s3a:eth1"], 1e6, 101);
    const counted = (): readonly (readonly [string, bigint])[] =>
      ["s1", "s2", "s3", "s4"].flatMap((node) =>
        bed.fabric
          .flowsOf(node)
          .filter(({ cookie }) => cookie >> 48n === 0xdc05n)
          .map(
            ({ match, packetCount }) => [`${node} ${JSON.stringify(match)}`, packetCount] as const,
          ),
      );
    await probe(bed);
    const used = counted().filter(([, packets]) => packets > 0n);
    // Two ways: in at each host's switch, and on at the one in between; the last hop is the twin's.
    expect(info.links).toHaveLength(2);
    expect(used).toHaveLength(4);
  });

  test("names the link that loses frames in both directions, or in none", async () => {
    await using bed = await Testbed.start();
    const info = await bed.setUp("p", hosts, 1e6, 101);
    const [link] = info.links;
    if (link === undefined) throw new Error("no link");
    // The signal stays: nobody but a probe can tell.
    bed.fabric.setSilentLoss(link.id, true);
    const { complete, pairs } = await probe(bed);
    expect(complete).toBe(false);
    const lost = pairs.filter(({ status }) => status === "lost");
    expect(lost.length).toBeGreaterThan(0);
    for (const pair of lost) expect(pair).toMatchObject({ at: { kind: "link", link: link.id } });
    bed.fabric.setSilentLoss(link.id, false);
    expect((await probe(bed)).complete).toBe(true);
  });

  test("names the node whose flows are gone", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("p", ["s1a:eth1", "s3a:eth1"], 1e6, 101);
    const middle = bed.info("p").links.some(({ id }) => id === "s1-s2") ? "s2" : "s4";
    const gone = flowMod({
      command: "delete",
      table: TABLE_ALL,
      outPort: PORT_ANY,
      outGroup: GROUP_ANY,
      cookie: 0xdc05n << 48n,
      cookieMask: 0xffffn << 48n,
    });
    bed.fabric.switchOf(middle).inject(gone)._unsafeUnwrap();
    const { pairs } = await probe(bed);
    expect(pairs).toEqual([
      { from: "s1a:eth1", to: "s3a:eth1", status: "lost", at: { kind: "node", node: middle } },
      { from: "s3a:eth1", to: "s1a:eth1", status: "lost", at: { kind: "node", node: middle } },
    ]);
  });

  test.each([{ learns: true }, { learns: false }])(
    "takes its own flows where addresses are learned, and is forgotten: %o",
    async ({ learns }) => {
      await using bed = await Testbed.start({ learns, driver: { learning: "either" } });
      const options = { delivery: "learn" } as const;
      await bed.setUp("p", ["s1a:eth1", "s2a:eth1", "s3a:eth1"], 1e6, 101, options);
      const held = bed.held();
      expect((await probe(bed)).complete).toBe(true);
      expect(bed.held()).toEqual(held);
      const used = bed.fabric
        .flowsOf("s2")
        .filter(({ cookie, packetCount }) => cookie >> 48n === 0xdc05n && packetCount > 0n);
      expect(new Set(used.map(({ table }) => table)).size).toBeGreaterThan(1);
    },
  );

  test("names the node at the edge that delivers nothing", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("p", ["s1a:eth1", "s3a:eth1"], 1e6, 101);
    // Somebody drops everything that comes in at the host's port.
    const drop = flowMod({ priority: 65_535, match: [{ field: "in_port", value: 1 }] });
    bed.fabric.switchOf("s3").inject(drop)._unsafeUnwrap();
    const { pairs } = await probe(bed);
    expect(pairs).toMatchObject([
      { from: "s1a:eth1", to: "s3a:eth1", status: "reached" },
      { from: "s3a:eth1", to: "s1a:eth1", status: "lost", at: { kind: "node", node: "s3" } },
    ]);
  });

  test.each([
    { members: ["s1a:eth1", "s3a:eth1"], delivery: "flood" },
    { members: ["s1a:eth1", "s2a:eth1", "s3a:eth1"], delivery: "flood" },
    { members: ["s1a:eth1", "s2a:eth1", "s3a:eth1"], delivery: "static" },
    { members: ["s1a:eth1", "s2a:eth1", "s3a:eth1"], delivery: "learn" },
  ] as const)(
    "follows what is in use of a protected network: $members, $delivery",
    async ({ members, delivery }) => {
      await using bed = await Testbed.start({ learns: true });
      const macs = members.map((at) => [at, { macs: [bed.fabric.hostOf(at).mac] }] as const);
      const endpoints = Object.fromEntries(macs);
      const options = { protection: "disjoint", delivery, endpoints } as const;
      const { links } = await bed.setUp("p", members, "100Mbps", 101, options);
      const whole = await probe(bed);
      expect(whole.complete).toBe(true);
      for (const pair of whole.pairs) expect(pair).toMatchObject({ status: "reached", copies: 1 });
      for (const { id } of links) {
        bed.fabric.setSilentLoss(id, true);
        const lost = (await probe(bed)).pairs.filter(({ status }) => status === "lost");
        expect(lost.length).toBeGreaterThan(0);
        for (const pair of lost) expect(pair).toMatchObject({ at: { kind: "link", link: id } });
        bed.fabric.setSilentLoss(id, false);
      }
      bed.fabric.setLink(links[0]?.id ?? "", false);
      expect((await probe(bed)).complete).toBe(true);
    },
  );

  test("sends nothing while a switch of the network is away, and says so", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("p", hosts, 1e6, 101);
    bed.fabric.switchOf("s3").disconnect();
    await bed.clock.advance(10);
    using sent = bed.countMessages("packet-out", "flow-mod");
    const { complete, pairs } = await probe(bed);
    expect(complete).toBe(false);
    expect(new Set(pairs.map(({ status }) => status))).toEqual(new Set(["untested"]));
    expect(sent.count).toBe(0);
  });

  test("leaves nothing behind when it is aborted, and nothing for ever when the agent dies", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("p", hosts, 1e6, 101);
    const held = bed.held();
    const aborter = new AbortController();
    const call = bed.agent.verifyNetwork("p", { dataPlane: true, signal: aborter.signal });
    await bed.until(() => JSON.stringify(bed.held()) !== JSON.stringify(held));
    aborter.abort();
    expect((await bed.run(call))._unsafeUnwrapErr()).toMatchObject({ type: "aborted" });
    await bed.clock.advance(100);
    expect(bed.held()).toEqual(held);

    const seen = await seenByHosts(bed, async () => {
      void bed.agent.verifyNetwork("p", { dataPlane: true });
      await bed.until(() => JSON.stringify(bed.held()) !== JSON.stringify(held));
      bed.crash();
      await bed.clock.advance(61_000);
    });
    expect(seen).toEqual([]);
    expect(bed.held()).toEqual(held);
    await bed.restart();
    expect(bed.held()).toEqual(held);
  });

  test("is not fooled by hosts that send what looks like a probe", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("p", hosts, 1e6, 101);
    bed.fabric.setSilentLoss(bed.info("p").links[0]?.id ?? "", true);
    const forged: Uint8Array[] = [];
    using _watch = bed.fabric.capture(({ frame }) => forged.push(frame.payload));
    const { complete } = await probe(bed);
    expect(complete).toBe(false);
    const again = probe(bed);
    for (const payload of [...forged]) {
      bed.fabric.hostOf("s2b:eth1").send({ ethertype: 0x88b6, payload });
    }
    expect((await again).complete).toBe(false);
  });
});
