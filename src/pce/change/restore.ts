import type { Ledger } from "../../ledger.ts";
import type { Topology } from "../../topology.ts";
import type { Budget } from "../plan/budget.ts";
import type { LinkState, NetworkPlan } from "../plan/plan.ts";
import { byHolder, type StandingNetwork } from "./move.ts";
import { exchanged, letIn, type PriorityClass } from "./priority-class.ts";
import { weightOf } from "./reservation.ts";
import type { PlanView } from "./view.ts";

/** A network that a failure has hit, and how much it matters. */
export interface HitNetwork extends StandingNetwork {
  /** Networks of a higher priority come first, whatever becomes of those of a lower one. */
  readonly priority: number;
}

/** Which networks are to be restored, and how long better ways are looked for. */
export interface RestoreQuery {
  readonly networks: readonly HitNetwork[];
  /** Asked before each network and each exchange; without it, {@link MAX_EXCHANGES} a class. */
  readonly budget?: Budget;
}

/** What becomes of networks that a failure has hit. */
export interface Restoration {
  /** In the order of their holders. */
  readonly restored: readonly { readonly holder: string; readonly plan: NetworkPlan }[];
  /** In the order of their holders. */
  readonly refused: readonly RefusedNetwork[];
  /** With what is restored; what is refused holds nothing. */
  readonly ledger: Ledger;
}

/** A network that was not restored. What is in its way `planNetwork` says, given the ledger. */
export interface RefusedNetwork {
  readonly holder: string;
  /** `not-tried`: the budget was spent before it was its turn. */
  readonly reason: "no-room" | "not-tried";
}

/** Without a budget, how many exchanges are tried in each class of one priority. */
export const MAX_EXCHANGES = 64;

/**
 * Restores networks together: as many as can be of the highest priority, then of the next.
 *
 * What all of them had is given back first: the trees are broken. Then they are planned one by one,
 * higher priorities first, of one priority those that reserved least, ties by holder. Then, class by
 * class, networks left out are let in by exchanges: the others of the class in the way are planned
 * anew around them, and that stands if all of them still fit. So within a class the number restored
 * only grows, and no class loses anything to a lower one. A lower one is filled again when one above
 * it has changed: each network keeps its plan where it still fits. At most n plans for n networks,
 * and for each exchange as many as are in the way.
 *
 * Equal arguments give equal results. A longer budget gives no worse a result: more networks in the
 * highest class in which the numbers differ. Pure but for the budget. Networks of one priority are
 * not weighed against each other otherwise: no claim that the number is the greatest possible.
 *
 * Sequential planning with ejection chains of one link ({@link exchanged}), for to choose the most networks is
 * NP-hard even on given paths.
 */
export function restoreNetworks(
  topology: Topology,
  ledger: Ledger,
  linkState: LinkState,
  { networks, budget }: RestoreQuery,
): Restoration {
  const free = networks.reduce((rest, { request }) => rest.release(request.holder), ledger);
  const view: PlanView = { topology, ledger: free, linkState };
  const none = { plans: new Map<string, NetworkPlan>(), tried: new Set<string>() };
  const groups = byPriority(topology, networks).map((some) => ({ ...none, networks: some }));
  let classes = filled(view, groups, budget);
  for (const at of groups.keys()) {
    const [present, ...lower] = classes.slice(at);
    if (present === undefined) break;
    const better = improved(view, present, budget ?? countdown(MAX_EXCHANGES));
    if (better === present) continue;
    const refilled = filled({ ...view, ledger: better.after }, lower, budget);
    classes = [...classes.slice(0, at), better, ...refilled];
  }
  return outcome(classes, classes.at(-1)?.after ?? free);
}

/** Lets in the networks of one class after the other. */
function filled(
  view: PlanView,
  classes: readonly Pick<PriorityClass, "networks" | "plans" | "tried">[],
  budget: Budget | undefined,
): readonly PriorityClass[] {
  let { ledger } = view;
  return classes.map((one) => {
    const full = letIn({ ...view, ledger }, one, budget);
    ledger = full.after;
    return full;
  });
}

/** Exchanges as long as some network more gets in, and there is time. */
function improved(view: PlanView, start: PriorityClass, budget: Budget): PriorityClass {
  let best = start;
  for (let before: PriorityClass | undefined; before !== best; ) {
    before = best;
    for (const network of best.networks) {
      if (best.plans.has(network.request.holder)) continue;
      if (budget.isSpent()) return best;
      best = exchanged(view, best, network) ?? best;
    }
  }
  return best;
}

/** Spent after it was asked so many times. */
function countdown(times: number): Budget {
  let left = times;
  return { isSpent: () => left-- <= 0 };
}

/** The networks of each priority, the highest first; of one, those that reserve least first. */
function byPriority(
  topology: Topology,
  networks: readonly HitNetwork[],
): readonly (readonly HitNetwork[])[] {
  const sized = networks.map((network) => {
    return { network, size: weightOf(topology, network.plan.links) };
  });
  sized.sort(
    ({ network: x, size: sizeX }, { network: y, size: sizeY }) =>
      y.priority - x.priority || sizeX - sizeY || byHolder(x.request, y.request),
  );
  const groups = new Map<number, HitNetwork[]>();
  for (const { network } of sized) {
    const group = groups.get(network.priority);
    if (group === undefined) groups.set(network.priority, [network]);
    else group.push(network);
  }
  return [...groups.values()];
}

function outcome(classes: readonly PriorityClass[], ledger: Ledger): Restoration {
  const restored = classes.flatMap(({ plans }) =>
    [...plans].map(([holder, plan]) => ({ holder, plan })),
  );
  const refused = classes.flatMap(({ networks, plans, tried }) =>
    networks
      .map(({ request }) => request.holder)
      .filter((holder) => !plans.has(holder))
      .map((holder): RefusedNetwork => {
        return { holder, reason: tried.has(holder) ? "no-room" : "not-tried" };
      }),
  );
  return { restored: restored.sort(byHolder), refused: refused.sort(byHolder), ledger };
}
