import { describe, expect, test } from "vitest";
import { linkChannel, portChannel } from "../../../src/ledger/channel.ts";
import { Ledger } from "../../../src/ledger.ts";
import { bandwidth } from "../../../src/model/bandwidth.ts";
import { linkId, portRef, vlanId } from "../../../src/model/ids.ts";
import { always } from "../../../src/model/interval.ts";
import { besideTree, topologyResources } from "../../../src/pce/index.ts";
import { Topology } from "../../../src/topology.ts";
import { value } from "../../support/testbed.ts";

/** A switch with one port towards two nodes of another domain. */
const sharing = (capacity: number): Ledger =>
  Ledger.over(
    topologyResources(
      value(
        Topology.parse({
          format: "dcns-topology/1",
          domains: [
            { id: "a", driver: "memory" },
            { id: "w", driver: "memory" },
          ],
          nodes: [
            { id: "s", domain: "a", ports: [{ id: "1", capacity }] },
            ...["w1", "w2"].map((id) => ({ id, domain: "w", ports: [{ id: "1" }] })),
          ],
          links: ["w1", "w2"].map((id, at) => ({
            ...{ id, a: "s:1", b: `${id}:1`, capacity: 10 },
            vlans: `${100 * (at + 1)}-${100 * (at + 1) + 9}`,
          })),
        }),
      ),
    ),
  );

describe("besideTree", () => {
  test("holds what is left where links share a port that has less than when they were promised", () => {
    const links = ["w1", "w2"].map((id, at) => ({
      ...{ link: linkId(id), label: vlanId(100 * (at + 1)) },
      ...{ forward: bandwidth(4), backward: bandwidth(1) },
    }));
    const plan = { vlan: vlanId(100), endpoints: [], links, ports: [], cost: 2 };
    const its = { holder: "p", interval: always };
    for (const [capacity, left] of [
      [10, 2],
      [6, 0],
    ] as const) {
      const { ledger, held } = besideTree(sharing(capacity), its, plan);
      expect(ledger.residual(portChannel(portRef("s:1"), "out"), always)).toBe(left);
      const forward = held.bandwidth.filter(({ channel }) =>
        links.some(({ link }) => channel === linkChannel(link, "forward")),
      );
      expect(forward.reduce((sum, { amount }) => sum + amount, 0)).toBe(capacity - left);
    }
  });
});
