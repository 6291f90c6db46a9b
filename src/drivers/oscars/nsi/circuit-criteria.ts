import { err, ok, type Result } from "neverthrow";
import type { Clock } from "../../../model/clock.ts";
import type { PortRef } from "../../../model/ids.ts";
import { invariant } from "../../../model/invariant.ts";
import { VlanSet } from "../../../model/vlan-set.ts";
import { blockedLabels, blockedRates } from "../blocked.ts";
import type { Circuit, CircuitEnd } from "../circuit.ts";
import { type CircuitFault, circuitFault } from "../circuit-service.ts";
import { endOf, LAST_END_S, startAhead, type Times } from "../circuit-times.ts";
import type { Criteria, PointToPoint, Schedule } from "./criteria.ts";
import { ETHERNET_SERVICE } from "./names.ts";
import type { PeerProfile } from "./peer-profile.ts";
import type { ChildSummary, Reservation } from "./reservation.ts";
import { formatStp, parseStp } from "./stp.ts";

/** The STP of a port, without its label; undefined for a port that has none. */
export type StpOf = (port: PortRef) => string | undefined;

/** How a provider is asked, by which names, and when. */
export interface Asking {
  readonly clock: Clock;
  readonly profile: PeerProfile;
  readonly stpOf: StpOf;
}

const LAST_END = LAST_END_S * 1_000;

/** Who sells nothing short may also begin nothing sooner. */
const LEAD_MS = 30_000;

/** When to ask for a circuit that begins at an instant at the earliest: some sell nothing short. */
export function timesFor(
  { start, end }: Times,
  { minimumSeconds = 0 }: PeerProfile,
  earliest: number,
): Times {
  if (end === undefined) return start === undefined ? {} : { start };
  const last = Math.max(end, Math.max(start ?? earliest, earliest) + minimumSeconds * 1_000);
  return { ...(start === undefined ? {} : { start }), end: last };
}

/** The end that is shown; undefined for what means that there is none: nothing, the epoch, or our own. */
export function endShown(end: number | null | undefined): number | undefined {
  return typeof end === "number" && end > 0 ? endOf(end / 1_000) : undefined;
}

/** What to ask for, for a circuit; with a choice of labels at its ends, where some are offered. */
export function criteriaOf(
  circuit: Circuit,
  { profile, stpOf, clock }: Asking,
  labelsOf: (end: CircuitEnd) => VlanSet = ownLabel,
): Result<Criteria, CircuitFault> {
  const { ends, mbps } = circuit;
  const [a, b, third] = ends;
  invariant(a !== undefined && b !== undefined && third === undefined, "a circuit has two ends");
  const [source, dest] = [endStp(a, stpOf, labelsOf), endStp(b, stpOf, labelsOf)];
  if (source.isErr()) return err(source.error);
  return dest.map((destSTP) => ({
    version: 1,
    schedule: scheduleFor(circuit, profile, clock.now()),
    serviceType: ETHERNET_SERVICE,
    p2ps: service(mbps, source.value, destSTP),
    parameter: [],
    others: [],
  }));
}

function scheduleFor(circuit: Circuit, profile: PeerProfile, now: number): Schedule {
  const startTime = startAhead(circuit, now);
  const earliest = startTime ?? now + LEAD_MS;
  const { end = profile.openEnd ? undefined : LAST_END } = timesFor(circuit, profile, earliest);
  return {
    ...(startTime === undefined ? {} : { startTime }),
    ...(end === undefined ? {} : { endTime: end }),
  };
}

/** The whole of another schedule: the start of what has begun stays. */
function changedSchedule(
  circuit: Circuit,
  { startTime, endTime }: Schedule = {},
  { profile, clock }: Asking,
): Schedule {
  const now = clock.now();
  const wanted = scheduleFor(circuit, profile, now);
  const isAhead = typeof startTime === "number" && startTime > now;
  const start = wanted.startTime ?? (isAhead ? now : startTime);
  const hasEnd = endShown(endTime) !== undefined;
  const noEnd = hasEnd ? (profile.nilTimes ? null : LAST_END) : undefined;
  const end = wanted.endTime ?? noEnd;
  return {
    ...(typeof start === "number" ? { startTime: start } : {}),
    ...(end === undefined ? {} : { endTime: end }),
  };
}

