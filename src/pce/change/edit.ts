import { err, ok, type Result } from "neverthrow";
import type { Ledger } from "../../ledger.ts";
import { invalidRequest } from "../../model/errors.ts";
import type { LinkId } from "../../model/ids.ts";
import { invariant } from "../../model/invariant.ts";
import type { LinkLabel } from "../../model/vni.ts";
import type { Topology } from "../../topology.ts";
import type {
  LabelledLink,
  LinkState,
  NetworkPlan,
  PlanRefusal,
  PlanRequest,
} from "../plan/plan.ts";
import { buildPlan } from "../plan/plan-building.ts";
import { planNetwork } from "../plan/plan-network.ts";
import { searchEdits } from "./edit-search.ts";
import type { EditScene, EditTree } from "./edit-tree.ts";

/** A change of a network: other endpoints, other rates, other bounds. */
export interface EditQuery {
  /** What the network has today. What its holder has in the ledger counts as free. */
  readonly current: NetworkPlan;
  /** What it is to become. What to keep is decided here: `keep` does not count. */
  readonly request: PlanRequest;
  /**
   * What it is worth to leave endpoints that stay a link they use, in units of link cost, not
   * negative: 0 gives a fresh optimum, `Infinity` keeps all links that these endpoints need.
   */
  readonly price: number;
}

/** A network changed with little disturbance, and how far that is from planning it anew. */
export interface PlanEdit {
  readonly plan: NetworkPlan;
  /** Links that keep their label. */
  readonly stay: readonly LabelledLink[];
  readonly come: readonly LabelledLink[];
  /** A link that gets another label goes with the old and comes with the new one. */
  readonly go: readonly LabelledLink[];
  /** How many of the links that go lie between endpoints that stay. */
  readonly lost: number;
  /**
   * Sum over the links of their cost, each times the part that it reserves of the most that a link
   * of this network could: where all links reserve the same, the sum of their costs.
   */
  readonly cost: number;
  /** `cost` and the price of all links lost: what is made as low as possible. */
  readonly objective: number;
  readonly fresh: FreshOptimum;
}

/** What the network would be if nothing had to be kept, in the units of {@link PlanEdit.cost}. */
export interface FreshOptimum {
  /** The least cost that was found. */
  readonly cost: number;
  /** No tree costs less; 0 where nothing better is known. */
  readonly bound: number;
  /** By how much the edited tree costs more than the bound, as a part of that; `Infinity` of 0. */
  readonly gap: number;
}

/**
 * Changes a network with the least disturbance: its new tree has the lowest sum of cost and, for each
 * link that endpoints which stay use today and lose, `price`. A new branch takes nothing from them;
 * neither does cutting one that leads to endpoints which leave.
 *
 * Exact where few links could be used; how else is said at {@link searchEdits}. Of equals, the tree
 * that loses fewer links, then the cheaper, then the one of fewer and lower links. At most three plans,
 * or one tree after the other where all are compared. Pure; errors are those of {@link planNetwork},
 * and `invalid-request` for a price that is negative.
 */
export function editPlan(
  topology: Topology,
  ledger: Ledger,
  linkState: LinkState,
  query: EditQuery,
): Result<PlanEdit, PlanRefusal> {
  const { price } = query;
  if (!(price >= 0)) return err(invalidRequest(["price"], price, "must not be negative"));
  const request = { ...query.request, keep: [] };
  const fresh = planNetwork(topology, ledger, linkState, request);
  const plan = fresh.unwrapOr(undefined);
  const found = searchEdits({ topology, ledger, linkState }, { ...query, request }, plan);
  if (found === undefined) {
    invariant(fresh.isErr(), "a fresh plan is an edit too");
    return err(fresh.error);
  }
  const { best, cheapest, bound } = found;
  const excess = best.cost - bound;
  const gap = excess <= 0 ? 0 : excess / bound;
  return ok({
    ...described(query, best, found.edit),
    fresh: { cost: cheapest, bound, gap },
  });
}

function described(
  { current, request }: EditQuery,
  { labelling, cost, objective, lost }: EditTree,
  { scene: { graph } }: EditScene,
): Omit<PlanEdit, "fresh"> {
  const plan = buildPlan({ graph, ...request, traffic: request, ...labelling });
  const had = labelsOf(current);
  const has = labelsOf(plan);
  return {
    plan,
    stay: labelledLinks(plan, (link, label) => had.get(link) === label),
    come: labelledLinks(plan, (link, label) => had.get(link) !== label),
    go: labelledLinks(current, (link, label) => has.get(link) !== label),
    lost,
    cost,
    objective,
  };
}

function labelsOf({ links }: NetworkPlan): ReadonlyMap<LinkId, LinkLabel> {
  return new Map(links.map(({ link, label }) => [link, label]));
}

function labelledLinks(
  { links }: NetworkPlan,
  has: (link: LinkId, label: LinkLabel) => boolean,
): readonly LabelledLink[] {
  return links
    .filter(({ link, label }) => has(link, label))
    .map(({ link, label }) => ({ link, label }));
}
