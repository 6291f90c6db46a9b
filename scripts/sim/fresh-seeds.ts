import { seedOf } from "../revision.ts";
import { FIRST_OF_THE_LATEST } from "./scenario.ts";

/** Seeds that no other revision has, always the same for one; whole numbers of 31 bits. */
export function freshSeeds(revision: string, count: number): readonly number[] {
  const first = FIRST_OF_THE_LATEST + seedOf(revision);
  return Array.from({ length: count }, (_, index) => first + index);
}

/** How the history of a seed is lived through again. */
export function replayOf(seed: number): string {
  return `npm run sim -- --from ${seed} --seeds 1 --log`;
}