function endStp(end: CircuitEnd, stpOf: StpOf, labelsOf = ownLabel): Result<string, CircuitFault> {
  const stp = stpOf(end.port);
  if (stp === undefined) return err(circuitFault("rejected", `no STP is known for ${end.port}`));
  return ok(formatStp({ port: stp, ...(isUntagged(end) ? {} : { vlans: labelsOf(end) }) }));
}

/** A provider may grant less than was asked, or other labels; then it is not what was planned. */
export function asWanted(
  circuit: Circuit,
  { p2ps }: Criteria,
  stpOf: StpOf,
): Result<void, CircuitFault> {
  if (p2ps === undefined) return ok(undefined);
  if (p2ps.capacity < circuit.mbps) return err(shortOf(circuit, p2ps.capacity));
  const granted = [p2ps.sourceSTP ?? "", p2ps.destSTP ?? ""];
  const others = circuit.ends.filter(
    (end, at) => !sameStp(endStp(end, stpOf).unwrapOr(""), granted[at] ?? ""),
  );
  if (others.length === 0) return ok(undefined);
  const blocked = others.flatMap((end) => blockedLabels({ ends: [end] }));
  const message = `${granted.join(" and ")} were granted`;
  return err({ ...circuitFault("unavailable", message), blocked });
}

/** Another version in the words of the provider: always with the whole schedule, which all take. */
export function changedCriteria(
  circuit: Circuit,
  reservation: Reservation<ChildSummary> | undefined,
  asking: Asking,
): Result<Criteria, CircuitFault> {
  const { mbps } = circuit;
  const latest = latestOf(reservation?.criteria ?? []);
  if (latest === undefined) return err(circuitFault("rejected", "there is nothing to change"));
  // A circuit of that name is made anew.
  if (reservation?.connectionStates.reservationState === "ReserveFailed")
    return err(circuitFault("unsupported", "a version that was refused is in the way"));
  const base = {
    version: (latest.version ?? 0) + 1,
    schedule: changedSchedule(circuit, latest.schedule, asking),
    parameter: [],
    others: [],
  };
  switch (asking.profile.modify) {
    case "full-service":
      return criteriaOf(circuit, asking).map((criteria) => ({ ...criteria, ...base }));
    case "service-with-capacity":
      return ok({
        ...base,
        p2ps: { capacity: mbps, parameter: [], inclusion: [], exclusion: [], others: [] },
      });
    case "capacity":
    case "none":
      return ok({ ...base, capacity: mbps });
  }
}

/** The version in force: some providers show only that, others every one there has been. */
export function latestOf<T extends Criteria>(versions: readonly T[]): T | undefined {
  return [...versions].sort((a, b) => (b.version ?? 0) - (a.version ?? 0))[0];
}

function service(capacity: number, sourceSTP: string, destSTP: string): PointToPoint {
  const lists = { parameter: [], inclusion: [], exclusion: [], others: [] };
  return { capacity, directionality: "Bidirectional", sourceSTP, destSTP, ...lists };
}

function ownLabel({ tag }: CircuitEnd): VlanSet {
  return tag === "untagged" ? VlanSet.empty : VlanSet.of(tag);
}

function isUntagged({ tag }: CircuitEnd): boolean {
  return tag === "untagged";
}

function sameStp(a: string, b: string): boolean {
  const [left, right] = [parseStp(a), parseStp(b)];
  if (left.isErr() || right.isErr()) return false;
  const { port, vlans } = left.value;
  const other = right.value;
  // Some providers repeat an untagged STP with a label of their own making.
  return port === other.port && (vlans === undefined || other.vlans?.equals(vlans) === true);
}

/** A domain has granted less than was asked. */
export function shortOf(circuit: Circuit, granted: number): CircuitFault {
  const message = `${granted} Mbit/s were granted, not ${circuit.mbps}`;
  return { ...circuitFault("unavailable", message), blocked: blockedRates(circuit, granted) };
}
