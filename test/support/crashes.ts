import type { ResultAsync } from "neverthrow";
import { expect } from "vitest";
import type { DcnsError } from "../../src/model/errors.ts";
import type { NetworkInfo } from "../../src/model/network.ts";
import { Testbed, value } from "./testbed.ts";

export const pair: readonly string[] = ["s1a:eth1", "s2a:eth1"];

/** A call that an agent may die in. */
export interface Operation {
  readonly name: string;
  /** The network that there is before, if any. */
  readonly before: readonly string[];
  readonly call: (bed: Testbed) => ResultAsync<unknown, DcnsError>;
}

export const operations: readonly Operation[] = [
  {
    name: "setup",
    before: [],
    call: ({ agent }) => agent.setupPhysicalNetwork("p", ["s1a:eth1", "s3b:eth1"], "2Gbps", 101),
  },
  {
    name: "growth",
    before: pair,
    call: ({ agent }) => agent.modifyPhysicalNetwork("p", ["s3b:eth1"], []),
  },
  {
    name: "move",
    before: ["s4a:eth1", "s3a:eth1"],
    call: ({ agent }) => agent.modifyPhysicalNetwork("p", [], [], "2Gbps"),
  },
  {
    name: "teardown",
    before: ["s1a:eth1", "s3b:eth1"],
    call: ({ agent }) => agent.teardownPhysicalNetwork("p"),
  },
];

/** Builds what is before an operation. */
export async function prepared({ before }: Operation): Promise<Testbed> {
  const bed = await Testbed.start();
  if (before.length > 0) await bed.setUp("p", before, "100Mbps", 101);
  return bed;
}

/** What a fabric carries: what is listed, and what every switch holds. */
export interface Picture {
  readonly networks: readonly NetworkInfo[];
  readonly held: ReturnType<Testbed["held"]>;
}

export function pictureOf(bed: Testbed): Picture {
  const networks = bed.agent.listNetworks().map((info) => ({ ...info, updatedAt: "" }));
  return { networks, held: bed.held() };
}

/** The pictures before and after an operation that nothing interrupts. */
export async function outcomes(operation: Operation): Promise<readonly [Picture, Picture]> {
  await using bed = await prepared(operation);
  const before = pictureOf(bed);
  await bed.run(operation.call(bed));
  return [before, pictureOf(bed)];
}

/** Another agent takes over; what there is then must be one of the pictures, whole. */
export async function expectRecovered(bed: Testbed, pictures: readonly Picture[]): Promise<void> {
  await bed.restart();
  expect(pictures).toContainEqual(pictureOf(bed));
  for (const info of bed.agent.listNetworks()) {
    bed.expectWhole(info);
    expect(value(await bed.run(bed.agent.verifyNetwork(info.project))).consistent).toBe(true);
  }
  bed.expectForeignUntouched();
}

/** After a recovery there is nothing that a last teardown does not remove. */
export async function expectClean(bed: Testbed): Promise<void> {
  for (const { project } of bed.agent.listNetworks()) await bed.tearDown(project);
  bed.expectNothingLeft();
  bed.expectWhole(await bed.setUp("z", ["s1a:eth1", "s2a:eth1"], "10Gbps", 101));
}
