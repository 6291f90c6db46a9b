import { err, ok, type Result, ResultAsync } from "neverthrow";
import type { CtrlPlaneTopology } from "./ctrl-plane.ts";
import type { PathInfo } from "./path-info.ts";
import type { IdcpRefusal } from "./refusal.ts";

/** What is asked of a reservation. Seconds since the epoch, Mbit/s. */
export interface ReservationDemand {
  readonly description: string;
  readonly startTime: number;
  readonly endTime: number;
  readonly mbps: number;
  readonly pathInfo: PathInfo;
}

/** A reservation as its server shows it. */
export interface ReservationReport {
  /** Its name, the global reservation id. */
  readonly gri: string;
  readonly description: string;
  /** A word of the server's; versions have different ones. */
  readonly status: string;
  /** Mbit/s: what it has or, where it has nothing yet, what was asked for. */
  readonly mbps: number;
  /** Seconds since the epoch, the same way. */
  readonly startTime: number;
  readonly endTime: number;
  /** At its source and its destination, as far as the server says: `500`, `any`, `100-200`, `0` untagged. */
  readonly labels: readonly (string | undefined)[];
  /** Why it failed, where the server says so. */
  readonly reason?: string;
}

/**
 * What is asked of an IDCP server, in whichever version. Every operation goes on after it is answered:
 * `query` tells what came of it.
 */
export interface IdcpRequests {
  /** Gives the reservation's name. */
  create(demand: ReservationDemand, signal: AbortSignal): ResultAsync<string, IdcpRefusal>;
  modify(
    gri: string,
    demand: ReservationDemand & { /** It has begun. */ readonly keepsStart: boolean },
    signal: AbortSignal,
  ): ResultAsync<void, IdcpRefusal>;
  cancel(gri: string, signal: AbortSignal): ResultAsync<void, IdcpRefusal>;
  query(gri: string, signal: AbortSignal): ResultAsync<ReservationReport, IdcpRefusal>;
  /** All reservations of ours, ended ones too, whose description has this in it. */
  list(
    description: string,
    signal: AbortSignal,
  ): ResultAsync<readonly ReservationReport[], IdcpRefusal>;
  createPath(gri: string, signal: AbortSignal): ResultAsync<void, IdcpRefusal>;
  teardownPath(gri: string, signal: AbortSignal): ResultAsync<void, IdcpRefusal>;
  /** The inventory; few servers tell. */
  topology(signal: AbortSignal): ResultAsync<CtrlPlaneTopology, IdcpRefusal>;
}

/** A part of a list. */
export interface Page {
  readonly resRequested: number;
  readonly resOffset: number;
}

/** OSCARS 0.6 gives no more than this unless it is asked for more, and does not say that there are more. */
const PAGE_SIZE = 100;
const MAX_PAGES = 1_000;

/** Asks for page after page until one is not full. What shows on two pages counts once. */
export function allPages(
  ask: (page: Page) => ResultAsync<readonly ReservationReport[], IdcpRefusal>,
): ResultAsync<readonly ReservationReport[], IdcpRefusal> {
  return new ResultAsync(turnPages(ask));
}

async function turnPages(
  ask: (page: Page) => ResultAsync<readonly ReservationReport[], IdcpRefusal>,
): Promise<Result<readonly ReservationReport[], IdcpRefusal>> {
  const found = new Map<string, ReservationReport>();
  for (let at = 0; at < MAX_PAGES; at += 1) {
    const page = await ask({ resRequested: PAGE_SIZE, resOffset: at * PAGE_SIZE });
    if (page.isErr()) return err(page.error);
    const before = found.size;
    for (const each of page.value) found.set(each.gri, each);
    // A server that knows no pages gives everything, or the same, every time.
    if (page.value.length !== PAGE_SIZE || found.size === before) break;
  }
  return ok([...found.values()]);
}
