import { match } from "ts-pattern";
import type { ReserveError } from "../../ledger/reserve-error.ts";
import type { Ledger } from "../../ledger.ts";
import type { Interval } from "../../model/interval.ts";
import { invariant } from "../../model/invariant.ts";
import { attempt, sceneOf } from "../plan/attempt.ts";
import type { Budget } from "../plan/budget.ts";
import { claimOf } from "../plan/edit-plan.ts";
import type { NetworkPlan } from "../plan/plan.ts";
import { requestInstead, type StandingNetwork } from "./move.ts";
import type { PlanView } from "./view.ts";

/** Networks of one priority, and those of them that are let in. */
export interface PriorityClass {
  /** In the order in which they are tried. */
  readonly networks: readonly StandingNetwork[];
  /** Of those let in, by holder. */
  readonly plans: ReadonlyMap<string, NetworkPlan>;
  /** The holders of those that had a try. */
  readonly tried: ReadonlySet<string>;
  /** Without the networks of this class and of lower ones. */
  readonly before: Ledger;
  /** With those of this class that are let in. */
  readonly after: Ledger;
}

/**
 * Lets in the networks of `from` on the ledger of `view`, one after the other: with the plan that
 * they have there, if it still fits, else with a fresh one, as long as there is time. In their order;
 * at most one plan for each. What is let in has room together.
 */
export function letIn(
  view: PlanView,
  from: Pick<PriorityClass, "networks" | "plans" | "tried">,
  budget: Budget | undefined,
): PriorityClass {
  const plans = new Map<string, NetworkPlan>();
  const tried = new Set(from.tried);
  let after = view.ledger;
  for (const network of from.networks) {
    const { holder } = network.request;
    const present = from.plans.get(holder);
    const kept = present && withPlan(after, network, present).unwrapOr(undefined);
    if (kept === undefined && budget?.isSpent()) continue;
    tried.add(holder);
    const plan = kept === undefined ? planOn({ ...view, ledger: after }, network) : present;
    if (plan === undefined) continue;
    plans.set(holder, plan);
    after = kept ?? reserved(after, network, plan);
  }
  return { networks: from.networks, plans, tried, before: view.ledger, after };
}

/**
 * Lets in one more network of the class, if the networks of the class that are in its way can be
 * planned anew around it: it gets the best tree there is without the class, and who holds something
 * of that, the biggest holder first, gives way until there is room. `undefined` if they do not all
 * fit again: then nothing has changed. One plan or two, and one for each that gives way.
 *
 * An ejection chain of one link (Glover, Ejection Chains, Reference Structures and Alternating Path Methods for
 * Traveling Salesman Problems, 1996).
 */
export function exchanged(
  view: PlanView,
  old: PriorityClass,
  network: StandingNetwork,
): PriorityClass | undefined {
  const { holder } = network.request;
  const plan =
    planOn({ ...view, ledger: old.after }, network) ??
    planOn({ ...view, ledger: old.before }, network);
  if (plan === undefined) return undefined;
  const { ledger, ejected } = madeRoom(old, network, plan);
  const again = { networks: ejected, plans: new Map(), tried: new Set<string>() };
  const rest = letIn({ ...view, ledger }, again, undefined);
  if (rest.plans.size < ejected.length) return undefined;
  const plans = new Map([...old.plans, [holder, plan] as const, ...rest.plans]);
  return { ...old, plans, tried: new Set([...old.tried, holder]), after: rest.after };
}

/** The ledger with the network in it, and the networks of the class that had to make room. */
function madeRoom(
  old: PriorityClass,
  network: StandingNetwork,
  plan: NetworkPlan,
): { readonly ledger: Ledger; readonly ejected: readonly StandingNetwork[] } {
  const gone = new Set<string>();
  let ledger = old.after;
  for (;;) {
    const result = withPlan(ledger, network, plan);
    if (result.isOk()) {
      const ejected = old.networks.filter(({ request }) => gone.has(request.holder));
      return { ledger: result.value, ejected };
    }
    const inTheWay = holdersOf(ledger, result.error, network.request.interval);
    const next = inTheWay.find((holder) => old.plans.has(holder));
    invariant(next !== undefined, "there is room where nobody of the class is");
    gone.add(next);
    ledger = ledger.release(next);
  }
}

/** Who holds what was asked for. */
function holdersOf(ledger: Ledger, error: ReserveError, interval: Interval): readonly string[] {
  return match(error)
    .with({ type: "over-commit" }, ({ channel }) =>
      ledger.holders(channel, interval).map(({ holder }) => holder),
    )
    .with({ type: "label-taken" }, ({ holders }) => holders)
    .with({ type: "holder-exists" }, ({ holder }) => [holder])
    .exhaustive();
}

function planOn(view: PlanView, network: StandingNetwork): NetworkPlan | undefined {
  const { topology, ledger, linkState } = view;
  const scene = sceneOf(topology, ledger, linkState, requestInstead(network));
  return attempt(scene).unwrapOr(undefined);
}

function withPlan(
  ledger: Ledger,
  { request: { holder, interval } }: StandingNetwork,
  plan: NetworkPlan,
): ReturnType<Ledger["reserve"]> {
  return ledger.reserve(claimOf(plan, holder, interval));
}

function reserved(ledger: Ledger, network: StandingNetwork, plan: NetworkPlan): Ledger {
  const result = withPlan(ledger, network, plan);
  invariant(result.isOk(), "what is planned on a ledger can be reserved there");
  return result.value;
}
