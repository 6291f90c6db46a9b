import type { Remedies } from "../../model/refusal.ts";
import type { Scene } from "../plan/scene.ts";
import { changeKinds } from "./change-kinds.ts";
import { smallestCombinations } from "./combined-changes.ts";
import { patient } from "./what-if.ts";

/**
 * The smallest changes of a refused request with which it is planned. Every single one, what takes least away first: the
 * VLAN, an exclusion, an inclusion, a bound, the start, the bandwidth, an endpoint; within a kind in ascending
 * order. Where there is none, {@link smallestCombinations}. Each was planned; some dozens of plans at most for each
 * kind, and `isComplete` says whether all single ones and pairs were looked into to the end.
 */
export function remediesOf(scene: Scene): Remedies {
  const single = changeKinds.map(({ helping }) => helping(patient(scene)));
  const changes = single.flatMap((kind) => kind.changes);
  const isComplete = single.every((kind) => kind.isComplete);
  if (changes.length > 0) return { changes, combinations: [], isComplete };
  const combined = smallestCombinations(scene);
  return {
    changes,
    combinations: combined.combinations,
    isComplete: isComplete && combined.isComplete,
  };
}
