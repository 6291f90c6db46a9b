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

/** So many of {@link l2Flow}, each made when it is asked for. */
export function* l2Flows(count: number): Generator<FlowMod, void> {
  for (let index = 0; index < count; index += 1) yield l2Flow(index);
}

/** The flow of {@link l2Flow} as `ovs-ofctl` reads it. */
export function l2FlowLine(index: number): string {
  const { vlan, address } = fieldsOf(index);
  return `priority=100,in_port=1,dl_dst=${address},dl_vlan=${vlan},actions=output:2`;
}

function fieldsOf(index: number): { readonly vlan: number; readonly address: string } {
  const upper = `${hex[index >>> 24]}:${hex[(index >>> 16) & 0xff]}`;
  const lower = `${hex[(index >>> 8) & 0xff]}:${hex[index & 0xff]}`;
  return { vlan: 100 + (index % 1000), address: `02:00:${upper}:${lower}` };
}

/** Bytes in hexadecimal digits, so that to number addresses does not take longer than to send flows. */
const hex: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, "0"),
);
