import { err, ok, Result } from "neverthrow";
import type { SegmentId } from "../../model/ids.ts";
import { VlanSet } from "../../model/vlan-set.ts";
import { type Circuit, circuitKey } from "./circuit.ts";
import { CircuitBook } from "./circuit-book.ts";
import type { CircuitFault, CircuitService, FoundCircuit, HeldCircuit } from "./circuit-service.ts";
import { type Offers, withOffers } from "./label-offer.ts";

/** One bringing of a segment to what is wanted of it. */
interface Run {
  readonly abort: AbortController;
  readonly done: Promise<Result<void, CircuitFault>>;
}

/**
 * Brings a domain to the circuits that are wanted, segment by segment, and knows what it has. New
 * circuits come up before old ones go. A segment that is asked for anew stops what was under way for
 * it; whatever did not end well is looked at again in the domain before anything else is done.
 */
export class CircuitKeeper {
  readonly #service: CircuitService;
  readonly #wanted = new Map<SegmentId, readonly Circuit[]>();
  readonly #book = new CircuitBook();
  readonly #runs = new Map<SegmentId, Run>();
  /** Segments for which something is held, and which somebody is going to settle. */
  readonly #holding = new Set<SegmentId>();

  constructor(service: CircuitService) {
    this.#service = service;
  }

  /** The circuits that the domain has, as far as is known. */
  get held(): ReadonlyMap<string, FoundCircuit> {
    return this.#book.held;
  }

  /** What is wanted of a segment; nothing of most. */
  wantedOf(segment: SegmentId): readonly Circuit[] {
    return this.#wanted.get(segment) ?? [];
  }

