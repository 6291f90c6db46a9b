import { err, ok, Result } from "neverthrow";
import type { Clock } from "../../model/clock.ts";
import type { SegmentId } from "../../model/ids.ts";
import { VlanSet } from "../../model/vlan-set.ts";
import { type Circuit, circuitKey, parseCircuitKey } from "./circuit.ts";
import { CircuitBook } from "./circuit-book.ts";
import { CircuitJudge } from "./circuit-judge.ts";
import { CircuitMaker, isMade } from "./circuit-maker.ts";
import type {
  ChangingCircuit,
  CircuitFault,
  CircuitService,
  FoundCircuit,
} from "./circuit-service.ts";
import { isBeyond } from "./circuit-times.ts";
import { insisting } from "./insisting.ts";
import { type Offers, withOffers } from "./label-offer.ts";
import { LostCircuits } from "./lost-circuits.ts";
import { SegmentRuns } from "./segment-runs.ts";
import { SettledCircuits } from "./settled-circuits.ts";

/** What of a segment carries nothing. */
export interface Outage {
  readonly silent: readonly Circuit[];
  /** Why the domain does not bring back what is lost. */
  readonly fault?: CircuitFault;
}

/**
 * Brings a domain to the circuits that are wanted, segment by segment, and knows what it has. New
 * circuits come up before old ones go. A segment that is asked for anew stops what was under way for
 * it; whatever did not end well is looked at again in the domain before anything else is done.
 */
export class CircuitKeeper {
  readonly #service: CircuitService;
  readonly #clock: Clock;
  readonly #wanted = new Map<SegmentId, readonly Circuit[]>();
  readonly #book = new CircuitBook();
  /** What the domain was asked for last, and whether what it has does. */
  readonly settled: SettledCircuits;
  readonly #maker: CircuitMaker;
  readonly #judge: CircuitJudge;
  readonly #lost = new LostCircuits();
  readonly #runs = new SegmentRuns();
  /** Segments for which something is held, and which somebody is going to settle. */
  readonly #holding = new Set<SegmentId>();
  /** Segments that were changed since the domain was last asked what it has. */
  readonly #changed = new Set<SegmentId>();

  /** Of a domain that may have anything; `wanted` is what it should have. */
  constructor(
    service: CircuitService,
    clock: Clock,
    wanted: ReadonlyMap<SegmentId, readonly Circuit[]> = new Map(),
  ) {
    this.#service = service;
    this.#clock = clock;
    for (const [segment, circuits] of wanted) this.#wanted.set(segment, circuits);
    const settled = new SettledCircuits(service, clock);
    const book = this.#book;
    this.settled = settled;
    this.#maker = new CircuitMaker(service, book, settled);
    this.#judge = new CircuitJudge({ service, clock, book, maker: this.#maker, settled });
  }

  /** The circuits that the domain has, as far as is known. */
  get held(): ReadonlyMap<string, FoundCircuit> {
    return this.#book.held;
  }

  /** The circuit of this key, if one is wanted, there or lost: at the rate that was asked for, if that is known. */
  known(key: string): Circuit | undefined {
    const segment = parseCircuitKey(key)?.segment;
    const wanted = segment === undefined ? [] : this.wantedOf(segment);
    return (
      wanted.find((circuit) => circuitKey(circuit) === key) ??
      this.#book.held.get(key)?.circuit ??
      this.#lost.get(key)
    );
  }

  /** What is wanted, of every segment of which something is. */
  get wanted(): ReadonlyMap<SegmentId, readonly Circuit[]> {
    return this.#wanted;
  }

  /** The circuits of a segment that are wanted, and those that the domain may have. */
  circuitsOf(segment: SegmentId): readonly Circuit[] {
    const held = this.#book.heldOf(segment).map(({ circuit }) => circuit);
    return [...this.wantedOf(segment), ...held];
  }

