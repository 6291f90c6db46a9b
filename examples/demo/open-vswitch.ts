import { BROADCAST } from "../../test/lab/frame.ts";
import { type FramePort, takeAll } from "../../test/lab/frame-port.ts";
import { OvsLab } from "../../test/lab/ovs-lab.ts";
import { missingForOvs } from "../../test/lab/require-ovs.ts";
import type { DemoFabric } from "./demo-fabric.ts";
import { document } from "./topology.ts";

/** A private Open vSwitch with the demo's bridges and cables; needs root. */
export async function openVSwitchFabric(): Promise<DemoFabric> {
  const missing = missingForOvs();
  if (missing.length > 0) throw new Error(`--ovs needs ${missing.join(", ")}`);
  const lab = await OvsLab.start(document);
  const ports = new Map<string, FramePort>();
  for (const { host, nic } of document.hosts) {
    ports.set(`${host}:${nic}`, await lab.framePort(`${host}:${nic}`));
  }
  return {
    name: "Open vSwitch (userspace datapath, in a network namespace of its own)",
    controller: lab.controller,
    connect: () => lab.connect(),
    broadcast: async ({ hostPort, vlan }) => {
      await lab.settle();
      await takeAll([...ports.values()]);
      const frame = { dst: BROADCAST, src: "02:00:00:00:00:01", payload: "demo" };
      await ports.get(hostPort)?.send({ ...frame, vlan: vlan ?? "untagged" });
      const seen = await takeAll([...ports.values()]);
      return Object.entries(seen).flatMap(([name, frames]) => frames.map(() => name));
    },
    told: async (node) => [
      ...(await lab.dump(node, "flows")),
      ...(await lab.dump(node, "groups")),
      ...(await lab.dump(node, "meters")).map((line) => line.replaceAll("\n", " ")),
    ],
    close: () => lab.close(),
  };
}
