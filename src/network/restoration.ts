import { ok, type Result } from "neverthrow";
import type { Ledger } from "../ledger.ts";
import type { NodeId } from "../model/ids.ts";
import { VlanSet } from "../model/vlan-set.ts";
import {
  type Budget,
  type HitNetwork,
  type LabelledLink,
  type NetworkPlan,
  restoreNetworks,
} from "../pce/index.ts";
import type { Topology } from "../topology.ts";
import { reserveGrowth } from "./claims.ts";
import type { Decision, DecisionError, View } from "./decide.ts";
import { decideReprotection } from "./protected-change.ts";
import { type Realisation, wholeOf } from "./realisation.ts";
import {
  changeWithRoom,
  decideReroute,
  planRequest,
  type Wanted,
  withLabelsOnly,
} from "./reroute.ts";
import { treeNodes } from "./tree-nodes.ts";

/** A network that cannot stay as it is. */
export interface HurtNetwork {
  readonly holder: string;
  readonly current: Realisation;
}

/** A network's change, decided. */
export interface DecidedMove {
  readonly holder: string;
  readonly decision: Decision;
}

/** What is to be done for networks that are hurt, together. */
export interface DecidedRestoration {
  /** To be begun now, all at once: there is room for all of them beside what is held. */
  readonly moves: readonly DecidedMove[];
  /** Holders of networks for which there will be room when those have moved. */
  readonly waiting: readonly string[];
  /** Holders of networks that were not looked at, for the time was up. */
  readonly notTried: readonly string[];
}

/**
 * Decides other trees for networks that are to keep their tags, their endpoints and their rates,
 * because the fabric has changed under them: together, by priority (see `restoreNetworks`), of one
 * priority those first that need least.
 *
 * Each keeps its old tree until it has moved. So some may have to wait until others have left theirs;
 * if that is so of all, who has the highest priority looks for a way beside everything. Networks with a
 * second way come last, each by itself, for most of them still carry frames.
 */
export function decideRestoration(
  view: View,
  hurt: readonly HurtNetwork[],
  budget: Budget,
): DecidedRestoration {
  const [single, paired] = [false, true].map((isPaired) =>
    byPriority(hurt).filter(({ current }) => (current.spec.protection === "disjoint") === isPaired),
  );
  const alone = decideTogether(view, single ?? [], budget);
  if (paired === undefined || paired.length === 0) return alone;
  const ledger = ledgerWith(view.ledger, alone.moves);
  const repaired = begun({ ...view, ledger }, paired, (on, one) =>
    budget.isSpent() ? undefined : decideRestorationOf({ ...view, ledger: on }, one),
  );
  const isSpent = paired.length > 0 && budget.isSpent();
  const moving = new Set(repaired.map(({ holder }) => holder));
  const left = paired.map(({ holder }) => holder).filter((holder) => !moving.has(holder));
  return {
    moves: [...alone.moves, ...repaired],
    waiting: alone.waiting,
    notTried: [...alone.notTried, ...(isSpent ? left : [])],
  };
}

/** The ledger with what the moves need while they are made. */
function ledgerWith(ledger: Ledger, moves: readonly DecidedMove[]): Ledger {
  return moves.reduce((on, { decision }) => reserveGrowth(on, decision.claim).unwrapOr(on), ledger);
}

