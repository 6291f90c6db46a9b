import { describe, expect, test } from "vitest";
import { networkCookie } from "../../../../src/drivers/openflow/compile/cookie.ts";
import { sortHoldings } from "../../../../src/drivers/openflow/compile/holdings.ts";
import type { FlowStats } from "../../../../src/drivers/openflow/wire/flow.ts";
import type { GroupDesc } from "../../../../src/drivers/openflow/wire/group.ts";
import type { MeterConfig } from "../../../../src/drivers/openflow/wire/meter.ts";
import { networkNumber } from "../../../../src/model/ids.ts";

function flow(
  network: number,
  inPort: number,
  uses: { group?: number; meter?: number },
): FlowStats {
  return {
    table: 0,
    durationS: 0,
    durationNs: 0,
    priority: 1,
    idleTimeoutS: 0,
    hardTimeoutS: 0,
    flags: 0,
    cookie: networkCookie(0xdc05, networkNumber(network)),
    packetCount: 0n,
    byteCount: 0n,
    match: [{ field: "in_port", value: inPort }],
    instructions: [
      ...(uses.meter === undefined ? [] : [{ type: "meter", meter: uses.meter } as const]),
      ...(uses.group === undefined
        ? []
        : [
            {
              type: "apply-actions",
              actions: [{ type: "group", group: uses.group }],
            } as const,
          ]),
    ],
  };
}

const group = (id: number): [number, GroupDesc] => [
  id,
  { groupType: "all", group: id, buckets: [] },
];
const meter = (id: number): [number, MeterConfig] => [id, { flags: 1, meter: id, bands: [] }];

describe("what a switch holds", () => {
  const flows = [flow(1, 1, { group: 5, meter: 6 }), flow(2, 2, { group: 5 }), flow(2, 3, {})];
  const ours = { groups: new Map([group(5), group(9)]), meters: new Map([meter(6), meter(8)]) };
  const { networks, orphans } = sortHoldings(flows, ours);

  test("is sorted by network, groups and meters with the flows that use them first", () => {
    const sizes = [...networks].map(([network, { flows, groups, meters }]) => [
      network,
      flows.size,
      [...groups.keys()],
      [...meters.keys()],
    ]);
    expect(sizes).toEqual([
      [1, 1, [5], [6]],
      [2, 2, [], []],
    ]);
  });

  test("includes orphans, which no flow uses", () => {
    expect([[...orphans.groups.keys()], [...orphans.meters.keys()]]).toEqual([[9], [8]]);
  });
});
