import { afterEach, expect, test } from "vitest";
import type { DriverEvent } from "../../src/drivers/driver-event.ts";
import {
  type OfVersion,
  OPENFLOW_1_0,
  supportedVersions,
} from "../../src/drivers/openflow/index.ts";
import type { NodeRole } from "../../src/drivers/roles.ts";
import { OpenFlowDriver } from "../../src/index.ts";
import { systemClock } from "../../src/system-clock.ts";
import { conformanceDomain, threeWaySegment } from "../../src/testing/conformance-segments.ts";
import { fabricDocument } from "../lab/fabric-document.ts";
import { OvsLab } from "../lab/ovs-lab.ts";
import { describeWithOvs } from "../lab/require-ovs.ts";
import { eventually } from "../lab/scenario.ts";

/** The switch `n1` of `conformanceDomain`, by itself. */
const document = fabricDocument({
  hosts: { "es1:eth1": "n1:1", "es2:eth1": "n1:2", "es3:eth1": "n1:3" },
});
const [n1] = conformanceDomain.nodes;
if (n1 === undefined) throw new Error("n1 is needed");
const domain = { ...conformanceDomain, nodes: [n1] };
const whole = threeWaySegment("three", 1);
const segment = { ...whole, nodes: whole.nodes.filter(({ node }) => node === n1.id) };

describeWithOvs("two drivers at one switch, on Open vSwitch", () => {
  let lab: OvsLab;
  let events: DriverEvent[][];
  let drivers: OpenFlowDriver[];

  afterEach(async () => {
    for (const driver of drivers) await driver.close();
    await lab?.close();
  });

  async function start(protocol: string): Promise<void> {
    events = [[], []];
    drivers = [];
    lab = await OvsLab.start(document, { protocols: [...new Set(["OpenFlow13", protocol])] });
    const speaks: readonly OfVersion[] =
      protocol === "OpenFlow10" ? [OPENFLOW_1_0] : supportedVersions;
    for (const [index, heard] of events.entries()) {
      const listen = { host: lab.controller.host, port: lab.controller.port + index };
      const driver = new OpenFlowDriver({ listen, session: { versions: speaks } });
      driver.subscribe((event) => heard.push(event));
      const context = { domain, clock: systemClock, segments: [segment], role: "slave" } as const;
      (await driver.attach(context))._unsafeUnwrap();
      drivers.push(driver);
    }
    const { host, port } = lab.controller;
    await lab.vsctl([["set-controller", "n1", `tcp:${host}:${port}`, `tcp:${host}:${port + 1}`]]);
    await eventually(() => drivers.every((driver) => driver.profiles().size === 1));
  }

  const claim = async (index: number, role: NodeRole) => {
    const claimed = await drivers[index]?.setRole(n1.id, role);
    return claimed?.match(
      () => "ok",
      (error) => (error.type === "driver-failed" ? error.causes[0]?.kind : error.type),
    );
  };
  const typesOf = (index: number): readonly string[] =>
    (events[index] ?? []).map(({ type }) => type);

  test.each(["OpenFlow13", "OpenFlow14", "OpenFlow15"])(
    "hand it over by later claims, and only the master ever changes it, by %s",
    async (protocol) => {
      await start(protocol);
      expect(await lab.dump("n1", "flows")).toEqual([]);
      expect(await claim(0, { role: "master", generation: 1n })).toBe("ok");
      await eventually(() => typesOf(0).includes("confirmed"));
      const held = await lab.dump("n1", "flows");
      expect(held).toHaveLength(4);

      expect(await claim(1, { role: "master", generation: 2n })).toBe("ok");
      await eventually(() => typesOf(1).includes("confirmed"));
      await eventually(() => typesOf(0).includes("node-down"));
      expect(events[0]?.slice(-2)).toEqual([
        { type: "role-lost", node: "n1", generation: 2n },
        {
          type: "node-down",
          node: "n1",
          reason: "another controller is its master",
          isConnected: true,
        },
      ]);
      expect(await lab.dump("n1", "flows")).toEqual(held);

      expect((await drivers[0]?.release(segment.id))?.isErr()).toBe(true);
      expect(await claim(0, { role: "master", generation: 1n })).toBe("not-master");
      expect(await lab.dump("n1", "flows")).toEqual(held);
      expect((await drivers[1]?.release(segment.id))?.isOk()).toBe(true);
      expect(await lab.dump("n1", "flows")).toEqual([]);
      expect(await lab.dump("n1", "groups")).toEqual([]);
      expect(await lab.dump("n1", "meters")).toEqual([]);
    },
  );

  test("hand it over to whoever claims it last, by Nicira's roles of OpenFlow 1.0", async () => {
    await start("OpenFlow10");
    expect(await claim(0, { role: "master", generation: 1n })).toBe("ok");
    await eventually(() => typesOf(0).includes("confirmed"));
    const held = await lab.dump("n1", "flows");
    expect(held).not.toEqual([]);
    expect(await claim(1, { role: "master", generation: 2n })).toBe("ok");
    await eventually(() => typesOf(1).includes("confirmed"));
    expect(await lab.dump("n1", "flows")).toEqual(held);

    // Nothing tells the old master of it but that the switch takes nothing from it any more.
    const refused = await drivers[0]?.release(segment.id);
    expect(refused?._unsafeUnwrapErr()).toMatchObject({ causes: [{ kind: "not-master" }] });
    expect(await lab.dump("n1", "flows")).toEqual(held);
    expect(typesOf(0).slice(-2)).toEqual(["role-lost", "node-down"]);
    expect((await drivers[1]?.release(segment.id))?.isOk()).toBe(true);
    expect(await lab.dump("n1", "flows")).toEqual([]);
  });
});
