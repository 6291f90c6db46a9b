import { expect, test } from "vitest";
import { simulateMutation } from "../../scripts/sim/mutate.ts";
import { mutations } from "../../scripts/sim/mutations.ts";

test.each(mutations)(
  "the simulation notices when $name",
  async (mutation) => {
    const { fault } = await simulateMutation(mutation, 400);
    expect(fault).toEqual(expect.any(String));
  },
  600_000,
);