  /** Every segment that is wanted, or of which the domain may have something. */
  get segments(): ReadonlySet<SegmentId> {
    return new Set([...this.#wanted.keys(), ...this.#holding, ...this.#book.segments]);
  }

  /** Whether a segment is being brought to what is wanted, or about to be. */
  isBusy(segment: SegmentId): boolean {
    return this.#runs.has(segment) || this.#holding.has(segment);
  }

  /** What is wanted of a segment from now on. Nothing is done yet. */
  want(segment: SegmentId, circuits: readonly Circuit[]): void {
    if (circuits.length === 0) this.#wanted.delete(segment);
    else this.#wanted.set(segment, circuits);
    this.#runs.get(segment)?.abort.abort();
  }

  /**
   * Has the domain keep room for those of `circuits` that it does not have. Nothing else is done for
   * the segment until it is settled: what is held and not wanted then is given back. Where a label is
   * not to be had, the fault says which of those offered are not either.
   */
  async hold(
    segment: SegmentId,
    circuits: readonly Circuit[],
    offers: Offers = () => VlanSet.empty,
  ): Promise<Result<void, CircuitFault>> {
    this.#holding.add(segment);
    return this.#start(segment, async (signal) => {
      const looked = await this.#lookUp(segment, signal);
      if (looked.isErr()) return looked;
      const fresh = circuits.filter((circuit) => !this.#book.held.has(circuitKey(circuit)));
      const held = await Promise.all(
        fresh.map(async (circuit): Promise<Result<HeldCircuit, CircuitFault>> => {
          const one = await this.#hold(circuit, signal);
          if (one.isOk()) return one;
          return err(
            await withOffers(this.#service, { circuit, fault: one.error }, offers, signal),
          );
        }),
      );
      return Result.combine(held).map(() => undefined);
    }).done;
  }

  /** Brings a segment to what is wanted of it, whoever asked for that last. */
  async settle(segment: SegmentId): Promise<Result<void, CircuitFault>> {
    this.#holding.delete(segment);
    let run = this.#start(segment, (signal) => this.#converge(segment, signal));
    for (;;) {
      const outcome = await run.done;
      const newer = this.#runs.get(segment);
      if (newer === undefined) return outcome;
      run = newer;
    }
  }

  /** Notes what the domain has of segments that nobody changed while it was being asked. */
  note(found: readonly FoundCircuit[], isCurrent: (segment: SegmentId) => boolean): void {
    this.#book.note(found, isCurrent);
  }

  /** Whether the domain has just what is wanted of a segment. */
  isRight(segment: SegmentId): boolean {
    const wanted = this.wantedOf(segment);
    const held = this.#book.heldOf(segment);
    return (
      !this.#book.isDoubtful(segment) &&
      this.#book.surplusOf(segment).length === 0 &&
      held.length === wanted.length &&
      wanted.every((circuit) => {
        const found = this.#book.held.get(circuitKey(circuit));
        return found?.circuit.mbps === circuit.mbps && isMade(found);
      })
    );
  }

  /** Stops everything that is under way. */
  async close(): Promise<void> {
    for (const { abort } of this.#runs.values()) abort.abort();
    await Promise.all([...this.#runs.values()].map(({ done }) => done));
  }

  #start(
    segment: SegmentId,
    work: (signal: AbortSignal) => Promise<Result<void, CircuitFault>>,
  ): Run {
    const before = this.#runs.get(segment);
    before?.abort.abort();
    const abort = new AbortController();
    const begun = (before?.done ?? Promise.resolve()).then(() => work(abort.signal));
    const run: Run = {
      abort,
      done: begun.then((outcome) => {
        if (this.#runs.get(segment) === run) this.#runs.delete(segment);
        return outcome;
      }),
    };
    this.#runs.set(segment, run);
    return run;
  }

  async #converge(segment: SegmentId, signal: AbortSignal): Promise<Result<void, CircuitFault>> {
    const looked = await this.#lookUp(segment, signal);
    if (looked.isErr()) return looked;
    const wanted = this.wantedOf(segment);
    const made = await Promise.all(wanted.map((circuit) => this.#make(circuit, signal)));
    const kept = new Set(wanted.map(circuitKey));
    const failed = made.find((each) => each.isErr());
    if (failed !== undefined) return failed;
    const leaving = this.#book
      .heldOf(segment)
      .filter(({ circuit }) => !kept.has(circuitKey(circuit)));
    const removed = await Promise.all([
      ...leaving.map((found) => this.#remove(found, signal)),
      ...this.#book.surplusOf(segment).map((found) => this.#removeSurplus(found, signal)),
    ]);
    return removed.find((each) => each.isErr()) ?? ok(undefined);
  }

  async #lookUp(segment: SegmentId, signal: AbortSignal): Promise<Result<void, CircuitFault>> {
    if (!this.#book.isDoubtful(segment)) return ok(undefined);
    const listed = await this.#service.list(signal);
    return listed.map((found) => this.note(found, (each) => each === segment));
  }

  async #make(circuit: Circuit, signal: AbortSignal): Promise<Result<void, CircuitFault>> {
    const found = this.#book.held.get(circuitKey(circuit));
    if (found === undefined) return this.#create(circuit, signal);
    const isAtRate = found.circuit.mbps === circuit.mbps;
    if (found.state === "held" && isAtRate) return this.#bringUp(found, signal);
    if (!isMade(found)) return this.#replace(found, circuit, signal);
    if (isAtRate) return ok(undefined);
    this.#book.doubt(circuit);
    const changed = await this.#service.changeRate(found, circuit.mbps, signal);
    if (changed.isOk()) {
      this.#book.keep({ ...found, circuit });
      return ok(undefined);
    }
    // Where a circuit cannot change while it carries frames it is interrupted; its ends are the same.
    return changed.error.kind === "unsupported"
      ? this.#replace(found, circuit, signal)
      : err(changed.error);
  }

  async #replace(
    found: HeldCircuit,
    circuit: Circuit,
    signal: AbortSignal,
  ): Promise<Result<void, CircuitFault>> {
    const removed = await this.#remove(found, signal);
    return removed.isErr() ? removed : this.#create(circuit, signal);
  }

  async #create(circuit: Circuit, signal: AbortSignal): Promise<Result<void, CircuitFault>> {
    const held = await this.#hold(circuit, signal);
    return held.isErr() ? err(held.error) : this.#bringUp(held.value, signal);
  }

  async #hold(circuit: Circuit, signal: AbortSignal): Promise<Result<HeldCircuit, CircuitFault>> {
    const service = this.#service;
    const instead = this.#book
      .heldOf(circuit.segment)
      .find((found) => isMade(found) && overlap(found.circuit, circuit));
    this.#book.doubt(circuit);
    if (instead !== undefined && service.holdInstead !== undefined) {
      const { externalId } = instead;
      const held = await service.holdInstead(instead, circuit, signal);
      return held.map(() => this.#book.keep({ externalId, circuit, state: "held", instead }));
    }
    const held = await service.hold(circuit, signal);
    return held.map((externalId) => this.#book.keep({ externalId, circuit, state: "held" }));
  }

  /** What does not come up is ended; if not now, then after the next look. */
  async #bringUp(found: HeldCircuit, signal: AbortSignal): Promise<Result<void, CircuitFault>> {
    const { instead, ...own } = found;
    this.#book.doubt(own.circuit);
    const up = await this.#service.bringUp(own, signal);
    if (up.isErr()) {
      // Which of the two is there now, the next look tells.
      if (instead === undefined) await this.#remove(own, signal);
      return err(up.error);
    }
    if (instead !== undefined) this.#book.forget(instead.circuit);
    this.#book.keep({ ...own, state: "active" });
    return ok(undefined);
  }

  async #remove(found: HeldCircuit, signal: AbortSignal): Promise<Result<void, CircuitFault>> {
    this.#book.doubt(found.circuit);
    const { externalId, instead } = found;
    const dropped =
      instead === undefined ? undefined : this.#service.dropInstead?.(externalId, signal);
    const removed = await (dropped ?? this.#service.remove(externalId, signal));
    if (removed.isOk()) this.#book.forget(found.circuit);
    return removed;
  }

  async #removeSurplus(
    found: FoundCircuit,
    signal: AbortSignal,
  ): Promise<Result<void, CircuitFault>> {
    const removed = await this.#service.remove(found.externalId, signal);
    if (removed.isOk()) this.#book.forgetSurplus(found);
    return removed;
  }
}

/** Whether a circuit is there for good, though it may carry nothing yet. */
function isMade({ state }: FoundCircuit): boolean {
  return state === "active" || state === "pending";
}

/** Whether two circuits have a port and a label in common. */
function overlap(a: Circuit, b: Circuit): boolean {
  return a.ends.some(({ port, tag }) => b.ends.some((end) => end.port === port && end.tag === tag));
}
