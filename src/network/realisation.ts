import { bandwidth } from "../model/bandwidth.ts";
import type { Bypasses, LabelledLink, NetworkPlan, PlannedLink } from "../pce/index.ts";
import type { NetworkSpec } from "./spec.ts";

/**
 * What takes over between two endpoints where the plan's path is broken, laid in advance.
 *
 * The node before a dead link sends frames back the way they came, under other labels; the end that
 * they come back to sends them along another path, as it does by itself when it is its own link that
 * is dead (crankback; Sgambelluri et al., OpenFlow-based segment protection in Ethernet networks, 2013).
 */
export interface Backup {
  /** The other path: no link, no node between the ends and no risk is the plan's too. */
  readonly links: readonly PlannedLink[];
  /** The plan's links with the labels of frames that come back; none where it has one link only. */
  readonly returning: readonly LabelledLink[];
}

/** One way in which a network was, is or will be carried out: what was asked, and what was computed. */
export interface Realisation {
  /** Counts from 1; every change of the network makes the next. */
  readonly generation: number;
  readonly spec: NetworkSpec;
  readonly plan: NetworkPlan;
  /** Only where the network asked to be protected, and has two endpoints. */
  readonly backup?: Backup;
  /** Only where the network asked to be protected, and has more. */
  readonly bypasses?: Bypasses;
}

/** What a realisation reserves and uses: its plan with all its links, those of its backup included. */
export function wholeOf({
  plan,
  backup,
  bypasses,
}: Pick<Realisation, "plan" | "backup" | "bypasses">): NetworkPlan {
  if (bypasses !== undefined) return { ...plan, links: [...plan.links, ...bypasses.links] };
  if (backup === undefined) return plan;
  // What comes back was going to cross the same links the other way, and does not.
  const returning = backup.returning.map((one) => ({
    ...one,
    forward: NOTHING,
    backward: NOTHING,
  }));
  return { ...plan, links: [...plan.links, ...backup.links, ...returning] };
}

/** The links of what stands by; undefined where there is nothing of the kind. */
export function standbyOf({
  backup,
  bypasses,
}: Pick<Realisation, "backup" | "bypasses">): readonly PlannedLink[] | undefined {
  return bypasses?.links ?? backup?.links;
}

/** Whether a realisation should have something to fail over to and has not. */
export function lacksBackup({ spec, plan, backup, bypasses }: Realisation): boolean {
  if (spec.protection !== "disjoint" || plan.links.length === 0) return false;
  return backup === undefined && bypasses === undefined;
}

const NOTHING = bandwidth(0);
