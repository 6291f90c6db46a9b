import type { Ledger } from "../../ledger.ts";
import { invariant } from "../../model/invariant.ts";
import type { Topology } from "../../topology.ts";
import type { LinkState, PlanRefusal } from "../plan/plan.ts";
import { planNetwork } from "../plan/plan-network.ts";
import { endpointsOn, excluding, type Failure, isHitBy } from "./failure.ts";
import {
  byHolder,
  type Move,
  moved,
  planMove,
  requestInstead,
  type StandingNetwork,
} from "./move.ts";
import { weightOf } from "./reservation.ts";
import type { PlanView } from "./view.ts";

/** What is to be emptied, and which networks there are. */
export interface DrainQuery {
  readonly target: Failure;
  /** All networks that might use the target; each has its plan in the ledger. */
  readonly networks: readonly StandingNetwork[];
}

/** How to empty something, as far as that can be done. */
export interface DrainPlan {
  /** To be made one after the other. */
  readonly moves: readonly Move[];
  /** The networks that stay on the target, in the order of their holders. */
  readonly stuck: readonly StuckNetwork[];
  /** After all moves. */
  readonly ledger: Ledger;
}

/** A network that cannot leave the target. */
export interface StuckNetwork {
  readonly holder: string;
  readonly why: StuckReason;
}

export type StuckReason =
  /** These endpoints are on the node itself. */
  | { readonly reason: "endpoints"; readonly hostPorts: readonly string[] }
  /** There is a tree without the target, but no room for it while the present one stands. */
  | { readonly reason: "no-room-beside"; readonly refusal: PlanRefusal }
  /** There is no tree without the target. */
  | { readonly reason: "no-tree"; readonly refusal: PlanRefusal };

/**
 * Plans how to empty a link, a node or a shared risk link group: a sequence of moves, each of which
 * has room at its turn while both its trees stand, and says which networks cannot be moved, and why.
 *
 * Networks that reserve most are tried first, ties by holder; as long as some could be moved, the
 * others are tried again in the room these have left. No network is moved that does not use the
 * target. In O(n^2) plans for n networks on it, O(n) where there is room for all. Pure.
 *
 * Greedy, from no paper: every move is sound, and in the end no network that stays could be moved by itself; that as
 * many as possible are moved is not claimed.
 */
export function planDrain(
  topology: Topology,
  ledger: Ledger,
  linkState: LinkState,
  { target, networks }: DrainQuery,
): DrainPlan {
  let waiting = networks
    .filter(({ plan }) => isHitBy(topology, plan, target))
    .map((network) => avoiding(network, target))
    .sort((x, y) => order(topology, x, y));
  const moves: Move[] = [];
  let view: PlanView = { topology, ledger, linkState };
  for (let before = -1; before < moves.length; ) {
    before = moves.length;
    const left: StandingNetwork[] = [];
    for (const network of waiting) {
      const move = canLeave(network, target) ? planMove(view, network) : undefined;
      if (move?.isOk()) {
        moves.push(move.value);
        view = { ...view, ledger: moved(view.ledger, move.value) };
      } else left.push(network);
    }
    waiting = left;
  }
  const stuck = waiting.map((network) => explained(view, network, target));
  return { moves, stuck: stuck.sort(byHolder), ledger: view.ledger };
}

function avoiding({ request, plan }: StandingNetwork, target: Failure): StandingNetwork {
  return { request: { ...request, exclude: excluding(target, request.exclude) }, plan };
}

function canLeave({ plan }: StandingNetwork, target: Failure): boolean {
  return endpointsOn(plan, target).length === 0;
}

function explained(view: PlanView, network: StandingNetwork, target: Failure): StuckNetwork {
  const { holder } = network.request;
  const hostPorts = endpointsOn(network.plan, target);
  if (hostPorts.length > 0) return { holder, why: { reason: "endpoints", hostPorts } };
  const beside = planMove(view, network);
  invariant(beside.isErr(), "what could move has moved");
  const { topology, ledger, linkState } = view;
  const instead = planNetwork(topology, ledger, linkState, requestInstead(network));
  const why: StuckReason = instead.match(
    () => ({ reason: "no-room-beside", refusal: beside.error }),
    (refusal) => ({ reason: "no-tree", refusal }),
  );
  return { holder, why };
}

function order(topology: Topology, x: StandingNetwork, y: StandingNetwork): number {
  const more = weightOf(topology, y.plan.links) - weightOf(topology, x.plan.links);
  return more !== 0 ? more : byHolder(x.request, y.request);
}
