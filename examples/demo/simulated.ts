import { systemClock, type Topology } from "dcns";
import type { Action, Instruction, OxmField } from "dcns/openflow";
import { probe, SimulatedFabric, socketDial } from "dcns/testing";
import type { DemoFabric } from "./demo-fabric.ts";

/** Simulated switches that dial in over TCP on the loopback interface, as real ones would. */
export function simulatedFabric(topology: Topology): DemoFabric {
  let fabric: SimulatedFabric | undefined;
  const running = (): SimulatedFabric => {
    if (fabric === undefined) throw new Error("the fabric is not connected");
    return fabric;
  };
  return {
    name: "simulated switches (OpenFlow 1.3 over TCP, no root needed)",
    controller: { host: "127.0.0.1", port: 0 },
    connect: async (port) => {
      const dial = socketDial({ host: "127.0.0.1", port });
      fabric = new SimulatedFabric({ topology, clock: systemClock, dial });
      fabric.connect();
    },
    broadcast: async (from) => probe(running(), from).map(({ hostPort }) => hostPort),
    told: async (node) => {
      const at = running().switchOf(node);
      return [
        ...at.flows().map(({ match, instructions }) => {
          return `flow  ${matchText(match)}  →  ${instructions.map(instructionText).join(", ")}`;
        }),
        ...at.groups().map(({ group, buckets }) => {
          const copies = buckets.map(({ actions }) => `[${actions.map(actionText).join(" ")}]`);
          return `group ${group & 0xffff}: a copy to each of ${copies.join(" ")}`;
        }),
        ...at.meters().map(({ meter, bands }) => {
          return `meter ${meter & 0xffff}: drop beyond ${bands.flatMap((b) => ("rate" in b ? [b.rate] : [])).join()} kbit/s`;
        }),
      ];
    },
    close: async () => fabric?.[Symbol.dispose](),
  };
}

function matchText(match: readonly OxmField[]): string {
  return match
    .map(({ field, value }) => {
      if (field !== "vlan_vid") return `${field}=${value}`;
      return value === 0 ? "untagged" : `vlan=${Number(value) & 0xfff}`;
    })
    .join(" ");
}

function instructionText(instruction: Instruction): string {
  if (instruction.type === "meter") return `meter ${instruction.meter & 0xffff}`;
  if (instruction.type !== "apply-actions") return instruction.type;
  return instruction.actions.map(actionText).join(" ");
}

function actionText(action: Action): string {
  if (action.type === "output") return action.port > 0xffffff00 ? "in_port" : `port ${action.port}`;
  if (action.type === "group") return `group ${action.group & 0xffff}`;
  if (action.type === "push-vlan") return "push";
  if (action.type === "pop-vlan") return "pop";
  if (action.type === "set-field") return `vlan:=${Number(action.field.value) & 0xfff}`;
  return action.type;
}
