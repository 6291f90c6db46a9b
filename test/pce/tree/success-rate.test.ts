import { describe, expect, test } from "vitest";
import { attempt, sceneOf } from "../../../src/pce/plan/attempt.ts";
import { settingOf } from "../worlds.ts";
import { planted } from "./planted-fabrics.ts";

/**
 * Fabrics too large for brute force, in which a tree that fits is planted: its links have the labels
 * and the capacity that it needs, and hardly more; all others have about as little.
 */
describe("planNetwork where hardly any tree fits", { timeout: 60_000 }, () => {
  const kinds = [
    { scarce: "labels are", sharing: "shared", hasLabels: false, hasCapacity: true },
    { scarce: "bandwidth is", sharing: "hose", hasLabels: true, hasCapacity: false },
    {
      scarce: "labels and bandwidth are",
      sharing: "hose",
      hasLabels: false,
      hasCapacity: false,
    },
  ] as const;
  test.each(kinds)("finds one every time: $scarce scarce", (kind) => {
    const fabrics = Array.from({ length: FABRICS }, (_, seed) => planted(seed, kind));
    const missed = fabrics.filter((world) => {
      const { topology, ledger, linkState, request } = settingOf(world);
      return attempt(sceneOf(topology, ledger, linkState, request)).isErr();
    });
    expect(missed).toEqual([]);
  });
});

const FABRICS = 25;
