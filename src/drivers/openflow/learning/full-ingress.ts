import { type Clock, steadyMs } from "../../../model/clock.ts";
import type { NetworkNumber, PortRef } from "../../../model/ids.ts";
import type { ForwardingRule } from "../../../model/segment.ts";
import { learnedCookie } from "../compile/cookie.ts";
import type { FlowStats } from "../wire/flow.ts";
import { OncePer } from "./once-per.ts";

/** Where as many addresses of a network are known as may be. */
export interface FullIngress {
  readonly network: NetworkNumber;
  readonly port: PortRef;
  /** How many that is. */
  readonly limit: number;
}

/** How many entries a switch has learned under each cookie. */
export type LearnedCounts = ReadonlyMap<bigint, number>;

/** Counts the entries of the table that the switch itself fills. */
export function countLearned(flows: readonly FlowStats[], table: number): LearnedCounts {
  const counts = new Map<bigint, number>();
  for (const flow of flows) {
    if (flow.table === table) counts.set(flow.cookie, 1 + (counts.get(flow.cookie) ?? 0));
  }
  return counts;
}

/** Where a network is known to have as many addresses as it may, by what the switch has learned. */
export function fullIngresses(
  counts: LearnedCounts,
  network: NetworkNumber,
  rules: readonly ForwardingRule[],
  its: { readonly cookiePrefix: number; readonly numbers: ReadonlyMap<PortRef, number> },
): readonly FullIngress[] {
  return rules.flatMap(({ ingress: { port }, unicast }): readonly FullIngress[] => {
    const limit = unicast?.learn?.maxAddresses;
    const number = its.numbers.get(port);
    if (limit === undefined || number === undefined) return [];
    const count = counts.get(learnedCookie(its.cookiePrefix, network, number)) ?? 0;
    return count >= limit ? [{ network, port, limit }] : [];
  });
}

/** How long nothing more is told of one port of a network, milliseconds. */
const QUIET_MS = 60_000;

/** Tells of ports that are full, of each not again and again. */
export class FullIngressNews {
  readonly #clock: Clock;
  readonly #tell: (full: FullIngress) => void;
  readonly #recent = new OncePer(QUIET_MS);
  #audited: ReadonlySet<string> = new Set();

  constructor(clock: Clock, tell: (full: FullIngress) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** One more address was seen than may be known. */
  exceeded(full: FullIngress): void {
    if (this.#recent.admits(keyOf(full), steadyMs(this.#clock))) this.#tell(full);
  }

  /** These were found full, and no others: those are told that were not before. */
  audited(all: readonly FullIngress[]): void {
    const before = this.#audited;
    this.#audited = new Set(all.map(keyOf));
    for (const full of all) if (!before.has(keyOf(full))) this.exceeded(full);
  }
}

function keyOf({ network, port }: FullIngress): string {
  return `${network} ${port}`;
}
