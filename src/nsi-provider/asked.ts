import { err, type Result } from "neverthrow";
import type { Refusal } from "../drivers/oscars/nsi/answer.ts";
import type { Criteria, PointToPoint } from "../drivers/oscars/nsi/criteria.ts";
import { ETHERNET_SERVICE, POINT_TO_POINT } from "../drivers/oscars/nsi/names.ts";
import { parseStp } from "../drivers/oscars/nsi/stp.ts";
import type { Connection, Version } from "./connection.ts";
import type { NsiAsked } from "./options.ts";
import { askedEnd, type OfferedStp } from "./stps.ts";

/** What was asked for, and the version that it would be. */
export interface Wanted {
  readonly asked: NsiAsked;
  readonly version: Version;
}

/** How the service has been named over the years; OpenNSA writes that of 2013/07, and the last. */
const ETHERNET =
  /^http:\/\/services\.ogf\.org\/nsi\/\d{4}\/\d{2}\/(descriptions|definitions)\/EVTS\.A-GOLE$/;
const POINT_TO_POINT_SERVICE = `{${POINT_TO_POINT}}p2ps`;
const MAX_CAPACITY = Math.floor(Number.MAX_SAFE_INTEGER / 1_000_000);

/** Reads the criteria of a new connection. What is asked and cannot be given is refused, not left out. */
export function wantedAnew(
  criteria: Criteria,
  offered: ReadonlyMap<string, OfferedStp>,
  now: number,
): Result<Wanted, Refusal> {
  const { p2ps, serviceType } = criteria;
  if (p2ps?.sourceSTP === undefined || p2ps.destSTP === undefined)
    return err({ errorId: "00101", text: "two STPs are needed" });
  const { sourceSTP: source, destSTP: dest, capacity } = p2ps;
  const fault =
    otherService(criteria) ??
    unsupported(criteria, p2ps) ??
    scheduleFault(criteria, now) ??
    tooMuch(capacity);
  if (fault !== undefined) return err(fault);
  return askedEnd(offered, source).andThen((a) =>
    askedEnd(offered, dest).map((b) => {
      const times = timesOf(criteria);
      return {
        asked: { capacity, ends: [a, b], ...times },
        version: {
          ...{ version: criteria.version ?? 0, capacity, source, dest, ...times },
          ...(serviceType === undefined ? {} : { serviceType }),
        },
      };
    }),
  );
}

/** Reads another version of a connection: its capacity and its end may change, where it goes may not. */
export function wantedChange(
  criteria: Criteria,
  { committed }: Connection,
  offered: ReadonlyMap<string, OfferedStp>,
  now: number,
): Result<Wanted, Refusal> {
  if (committed === undefined)
    return err({ errorId: "00201", text: "nothing is committed that could change" });
  const { p2ps, schedule } = criteria;
  const moved = movedAway(criteria, committed);
  if (moved !== undefined) return err(moved);
  const version = criteria.version ?? committed.version + 1;
  if (version <= committed.version)
    return err({ errorId: "00100", text: `version ${committed.version} is committed already` });
  const { endTime: before, ...rest } = committed;
  const endTime = schedule?.endTime === undefined ? before : (schedule.endTime ?? undefined);
  const capacity = criteria.capacity ?? p2ps?.capacity ?? committed.capacity;
  const next: Version = {
    ...rest,
    version,
    capacity,
    ...(endTime === undefined ? {} : { endTime }),
  };
  const fault =
    otherService(criteria) ??
    (p2ps === undefined ? undefined : unsupported(criteria, p2ps)) ??
    scheduleFault({ ...criteria, schedule: timesOf({ ...criteria, schedule: next }) }, now) ??
    tooMuch(capacity);
  if (fault !== undefined) return err(fault);
  return askedEnd(offered, committed.source).andThen((a) =>
    askedEnd(offered, committed.dest).map((b) => ({
      asked: { capacity, ends: [a, b], ...timesOf({ ...criteria, schedule: next }) },
      version: next,
    })),
  );
}

function movedAway({ p2ps, schedule }: Criteria, committed: Version): Refusal | undefined {
  const { sourceSTP = committed.source, destSTP = committed.dest } = p2ps ?? {};
  if (!isStill(sourceSTP, committed.source) || !isStill(destSTP, committed.dest))
    return { errorId: "00102", text: "the ends of a connection cannot change" };
  const start = schedule?.startTime;
  if (typeof start === "number" && start !== committed.startTime)
    return { errorId: "00102", text: "the start of a connection cannot change" };
  return undefined;
}

/** Whether an STP is the one that was granted, which had one of the labels that it names, if any. */
function isStill(text: string, granted: string): boolean {
  const [asked, has] = [parseStp(text), parseStp(granted)];
  if (asked.isErr() || has.isErr() || asked.value.port !== has.value.port) return false;
  const { vlans } = asked.value;
  return vlans === undefined || (has.value.vlans !== undefined && vlans.includes(has.value.vlans));
}

/** What is no Ethernet service may have other units, and other labels. Absent, it is the one that there is. */
function otherService({ serviceType = ETHERNET_SERVICE }: Criteria): Refusal | undefined {
  if (ETHERNET.test(serviceType) || serviceType === POINT_TO_POINT_SERVICE) return undefined;
  return { errorId: "00102", text: `the service is ${ETHERNET_SERVICE}, and no other` };
}

function unsupported({ parameter }: Criteria, service: PointToPoint): Refusal | undefined {
  if (service.directionality === "Unidirectional")
    return { errorId: "00706", text: "connections go both ways" };
  const { ero = [], inclusion, exclusion } = service;
  if (ero.length > 0) return { errorId: "00707", text: "no path can be prescribed" };
  if (inclusion.length + exclusion.length + service.parameter.length + parameter.length > 0)
    return { errorId: "00102", text: "parameters, inclusions and exclusions are not supported" };
  return undefined;
}

function tooMuch(capacity: number): Refusal | undefined {
  if (capacity >= 1 && capacity <= MAX_CAPACITY) return undefined;
  return { errorId: "00705", text: `${capacity} Mbit/s cannot be had` };
}

function scheduleFault(criteria: Criteria, now: number): Refusal | undefined {
  const { startTime, endTime } = timesOf(criteria);
  if (endTime === undefined || endTime > Math.max(startTime ?? now, now)) return undefined;
  return { errorId: "00100", text: "the end must be in the future, and after the start" };
}

function timesOf({ schedule }: Criteria): { startTime?: number; endTime?: number } {
  const { startTime, endTime } = schedule ?? {};
  return {
    ...(typeof startTime === "number" ? { startTime } : {}),
    ...(typeof endTime === "number" ? { endTime } : {}),
  };
}
