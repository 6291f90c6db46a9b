import { expect } from "vitest";
import { linkId } from "../../src/model/ids.ts";
import type { NetworkInfo } from "../../src/model/network.ts";
import type { Topology } from "../../src/topology.ts";

/** What networks say they have reserved fits their links, and no label of a link is used twice. */
export function expectNoOverCommitment(topology: Topology, networks: readonly NetworkInfo[]): void {
  const load = new Map<string, number>();
  const labels = new Set<string>();
  for (const { id, vlan, reserved } of networks.flatMap(({ links }) => links)) {
    for (const direction of ["forward", "backward"] as const) {
      const key = `${id} ${direction}`;
      load.set(key, (load.get(key) ?? 0) + reserved[direction]);
      expect(load.get(key), key).toBeLessThanOrEqual(topology.links.get(linkId(id))?.capacity ?? 0);
    }
    expect(labels.has(`${id} ${vlan}`), `label ${vlan} of ${id} is used twice`).toBe(false);
    labels.add(`${id} ${vlan}`);
  }
}
