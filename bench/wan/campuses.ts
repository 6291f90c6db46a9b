import { type Clock, DcnsAgent, MemoryDriver, systemClock } from "dcns";
import { MemoryHttp } from "dcns/testing";
import { campusTopology, hostAt } from "../../test/support/campuses.ts";
import { type Dialect, simulatedWan } from "../../test/support/simulated-wan.ts";
import { value } from "../support/value.ts";

const campuses = ["west", "east"];

/** Between two looks how a circuit fares. */
const POLL_MS = 250;

/** The server's clock: a process does not go on for what is still to expire there. */
const unwaited: Clock = {
  ...systemClock,
  setTimeout: (callback, ms) => {
    const timer = setTimeout(callback, ms).unref();
    return () => clearTimeout(timer);
  },
  clearTimeout: (handle) => {
    if (typeof handle === "function") handle();
  },
};

/** One host on each side. */
export const bothSides: readonly string[] = campuses.map(hostAt);

/**
 * Two campuses of one switch each, held in memory, and a simulated server of a dialect between them,
 * which takes so long for each step; where it tells nothing, it is asked every {@link POLL_MS}.
 */
export async function startCampuses(dialect: Dialect, delayMs: number): Promise<DcnsAgent> {
  const http = new MemoryHttp(systemClock);
  const wan = simulatedWan(dialect, {
    ...{ clock: unwaited, http, delayMs, leadSeconds: 0 },
    ports: campuses.map((campus) => `wan:${campus}`),
  });
  const drivers = {
    ...{ west: new MemoryDriver(), east: new MemoryDriver() },
    wan: wan.driver({ pollMs: POLL_MS }),
  };
  const topology = campusTopology({ campuses, wans: ["wan"] });
  return value(await DcnsAgent.start({ topology, drivers }));
}
