import { type FlowMod, flowMod, VLAN_PRESENT } from "dcns/openflow";

/** One flow of many that all differ: frames to one address in one VLAN go out of port 2. */
export function l2Flow(index: number): FlowMod {
  const { vlan, address } = fieldsOf(index);
  return flowMod({
    priority: 100,
    match: [
      { field: "in_port", value: 1 },
      { field: "eth_dst", value: address },
      { field: "vlan_vid", value: VLAN_PRESENT | vlan },
    ],
    instructions: [{ type: "apply-actions", actions: [{ type: "output", port: 2, maxLen: 0 }] }],
  });
}

/** The flow of {@link l2Flow} as `ovs-ofctl` reads it. */
export function l2FlowLine(index: number): string {
  const { vlan, address } = fieldsOf(index);
  return `priority=100,in_port=1,dl_dst=${address},dl_vlan=${vlan},actions=output:2`;
}

function fieldsOf(index: number): { readonly vlan: number; readonly address: string } {
  const digits = index.toString(16).padStart(8, "0");
  return { vlan: 100 + (index % 1000), address: `02:00:${digits.replace(/..(?!$)/g, "$&:")}` };
}