/** Those that have no second way. */
function decideTogether(
  view: View,
  hurt: readonly HurtNetwork[],
  budget: Budget,
): DecidedRestoration {
  const freed = hurt.reduce(
    (ledger, { holder, current }) => withLabelsOnly(ledger, holder, current),
    view.ledger,
  );
  const networks = hurt.flatMap((one) => hitNetwork(view, one));
  const { topology, linkState } = view;
  const restored = restoreNetworks(topology, freed, linkState, { networks, budget });
  const plans = new Map(restored.restored.map(({ holder, plan }) => [holder, plan]));
  const able = hurt.filter(({ holder }) => plans.has(holder));
  const together = begun(view, able, (_ledger, one) => {
    const plan = plans.get(one.holder);
    return plan === undefined ? undefined : ok(restorationTo(view, one, plan));
  });
  const moves =
    together.length > 0
      ? together
      : begun(view, able, (ledger, one) =>
          budget.isSpent() ? undefined : decideRestorationOf({ ...view, ledger }, one),
        );
  const moving = new Set(moves.map(({ holder }) => holder));
  return {
    moves,
    waiting: able.map(({ holder }) => holder).filter((holder) => !moving.has(holder)),
    notTried: restored.refused.flatMap(({ holder, reason }) =>
      reason === "not-tried" ? [holder] : [],
    ),
  };
}

/** Decides another tree for one network beside everything that is held, its own tree included. */
export function decideRestorationOf(
  view: View,
  { holder, current }: HurtNetwork,
): Result<Decision, DecisionError> {
  const decided =
    current.spec.protection === "disjoint"
      ? decideReprotection(view, holder, current)
      : decideReroute(view, holder, current, wantedAgain(current));
  return decided.map((decision) => asRestoration(view, current, decision));
}

/** Those whose change is free on what the changes of the ones before leave. */
function begun(
  { ledger: start }: View,
  networks: readonly HurtNetwork[],
  decide: (ledger: Ledger, one: HurtNetwork) => Result<Decision, DecisionError> | undefined,
): readonly DecidedMove[] {
  let ledger = start;
  const moves: DecidedMove[] = [];
  for (const one of networks) {
    const decided = decide(ledger, one);
    if (decided === undefined || decided.isErr()) continue;
    const decision = decided.value;
    const growth = reserveGrowth(ledger, decision.claim);
    if (growth.isErr()) continue;
    ledger = growth.value;
    moves.push({ holder: one.holder, decision });
  }
  return moves;
}

function restorationTo(view: View, { holder, current }: HurtNetwork, plan: NetworkPlan): Decision {
  const target = { generation: current.generation + 1, spec: current.spec, plan };
  const change = { target, mode: "reroute" as const };
  return asRestoration(view, current, changeWithRoom(view.topology, holder, current, change));
}

/**
 * The old tree is held meanwhile, and where a node of it alone is out of reach, until that has been
 * seen clean. A path that is broken carries nothing that would have to arrive before it is cleared.
 */
function asRestoration(view: View, current: Realisation, decision: Decision): Decision {
  const { topology, linkState } = view;
  const isDown = ({ link }: LabelledLink): boolean =>
    topology.links.has(link) && !linkState.isUp(link);
  const isBroken =
    current.plan.links.some(isDown) &&
    (current.backup === undefined || current.backup.links.some(isDown));
  return {
    ...decision,
    mode: isBroken && current.plan.endpoints.length === 2 ? "replace" : decision.mode,
    mayLag: leftBehind(topology, wholeOf(current), wholeOf(decision.target)),
  };
}

function leftBehind(topology: Topology, old: NetworkPlan, next: NetworkPlan): ReadonlySet<NodeId> {
  const needed = treeNodes(topology, next);
  return new Set([...treeNodes(topology, old)].filter((node) => !needed.has(node)));
}

function wantedAgain({ spec, plan }: Realisation): Wanted {
  return { spec, vlans: VlanSet.of(plan.vlan) };
}

/** As the planner knows it; nothing, if it has an endpoint that is not there any more. */
function hitNetwork(view: View, { holder, current }: HurtNetwork): readonly HitNetwork[] {
  return planRequest(view, holder, wantedAgain(current)).match(
    (request) => [{ request, plan: current.plan, priority: current.spec.priority }],
    () => [],
  );
}

/** The highest first, the others as they are. */
function byPriority(hurt: readonly HurtNetwork[]): readonly HurtNetwork[] {
  return [...hurt].sort((x, y) => y.current.spec.priority - x.current.spec.priority);
}
