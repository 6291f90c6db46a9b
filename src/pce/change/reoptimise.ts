import type { Ledger } from "../../ledger.ts";
import type { Topology } from "../../topology.ts";
import type { Budget } from "../plan/budget.ts";
import type { LinkState } from "../plan/plan.ts";
import { byHolder, type Move, moved, type StandingNetwork, tryMove } from "./move.ts";
import type { PlanView } from "./view.ts";

/** Which networks may be moved, and how long better trees are looked for. */
export interface ReoptimiseQuery {
  /** Each has its plan in the ledger. */
  readonly networks: readonly StandingNetwork[];
  /** Asked before every plan. Without it, rounds end when none gains, or at {@link MAX_ROUNDS}. */
  readonly budget?: Budget;
}

/** Moves that make the networks cheaper together. */
export interface Reoptimisation {
  /** To be made one after the other. A network may be moved more than once. */
  readonly moves: readonly Move[];
  /** The sum of what the moves gain. */
  readonly gain: number;
  /** After all moves. */
  readonly ledger: Ledger;
}

/** How often all networks are gone through. */
export const MAX_ROUNDS = 8;

/**
 * Looks for networks that could have cheaper trees now, and plans their moves: each make before
 * break, with room for both trees at its turn, and with a gain. What counts is what is reserved, the
 * sum over networks and link directions of metric times bit/s; every move makes that less.
 *
 * In rounds: what every network could gain is worked out, then they are moved in the order of that,
 * ties by holder, each planned anew in the room that is there by then. Moves make room for others, so
 * rounds go on until one gains nothing. 2 n plans a round. The best single moves first (steepest
 * descent), no optimum: moves that only together gain are not found. A longer budget gives the same
 * moves and possibly more of them. Pure but for the budget. At most {@link MAX_ROUNDS} rounds.
 */
export function reoptimise(
  topology: Topology,
  ledger: Ledger,
  linkState: LinkState,
  { networks, budget }: ReoptimiseQuery,
): Reoptimisation {
  const isSpent = (): boolean => budget?.isSpent() ?? false;
  const moves: Move[] = [];
  const standing = new Map(networks.map((network) => [network.request.holder, byMetric(network)]));
  let view: PlanView = { topology, ledger, linkState };
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const before = moves.length;
    for (const holder of byGain(view, [...standing.values()], isSpent)) {
      const network = standing.get(holder);
      const move = network && !isSpent() ? gainfulMove(view, network) : undefined;
      if (network === undefined || move === undefined) continue;
      moves.push(move);
      standing.set(holder, { ...network, plan: move.to });
      view = { ...view, ledger: moved(view.ledger, move) };
    }
    if (moves.length === before) break;
  }
  return { moves, gain: moves.reduce((sum, { gain }) => sum + gain, 0), ledger: view.ledger };
}

/** What is made less are metrics, so they are what the trees are planned by. */
function byMetric({ request, plan }: StandingNetwork): StandingNetwork {
  return { request: { ...request, cost: "metric" }, plan };
}

/** The networks that would gain by a move now, those that gain most first; none if time was short. */
function byGain(
  view: PlanView,
  networks: readonly StandingNetwork[],
  isSpent: () => boolean,
): readonly string[] {
  const moves: Move[] = [];
  for (const network of networks) {
    if (isSpent()) return [];
    const move = gainfulMove(view, network);
    if (move !== undefined) moves.push(move);
  }
  moves.sort((x, y) => y.gain - x.gain || byHolder(x, y));
  return moves.map(({ holder }) => holder);
}

function gainfulMove(view: PlanView, network: StandingNetwork): Move | undefined {
  const move = tryMove(view, network);
  return move !== undefined && move.gain > 0 ? move : undefined;
}
