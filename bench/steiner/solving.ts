import type { Budget } from "../../src/pce/plan/budget.ts";
import { solveSteiner } from "../../src/pce/steiner/solve-steiner.ts";
import type { SteinerProblem } from "../../src/pce/steiner/steiner-graph.ts";
import { type BenchClock, isPast, milliseconds } from "../support/clock.ts";
import type { SteinerInstance } from "./instances.ts";

/** What came of one instance. */
export interface Solved {
  readonly cost: number;
  readonly gapPct: number;
  readonly provedOptimal: boolean;
  readonly ms: number;
}

/** What an exact run may take; a guard against a bench without an end. */
const EXACT_MS = 60_000;

/**
 * Solves `instance` within a time by `clock`, or exactly, if a minute is enough for that. The time has
 * everything in it; throws on wrong answers.
 */
export function solved(
  instance: SteinerInstance,
  budgetMs: number | undefined,
  clock: BenchClock,
): Solved {
  const start = milliseconds(clock);
  const budget: Budget = { isSpent: isPast(clock, start, budgetMs ?? EXACT_MS) };
  const found = solveSteiner(instance.problem, { budget });
  const ms = milliseconds(clock) - start;
  const { name, problem, optimum, lowerBound } = instance;
  if (found === undefined) throw new Error(`${name}: no tree`);
  const fault = faultOf(problem, found.links, found.cost);
  if (fault !== undefined) throw new Error(`${name}: the tree ${fault}`);
  if (isLess(found.cost, lowerBound))
    throw new Error(`${name}: ${found.cost} is below the optimum`);
  if (isLess(optimum, found.lowerBound))
    throw new Error(`${name}: ${found.lowerBound} is no bound`);
  const gapPct = found.cost === optimum ? 0 : 100 * (found.cost / optimum - 1);
  return { cost: found.cost, gapPct, provedOptimal: found.isOptimal, ms };
}

/** Why `links` are no tree that joins the terminals at `cost`; `undefined` if they are. */
function faultOf(
  { nodeCount, a, b, costs, terminals }: SteinerProblem,
  links: readonly number[],
  cost: number,
): string | undefined {
  const at = Array.from({ length: nodeCount }, (): number[] => []);
  for (const link of links) {
    at[a[link] ?? 0]?.push(b[link] ?? 0);
    at[b[link] ?? 0]?.push(a[link] ?? 0);
  }
  const reached = new Set(terminals.slice(0, 1));
  for (const node of reached) for (const next of at[node] ?? []) reached.add(next);
  if (!terminals.every((node) => reached.has(node))) return "does not join the terminals";
  if (links.length !== reached.size - 1) return "has a cycle or a part on its own";
  const sum = links.reduce((total, link) => total + (costs[link] ?? 0), 0);
  return isLess(sum, cost) || isLess(cost, sum) ? `costs ${sum}, not ${cost}` : undefined;
}

/** Whether one cost is less than another by more than decimals are rounded by. */
function isLess(cost: number, other: number): boolean {
  return cost < other - 1e-9 * Math.max(1, Math.abs(other));
}
