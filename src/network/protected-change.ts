import { err, ok, type Result } from "neverthrow";
import { VlanSet } from "../model/vlan-set.ts";
import type { NetworkPlan } from "../pce/index.ts";
import type { Decision, DecisionError, View } from "./decide.ts";
import {
  onBackup,
  type ProtectedPath,
  planBackup,
  planProtectedPath,
  readyForReturn,
  reratedBackup,
} from "./protected-path.ts";
import { decideTreeAgain, isToHaveBypasses } from "./protected-tree.ts";
import type { Realisation } from "./realisation.ts";
import { changeTo, decideBeside, planWanted, type Wanted } from "./reroute.ts";
import type { NetworkSpec } from "./spec.ts";
import { stands } from "./standing.ts";

/**
 * Decides how a network with a backup becomes what is wanted: with other rates and tags on the paths
 * that it has, where that will do, else on another pair beside them.
 */
export function decideProtected(
  view: View,
  holder: string,
  current: Realisation,
  wanted: Wanted,
): Result<Decision, DecisionError> {
  const anew = (): Result<Decision, DecisionError> => decidePair(view, holder, current, wanted);
  const { backup } = current;
  const isAsRecorded = stands(view.topology, current) && !view.unsettled?.has(holder);
  const isOfTheSame = hostPortsOf(wanted.spec) === hostPortsOf(current.spec);
  if (!isAsRecorded || !isOfTheSame || backup === undefined) return anew();
  const keep = current.plan.links.map(({ link, label }) => ({ link, label }));
  return planWanted(view, holder, wanted, keep)
    .andThen((kept): Result<Decision, DecisionError> => {
      const plan = readyForReturn(kept);
      const path = { plan, backup: reratedBackup(backup, plan) };
      const target = realisationOf(current, wanted, path);
      return stands(view.topology, target)
        ? changeTo(view, holder, current, { target, mode: "in-place" })
        : anew();
    })
    .orElse((lacking) => anew().map((decision) => ({ ...decision, keptTreeLacks: lacking })));
}

/**
 * Decides how a protected network is made whole again after a failure. What works goes on working:
 * the path that carries the frames now stays, and gets another to fail over to; if there is none, a
 * new pair takes the place of both; and if there is none either, the network leaves the path that has
 * failed, so that nothing goes back to it unasked, and is without protection for now.
 */
export function decideReprotection(
  view: View,
  holder: string,
  current: Realisation,
): Result<Decision, DecisionError> {
  if (isToHaveBypasses(current.spec)) return decideTreeAgain(view, holder, current);
  const wanted: Wanted = { spec: current.spec, vlans: VlanSet.of(current.plan.vlan) };
  const beside = (
    plan: (on: View) => Result<ProtectedPath, DecisionError>,
  ): Result<Decision, DecisionError> =>
    decideBeside(view, holder, current, (ledger) =>
      plan({ ...view, ledger }).map((path) => realisationOf(current, wanted, path)),
    );
  const pair = (): Result<Decision, DecisionError> => decidePair(view, holder, current, wanted);
  const working = carrying(view, current);
  if (working === undefined) {
    return pair().orElse(() =>
      beside((on) => planWanted(on, holder, wanted).map((plan) => ({ plan }))),
    );
  }
  return beside((on) => planBackup(on, holder, wanted, working))
    .orElse(pair)
    .orElse((error) =>
      working === current.plan ? err(error) : beside(() => ok({ plan: working })),
    );
}

function decidePair(
  view: View,
  holder: string,
  current: Realisation,
  wanted: Wanted,
): Result<Decision, DecisionError> {
  return decideBeside(view, holder, current, (ledger) =>
    planProtectedPath({ ...view, ledger }, holder, wanted).map((path) =>
      realisationOf(current, wanted, path),
    ),
  );
}

/** The plan of the path that carries frames now, whether it is the working path or the backup's. */
function carrying(view: View, current: Realisation): NetworkPlan | undefined {
  const { plan, backup } = current;
  const works = (path: NetworkPlan): boolean =>
    path.links.every(({ link }) => view.linkState.isUp(link)) &&
    stands(view.topology, { generation: current.generation, spec: current.spec, plan: path });
  if (works(plan)) return plan;
  const spare = backup === undefined ? undefined : onBackup(view.topology, current, backup);
  return spare !== undefined && works(spare) ? spare : undefined;
}

function realisationOf(
  { generation }: Realisation,
  { spec }: Wanted,
  path: ProtectedPath,
): Realisation {
  return { generation: generation + 1, spec, ...path };
}

function hostPortsOf({ endpoints }: NetworkSpec): string {
  return endpoints.map(({ hostPort }) => hostPort).join();
}
