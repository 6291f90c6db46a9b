import { linkIdOf } from "../graph/graph.ts";
import { attempt, sceneOf } from "../plan/attempt.ts";
import { leastLoad } from "../plan/edge-load.ts";
import { resolveEnds } from "../plan/ends.ts";
import type { NetworkPlan, PlanRequest } from "../plan/plan.ts";
import { allTrees, MAX_LISTED_LINKS } from "../tree/all-trees.ts";
import { steinerWithBound } from "../tree/steiner.ts";
import { pruned, spanningForest } from "../tree/tree.ts";
import { weightAbove } from "../tree/tree-candidate.ts";
import {
  bestEdit,
  type EditScene,
  type EditTree,
  editScene,
  editTree,
  mostReserved,
} from "./edit-tree.ts";
import type { PlanView } from "./view.ts";

/** What to edit, and at which price. */
export interface EditSearch {
  readonly current: NetworkPlan;
  /** Without `keep`. */
  readonly request: PlanRequest;
  readonly price: number;
}

/** The best tree for an edit, and what is known of the trees for its endpoints. */
export interface FoundEdit {
  readonly edit: EditScene;
  readonly best: EditTree;
  /** The least cost of the trees compared. */
  readonly cheapest: number;
  /** No tree costs less. */
  readonly bound: number;
}

/**
 * Searches for the tree of an edit; `fresh` is the network planned without regard to what it has.
 *
 * Where at most {@link MAX_LISTED_LINKS} links could be used, all trees are compared. Else these:
 * the present tree with new branches; the fresh tree; and one planned as if the links to keep cost
 * `price` less, but not less than nothing, to which those that cost no more than `price` are added,
 * each in place of the dearest link on the cycle it closes. That is a relaxation: for the cost c, the
 * tree T and the links to keep B, c(T) + p |B \ T| is at least the minimum of the repriced cost plus
 * the sum of min(p, c) over B, and T attains it if it has all links of B that cost no more than p. So
 * the third is an optimum where the search for Steiner trees is exact, all links reserve the same,
 * and nothing but cost binds.
 *
 * A Lagrangian relaxation of what is to be kept (after Held and Karp, 1970), by hand. At most three plans, or
 * O(trees) where all are listed; ties as in {@link bestEdit}.
 */
export function searchEdits(
  view: PlanView,
  { current, request, price }: EditSearch,
  fresh: NetworkPlan | undefined,
): FoundEdit | undefined {
  const scene = sceneOf(view.topology, view.ledger, view.linkState, request);
  const ends = resolveEnds(scene);
  if (ends.isErr()) return undefined;
  const edit = editScene(scene, ends.value, current, price);
  const planned = [fresh, grown(edit), repriced(edit)].flatMap((plan) => {
    return plan === undefined ? [] : [linksOf(edit, plan)];
  });
  if (planned.length === 0) return undefined;
  const { trees, isComplete } = listed(edit);
  const others = isComplete ? trees : [...planned, ...planned.map((links) => healed(edit, links))];
  const edits = others.flatMap((links) => editTree(edit, links) ?? []);
  const best = bestEdit(edits);
  if (best === undefined) return undefined;
  // A path that is planned is a cheapest one.
  const isExact = isComplete || (fresh !== undefined && ends.value.terminals.size <= 2);
  const cheapest = Math.min(...edits.map(({ cost }) => cost));
  return { edit, best, cheapest, bound: isExact ? cheapest : lowerBound(edit) };
}

/** The present tree, cut and grown to the endpoints asked for; nothing if it can no longer be. */
function grown({ scene, present, base }: EditScene): NetworkPlan | undefined {
  if (!base.every((link) => scene.availability.isUsable(link))) return undefined;
  const keep = base.flatMap((link) => {
    const label = present.labels.get(link);
    return label === undefined ? [] : [{ link: linkIdOf(scene.graph, link), label }];
  });
  return attemptWith(scene, { keep });
}

/** A plan for which the links to keep cost less by the price. */
function repriced({ scene, base, price }: EditScene): NetworkPlan | undefined {
  const kept = new Set(base.map((link) => linkIdOf(scene.graph, link)));
  const { reprice } = scene.request;
  return attemptWith(scene, {
    reprice: (link, plain) => {
      const cost = reprice?.(link, plain) ?? plain;
      return kept.has(link) ? repricedCost(cost, price) : cost;
    },
  });
}

function attemptWith(
  { topology, ledger, linkState, request }: EditScene["scene"],
  change: Partial<PlanRequest>,
): NetworkPlan | undefined {
  return attempt(sceneOf(topology, ledger, linkState, { ...request, ...change })).unwrapOr(
    undefined,
  );
}

function linksOf({ scene }: EditScene, plan: NetworkPlan): readonly number[] {
  return plan.links.flatMap(({ link }) => scene.graph.linkOf.get(link) ?? []);
}

/** The tree `links` with all links to keep that are worth it, each for the dearest on its cycle. */
function healed({ scene, ends, base, price }: EditScene, links: readonly number[]): number[] {
  const { graph, availability } = scene;
  const kept = new Set(base);
  const weight = (arc: number): number => {
    const cost = availability.cost(arc >> 1);
    return kept.has(arc >> 1) ? repricedCost(cost, price) : cost;
  };
  const worth = base.filter((link) => availability.isUsable(link) && weight(2 * link) === 0);
  const forest = spanningForest({ graph, weight }, links, worth);
  return [...pruned(graph, forest, (node) => ends.terminals.has(node))];
}

/** What a link to keep costs where the price of losing it is taken off, as far as that can be. */
function repricedCost(cost: number, price: number): number {
  return Math.max(0, cost - price);
}

/** All trees, where the links are few. */
function listed({ scene, ends }: EditScene): {
  readonly trees: readonly (readonly number[])[];
  readonly isComplete: boolean;
} {
  const { graph, request } = scene;
  const weight = weightAbove(scene, () => true, leastLoad(request, ends.rates));
  const isOpen = (link: number): boolean => weight(2 * link) < Number.POSITIVE_INFINITY;
  const open = [...graph.arcs].filter((arc) => (arc & 1) === 0 && isOpen(arc >> 1));
  if (open.length > MAX_LISTED_LINKS || includesSome(request)) {
    return { trees: [], isComplete: false };
  }
  const listing = allTrees({ graph, terminals: [...ends.terminals.keys()], kept: [], isOpen });
  const trees: (readonly number[])[] = [];
  let next = listing.next();
  for (; next.done !== true; next = listing.next()) trees.push(next.value);
  return { trees, isComplete: next.value };
}

/** Whether the tree must pass something; not all such trees are listed. */
function includesSome({ include }: PlanRequest): boolean {
  return (include?.links?.size ?? 0) + (include?.nodes?.size ?? 0) > 0;
}

/** What no tree costs less than: a bound of Steiner trees whose links reserve the least that any can. */
function lowerBound({ scene, ends }: EditScene): number {
  const { graph, request } = scene;
  const terminals = [...ends.terminals.keys()];
  const least = leastLoad(request, ends.rates);
  const weight = weightAbove(scene, () => true, least);
  const bound = steinerWithBound({ graph, terminals, kept: [], weight })?.lowerBound ?? 0;
  const most = mostReserved(scene, ends);
  const isFlooded = request.delivery === "flood" && request.sharing === "hose";
  return most === 0 || isFlooded ? bound : (bound * 2 * least) / most;
}
