import type { Random } from "./random.ts";

/**
 * Draws one of several things that exclude each other: asked in turn with the chance of each, from 0,
 * the default, to 1, it says yes to one at most. One random number decides.
 */
export function drawnOf(random: Random): (chance?: number) => boolean {
  let left = random.next();
  return (chance = 0) => {
    left -= chance;
    return left < 0;
  };
}
