import { okAsync, type Result, type ResultAsync } from "neverthrow";
import type { Clock } from "../../model/clock.ts";
import type { NetworkNumber, SegmentId } from "../../model/ids.ts";
import { pause } from "../driver-call.ts";
import { AuditCount } from "./audit-report.ts";
import { isEmptyDiff } from "./compile/diff.ts";
import type { FullIngress } from "./learning/full-ingress.ts";
import type { LiveSwitch, Reading } from "./live-switch.ts";
import type { NodeWants } from "./node-wants.ts";
import type { Orphans } from "./orphans.ts";
import type { SessionError } from "./session-error.ts";
import { type NodeProblem, problemsOf } from "./switch-problem.ts";

/** What an audit found, before anything is done about it. */
export interface AuditFindings {
  readonly count: AuditCount;
  /** Networks that are not as they should be. */
  readonly wrong: readonly NetworkNumber[];
  /** What belongs to no network and is used by nobody; its numbers are claimed. */
  readonly orphans: Orphans;
  /** What would be an orphan if somebody else did not use it, for people. */
  readonly inUse: readonly string[];
  /** Segments that had been waiting and are as they should be. */
  readonly confirmed: readonly SegmentId[];
  /** Where as many addresses are known as may be, as far as the switch learns itself. */
  readonly full: readonly FullIngress[];
  /** How many networks were being worked on, and so were not judged. */
  readonly busyNetworks: number;
}

/** How a switch is examined. */
export interface ExamineOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** A network about which nothing is to be done. */
  readonly spared?: NetworkNumber | undefined;
}

/** How many networks are judged in one go; in between, echo requests and calls have their turn. */
const JUDGED_AT_ONCE = 512;

/**
 * Reads a whole switch and judges every network that nobody works on meanwhile by what is wanted of
 * it; sends nothing. A read that fails is an error, and nothing follows from it.
 */
export async function examine(
  live: LiveSwitch,
  wants: NodeWants,
  { clock, signal, spared }: ExamineOptions,
): Promise<Result<AuditFindings, readonly NodeProblem[]>> {
  const read = await live
    .readQueues()
    .andThen(() => live.read())
    .mapErr(problemsOf);
  if (read.isErr()) return read.map(() => new Findings(live, wants));
  const reading = read.value;
  const findings = new Findings(live, wants);
  const networks = new Set([...reading.held.networks.keys(), ...live.networks, ...wants.networks]);
  let judged = 0;
  for (const network of networks) {
    if (network === spared) {
      // What there was of it and is not any more counts no longer.
      if (!reading.held.networks.has(network)) findings.note(reading, network);
      continue;
    }
    if (judged > 0 && judged % JUDGED_AT_ONCE === 0) await pause(clock, 0, signal);
    findings.judge(reading, network);
    judged += 1;
  }
  const sorted = await findings.addOrphans(reading).mapErr(problemsOf);
  reading[Symbol.dispose]();
  return sorted.map(() => {
    findings.settle();
    return findings;
  });
}

class Findings implements AuditFindings {
  readonly count = new AuditCount();
  readonly wrong: NetworkNumber[] = [];
  readonly confirmed: SegmentId[] = [];
  readonly full: FullIngress[] = [];
  /** Networks that are as wanted, and when that was wanted. */
  readonly #right: [NetworkNumber, number][] = [];
  orphans: Orphans = NO_ORPHANS;
  inUse: readonly string[] = [];
  busyNetworks = 0;
  readonly #live: LiveSwitch;
  readonly #wants: NodeWants;

  constructor(live: LiveSwitch, wants: NodeWants) {
    this.#live = live;
    this.#wants = wants;
  }

  /** Has it known what there is of a network, and finds nothing. */
  note(reading: Reading, network: NetworkNumber): void {
    if (!reading.busy.has(network))
      this.#live.judge(reading, network, this.#wants.rules(network)).unwrapOr(undefined);
  }

  judge(reading: Reading, network: NetworkNumber): void {
    if (reading.busy.has(network)) {
      this.busyNetworks += 1;
      return;
    }
    const rules = this.#wants.rules(network);
    const judged = this.#live.judge(reading, network, rules);
    this.full.push(...this.#live.full(reading, network, rules));
    if (judged.isOk()) this.count.addNetwork(judged.value.wanted, judged.value.diff);
    if (judged.isErr() || !isEmptyDiff(judged.value.diff)) this.wrong.push(network);
    else this.#right.push([network, this.#wants.version]);
  }

  /** All could be read: who waited for what is right need not wait any more. */
  settle(): void {
    for (const [network, version] of this.#right.splice(0))
      this.confirmed.push(...this.#wants.settle(network, version));
  }

  addOrphans(reading: Reading): ResultAsync<void, SessionError> {
    const { groups, meters } = reading.orphans;
    if (groups.size + meters.size === 0) return okAsync();
    return this.#live.orphans
      .sort(reading.orphans)
      .andTee(({ unused, inUse }) => {
        this.orphans = unused;
        this.inUse = inUse;
        this.count.addOrphans(unused);
      })
      .map(() => undefined);
  }
}

const NO_ORPHANS: Orphans = { groups: new Map(), meters: new Map() };