  /** The domain's names for the circuits that it has of a segment, in the order of their ends. */
  externalIdsOf(segment: SegmentId): readonly string[] {
    const made = this.#book.heldOf(segment).filter(isMade);
    const byKey = made.map(({ circuit, externalId }) => [circuitKey(circuit), externalId] as const);
    return byKey.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, externalId]) => externalId);
  }

  /** What is wanted of a segment; nothing of most. */
  wantedOf(segment: SegmentId): readonly Circuit[] {
    return this.#wanted.get(segment) ?? [];
  }

  /** Every segment that is wanted, or of which the domain may have something. */
  get segments(): ReadonlySet<SegmentId> {
    return new Set([...this.#wanted.keys(), ...this.#holding, ...this.#book.segments]);
  }

  /** The domain is being asked what it has, from now on. */
  beginLook(): void {
    this.#changed.clear();
  }

  /** Whether anything was done for a segment since {@link beginLook}. */
  wasChanged(segment: SegmentId): boolean {
    return this.#changed.has(segment);
  }

  /** Whether a segment is being brought to what is wanted, or about to be. */
  isBusy(segment: SegmentId): boolean {
    return this.#runs.isUnderWay(segment) || this.#holding.has(segment);
  }

  /** What is wanted of a segment from now on. Nothing is done yet. */
  want(segment: SegmentId, circuits: readonly Circuit[]): void {
    if (circuits.length > 0) this.#wanted.set(segment, circuits);
    else {
      this.#wanted.delete(segment);
      this.#lost.forget(segment);
    }
    this.#runs.abort(segment);
  }

  /**
   * Has the domain keep room for those of `circuits` that it does not have, or not at that rate. Nothing else is done for
   * the segment until it is settled: what is held and not wanted then is given back. Where a label is
   * not to be had, the fault says which of those offered are not either.
   */
  async hold(
    segment: SegmentId,
    circuits: readonly Circuit[],
    offers: Offers = () => VlanSet.empty,
  ): Promise<Result<void, CircuitFault>> {
    this.#holding.add(segment);
    this.#changed.add(segment);
    const work = async (signal: AbortSignal): Promise<Result<void, CircuitFault>> => {
      const held = await Promise.all(
        circuits.map(async (circuit): Promise<Result<void, CircuitFault>> => {
          const one = await this.#keepRoomFor(circuit, signal);
          if (one.isOk()) return one;
          return err(
            await withOffers(this.#service, { circuit, fault: one.error }, offers, signal),
          );
        }),
      );
      return Result.combine(held).map(() => undefined);
    };
    return this.#runs.start(segment, (signal) => this.#insist(segment, signal, () => work(signal)));
  }

  /**
   * Brings a segment to what is wanted of it, whoever asked for that last; of circuits that are lost,
   * only to `bringBack` them.
   */
  async settle(
    segment: SegmentId,
    { bringBack = false }: { readonly bringBack?: boolean } = {},
  ): Promise<Result<void, CircuitFault>> {
    this.#holding.delete(segment);
    this.#changed.add(segment);
    const outcome = this.#runs.start(segment, (signal) =>
      this.#insist(segment, signal, (isComing) =>
        this.#converge(segment, { bringBack, isComing }, signal),
      ),
    );
    return this.#runs.last(segment, outcome);
  }

  /** An agent that is no more may have had something held for a segment. */
  doubt(segment: SegmentId): void {
    this.#book.doubtAll(segment);
  }

  /** What the domain has; of `segments`, where it may keep something for a while, also what it does not list. */
  async list(
    segments: Iterable<SegmentId>,
    signal: AbortSignal,
  ): Promise<Result<readonly ChangingCircuit[], CircuitFault>> {
    const listed = await this.#service.list(signal);
    if (listed.isErr()) return listed;
    const holding = [...segments].filter((segment) => this.#book.mayHold(segment));
    const all = [...listed.value];
    for (const segment of holding) {
      const held = (await this.#service.heldFor?.(segment, signal)) ?? ok([]);
      if (held.isErr()) return err(held.error);
      all.push(...held.value);
    }
    return ok(all);
  }

  /**
   * Notes what the domain has of all segments but those that somebody was changing while it was being
   * asked: the others are `quiet`.
   */
  noteAll(found: readonly FoundCircuit[], quiet: ReadonlySet<SegmentId>): void {
    const all = [...this.segments, ...found.map(({ circuit }) => circuit.segment)];
    this.#book.noteAll(found, new Set(all.filter((segment) => !quiet.has(segment))));
    for (const segment of quiet) this.#see(segment);
  }

  #see(segment: SegmentId): void {
    this.settled.seen(segment, this.#book.heldOf(segment), this.wantedOf(segment));
  }

  /** A circuit carries nothing any more; gives its segment. */
  down(externalId: string): SegmentId | undefined {
    return this.#book.down(externalId)?.segment;
  }

  /** The circuits wanted of a segment that are not there are lost: they were. */
  lose(segment: SegmentId): void {
    for (const circuit of this.wantedOf(segment)) {
      if (!this.#judge.isThere(circuit) && !this.#judge.needsNot(circuit)) this.#lost.lose(circuit);
    }
  }

  /**
   * Why a segment carries nothing, or not all; undefined when all that is wanted of it does, or is
   * promised where it is for later.
   */
  outageOf(segment: SegmentId): Outage | undefined {
    const silent = this.#judge.silentOf(this.wantedOf(segment));
    if (silent.length === 0) return undefined;
    const fault = this.#lost.faultOf(silent);
    return { silent, ...(fault === undefined ? {} : { fault }) };
  }

  /** Whether the domain has just what is wanted of a segment. */
  isRight(segment: SegmentId): boolean {
    return this.#judge.isRight(segment, this.wantedOf(segment));
  }

  /** Stops everything that is under way. */
  close(): Promise<void> {
    return this.#runs.close();
  }

  #insist(
    segment: SegmentId,
    signal: AbortSignal,
    work: (isAgain: boolean) => Promise<Result<void, CircuitFault>>,
  ): Promise<Result<void, CircuitFault>> {
    const lookUp = () => this.#lookUp(segment, signal);
    return insisting({ clock: this.#clock, signal, lookUp }, work);
  }

  async #converge(
    segment: SegmentId,
    { bringBack, isComing }: { readonly bringBack: boolean; readonly isComing: boolean },
    signal: AbortSignal,
  ): Promise<Result<void, CircuitFault>> {
    const wanted = this.wantedOf(segment);
    const kept = new Set(wanted.map(circuitKey));
    this.#maker.keepOnly(segment, kept);
    const made = await Promise.all(
      wanted.map(async (circuit) => {
        if (this.#lost.has(circuit) && !bringBack) return ok(undefined);
        if (bringBack && this.#judge.isOver(circuit)) return ok(undefined);
        return this.#lost.tried(circuit, await this.#maker.make(circuit, signal, { isComing }));
      }),
    );
    const failed = made.find((each) => each.isErr());
    // What is there stays until all is there that it makes room for, but for what is lost.
    const isLost = (circuit: Circuit): boolean => this.#lost.has(circuit);
    if (failed !== undefined && !wanted.every((each, at) => made[at]?.isOk() || isLost(each)))
      return failed;
    const leaving = this.#book
      .heldOf(segment)
      .filter(({ circuit }) => !kept.has(circuitKey(circuit)));
    const removed = await Promise.all([
      ...leaving.map((found) => this.#maker.remove(found, signal)),
      ...this.#book.surplusOf(segment).map((found) => this.#maker.removeSurplus(found, signal)),
    ]);
    return removed.find((each) => each.isErr()) ?? failed ?? ok(undefined);
  }

  async #keepRoomFor(circuit: Circuit, signal: AbortSignal): Promise<Result<void, CircuitFault>> {
    if (this.#lost.has(circuit)) return ok(undefined);
    const found = this.#book.held.get(circuitKey(circuit));
    if (found === undefined) return this.#maker.keepRoom(circuit, signal);
    if (!isMade(found) || this.settled.isEnough(found.circuit, circuit)) return ok(undefined);
    // Where the domain has cut the end, that is no reason to ask for another.
    const asked = this.settled.askedOf(found.circuit) ?? found.circuit;
    const isLonger = isBeyond(circuit, found.circuit) && isBeyond(circuit, asked);
    const isMore = circuit.mbps > found.circuit.mbps || isLonger;
    return isMore ? this.#maker.holdChange(found, circuit, signal) : ok(undefined);
  }

  async #lookUp(segment: SegmentId, signal: AbortSignal): Promise<Result<void, CircuitFault>> {
    if (!this.#book.isDoubtful(segment)) return ok(undefined);
    const listed = await this.list([segment], signal);
    if (listed.isErr()) return err(listed.error);
    this.#book.note(listed.value, segment);
    this.#see(segment);
    return ok(undefined);
  }
}
