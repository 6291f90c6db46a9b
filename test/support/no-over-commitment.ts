import { expect } from "vitest";
import { overCommitment } from "../../scripts/sim/ledger-check.ts";
import type { NetworkInfo } from "../../src/model/network.ts";
import type { Topology } from "../../src/topology.ts";

/** What networks say they have reserved fits their links, and no label of a link is used twice. */
export function expectNoOverCommitment(topology: Topology, networks: readonly NetworkInfo[]): void {
  expect(overCommitment(topology, networks)).toBeUndefined();
}
