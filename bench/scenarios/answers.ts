import { cheapestWalk, disjointPair, kCheapestPaths, planNetwork } from "dcns/pce";
import type { Fabric } from "./fabric.ts";

/** What is asked of a network, and the costs that are right: none if there is nothing. */
export type Question =
  | {
      readonly type: "p2p" | "p2p-walk";
      readonly ends: readonly [string, string];
      readonly amount: number;
      readonly costs: readonly number[];
    }
  | {
      readonly type: "tree";
      readonly terminals: readonly string[];
      readonly amount: number;
      readonly costs: readonly number[];
    }
  | {
      readonly type: "disjoint-link" | "disjoint-node";
      readonly ends: readonly [string, string];
      readonly amount: number;
      readonly costs: readonly number[];
    }
  | {
      readonly type: "ksp";
      readonly ends: readonly [string, string];
      readonly count: number;
      readonly amount: number;
      readonly costs: readonly number[];
    };

/** How long the search for one tree may go on to be exact. */
const TREE_MS = 60_000;

/** The costs that DCNS finds, through the functions of `dcns/pce`. */
export function answerOf(fabric: Fabric, question: Question): readonly number[] {
  const { topology, ledger, linkState } = fabric;
  if (question.type === "tree") {
    const end = performance.now() + TREE_MS;
    const budget = { isSpent: () => performance.now() > end };
    const request = { ...fabric.request(question.terminals, question.amount), budget };
    return costsOf(planNetwork(topology, ledger, linkState, request));
  }
  const request = fabric.request(question.ends, question.amount);
  if (request.endpoints.length < 2) return [0];
  const paths = fabric.pathRequest(...question.ends, question.amount);
  switch (question.type) {
    case "p2p":
      return costsOf(planNetwork(topology, ledger, linkState, request));
    case "p2p-walk":
      return costsOf(cheapestWalk(topology, ledger, linkState, { ...paths, isOneWay: true }));
    case "disjoint-link":
      return costsOf(disjointPair(topology, ledger, linkState, { ...paths, disjoint: "link" }));
    case "disjoint-node":
      return costsOf(disjointPair(topology, ledger, linkState, { ...paths, disjoint: "node" }));
    case "ksp": {
      const { count } = question;
      const found = kCheapestPaths(topology, ledger, linkState, { ...paths, count });
      return found.unwrapOr([]).map(({ cost }) => cost);
    }
    default:
      return question satisfies never;
  }
}

/** Whether an answer is the right one, but for the rounding of sums. */
export function isRight(found: readonly number[], costs: readonly number[]): boolean {
  return (
    found.length === costs.length &&
    costs.every((cost, at) => Math.abs(cost - (found[at] ?? 0)) <= TOLERANCE * Math.max(1, cost))
  );
}

const TOLERANCE = 1e-9;

function costsOf(result: {
  map(f: (found: { readonly cost: number }) => readonly number[]): {
    unwrapOr(none: readonly number[]): readonly number[];
  };
}): readonly number[] {
  return result.map(({ cost }) => [cost]).unwrapOr([]);
}
