import { err, ok, type Result } from "neverthrow";
import type { SegmentId } from "../../model/ids.ts";
import { type Circuit, circuitKey } from "./circuit.ts";
import type { CircuitBook } from "./circuit-book.ts";
import type { CircuitFault, CircuitService, FoundCircuit, HeldCircuit } from "./circuit-service.ts";
import { areApart } from "./circuit-times.ts";
import type { SettledCircuits } from "./settled-circuits.ts";

/**
 * Has a domain make and end circuits, one at a time, and notes in the book what it has. While nobody
 * knows what has become of a request, the book has doubts about its circuit.
 */
export class CircuitMaker {
  readonly #service: CircuitService;
  readonly #book: CircuitBook;
  readonly #settled: SettledCircuits;
  /** Circuits, by key, that the domain promises nobody ahead of time. */
  readonly #atStart = new Map<string, SegmentId>();

  constructor(service: CircuitService, book: CircuitBook, settled: SettledCircuits) {
    this.#service = service;
    this.#book = book;
    this.#settled = settled;
  }

  /**
   * Brings the domain to have a circuit, whatever it has of it. Frames that do not pass yet are waited for
   * only in the circuit that is being made: one in which they do not pass any more is somebody else's care.
   */
  async make(
    circuit: Circuit,
    signal: AbortSignal,
    { isComing = false }: { readonly isComing?: boolean } = {},
  ): Promise<Result<void, CircuitFault>> {
    const found = this.#book.held.get(circuitKey(circuit));
    if (isComing && found?.state === "pending") return this.#awaitFrames(found, circuit, signal);
    if (found === undefined) return this.#create(circuit, signal);
    if (found.state === "held" && this.#service.agrees(found.circuit, circuit))
      return this.#commit(found, circuit, signal);
    if (!isMade(found)) return this.#replace(found, circuit, signal);
    const dropped = await this.#dropChange(found, circuit, signal);
    if (dropped.isErr()) return err(dropped.error);
    const bare = dropped.value;
    const isEnough = bare.changeHeld === undefined && this.#settled.isEnough(bare.circuit, circuit);
    const changed = isEnough ? dropped : await this.#change(bare, circuit, signal);
    if (changed.isOk()) return this.#carry(changed.value, circuit, signal);
    if (changed.error.kind !== "unsupported") return err(changed.error);
    // Where a circuit cannot change as it is, it is made anew; its ends are the same.
    if (!this.#settled.mayStay(found.circuit, circuit))
      return this.#replace(found, circuit, signal);
    this.#settled.stays(circuit);
    return this.#carry(this.#book.keep(bare), circuit, signal);
  }

  async #awaitFrames(
    found: HeldCircuit,
    circuit: Circuit,
    signal: AbortSignal,
  ): Promise<Result<void, CircuitFault>> {
    this.#book.doubt(circuit);
    const up = await this.#service.bringUp(found, signal);
    if (up.isErr()) return up;
    this.#book.keep({ ...found, state: "active" });
    return this.make(circuit, signal);
  }

  /** Whether a circuit is for later, and the domain is to be asked for it only then. */
  isForStart(circuit: Circuit): boolean {
    return circuit.isReserved === true && this.#atStart.has(circuitKey(circuit));
  }

  /** Forgets what concerns other circuits of a segment than these. */
  keepOnly(segment: SegmentId, keys: ReadonlySet<string>): void {
    for (const [key, its] of this.#atStart)
      if (its === segment && !keys.has(key)) this.#atStart.delete(key);
  }

  /** Has the domain keep room for a circuit that it does not have. */
  async keepRoom(circuit: Circuit, signal: AbortSignal): Promise<Result<void, CircuitFault>> {
    const held = await this.#hold(circuit, signal);
    return held.isOk() ? ok(undefined) : this.#atStartIfNotAhead(circuit, held.error);
  }

  /**
   * Has the domain keep room for more of a circuit that it has. Where no domain would, nothing is held:
   * the circuit is made anew when it changes.
   */
  async holdChange(
    found: HeldCircuit,
    wanted: Circuit,
    signal: AbortSignal,
  ): Promise<Result<void, CircuitFault>> {
    this.#book.doubt(found.circuit);
    const known = this.#withAsked(found);
    const held = await this.#service.holdChange(known, wanted, signal);
    this.#settled.held(wanted, held);
    if (held.isOk()) this.#book.keep({ ...known, changeHeld: wanted });
    else if (held.error.kind === "unsupported") this.#book.keep(found);
    else return held;
    return ok(undefined);
  }

  /** Gives back a change that is held and not the one wanted. */
  async #dropChange(
    found: HeldCircuit,
    wanted: Circuit,
    signal: AbortSignal,
  ): Promise<Result<HeldCircuit, CircuitFault>> {
    // What it had said yes to, to have what it had, is not what it has now.
    const { asked: _, ...held } = found;
    const { changeHeld, ...bare } = held;
    const isWanted = (held: Circuit): boolean =>
      this.#service.agrees(held, wanted) && !this.#service.agrees(found.circuit, wanted);
    if (changeHeld === undefined || (changeHeld !== "unknown" && isWanted(changeHeld)))
      return ok(found);
    this.#book.doubt(found.circuit);
    this.#settled.open(found.circuit);
    const dropped = await this.#service.dropChange(held, signal);
    return dropped.map(() => this.#book.keep(bare));
  }

  async #change(
    found: HeldCircuit,
    circuit: Circuit,
    signal: AbortSignal,
  ): Promise<Result<HeldCircuit, CircuitFault>> {
    this.#book.doubt(circuit);
    const { externalId, state } = found;
    const changed = await this.#service.change(this.#withAsked(found), circuit, signal);
    this.#settled.answered(circuit, changed);
    return changed.map(() => this.#book.keep({ externalId, state, circuit }));
  }

  #withAsked(found: HeldCircuit): HeldCircuit {
    const asked = this.#settled.askedOf(found.circuit);
    return asked === undefined ? found : { ...found, asked };
  }

  /** Has frames pass through what is promised or, where it is for later, pass no more. */
  async #carry(
    found: HeldCircuit,
    circuit: Circuit,
    signal: AbortSignal,
  ): Promise<Result<void, CircuitFault>> {
    const { externalId } = found;
    const { takeDown } = this.#service;
    const isDown = found.state === "reserved";
    if (isDown === (circuit.isReserved === true)) return ok(undefined);
    if (!isDown && takeDown === undefined) return ok(undefined);
    this.#book.doubt(circuit);
    const carried = isDown
      ? await this.#service.bringUp({ ...found, circuit }, signal)
      : await this.#service.takeDown?.({ externalId, circuit }, signal);
    if (carried?.isErr()) return carried;
    this.#book.keep({ externalId, circuit, state: isDown ? "active" : "reserved" });
    return ok(undefined);
  }

  /** Makes a circuit in the place of one: beside it, where the two are not wanted at the same time. */
  async #replace(
    found: HeldCircuit,
    circuit: Circuit,
    signal: AbortSignal,
  ): Promise<Result<void, CircuitFault>> {
    if (isMade(found) && areApart(found.circuit, circuit)) {
      const held = await this.#service.hold(circuit, signal);
      // What is refused beside a circuit changes nothing of it.
      if (held.isOk() || held.error.kind === "unreachable") this.#settled.open(circuit);
      if (held.isOk()) {
        this.#book.keepSurplus(found);
        this.#book.keep({ externalId: held.value, circuit, state: "held" });
        const made = await this.make(circuit, signal);
        return made.isErr() ? made : this.removeSurplus(found, signal);
      }
      if (held.error.kind !== "unavailable") return err(held.error);
    }
    const removed = await this.remove(found, signal);
    return removed.isErr() ? removed : this.#create(circuit, signal);
  }

  async #create(circuit: Circuit, signal: AbortSignal): Promise<Result<void, CircuitFault>> {
    const held = await this.#hold(circuit, signal);
    if (held.isErr()) return this.#atStartIfNotAhead(circuit, held.error);
    return this.#commit(held.value, circuit, signal);
  }

  #atStartIfNotAhead(circuit: Circuit, fault: CircuitFault): Result<void, CircuitFault> {
    if (circuit.isReserved !== true || fault.kind !== "unsupported") return err(fault);
    this.#atStart.set(circuitKey(circuit), circuit.segment);
    return ok(undefined);
  }

  async #hold(circuit: Circuit, signal: AbortSignal): Promise<Result<HeldCircuit, CircuitFault>> {
    const service = this.#service;
    const instead = this.#book
      .heldOf(circuit.segment)
      .find((found) => isMade(found) && overlap(found.circuit, circuit));
    this.#book.doubt(circuit);
    this.#settled.open(circuit);
    if (instead !== undefined && service.holdInstead !== undefined) {
      const { externalId } = instead;
      const held = await service.holdInstead(instead, circuit, signal);
      return held.map(() => this.#book.keep({ externalId, circuit, state: "held", instead }));
    }
    const held = await service.hold(circuit, signal);
    return held.map((externalId) => this.#book.keep({ externalId, circuit, state: "held" }));
  }

  /**
   * Has the domain promise what it holds, and brings it up if it is wanted now. What does not come up is
   * ended; if not now, then after the next look.
   */
  async #commit(
    { instead, ...own }: HeldCircuit,
    circuit: Circuit,
    signal: AbortSignal,
  ): Promise<Result<void, CircuitFault>> {
    if (instead !== undefined && this.#service.fitsInstead?.(instead.circuit, circuit) === false)
      return this.#createAfter(instead, circuit, signal);
    this.#book.doubt(own.circuit);
    const committed = await this.#service.commit(own, signal);
    if (committed.isOk()) this.#settled.granted(circuit);
    const reserved = { ...own, circuit, state: "reserved" } as const;
    const done = committed.isErr() ? committed : await this.#carry(reserved, circuit, signal);
    if (done.isErr()) {
      // Which of the two is there now, the next look tells; and what has become of a request that nobody answered.
      if (instead === undefined && done.error.kind !== "unreachable")
        await this.remove(own, signal);
      return done;
    }
    if (instead !== undefined) this.#forget(instead.circuit);
    if (circuit.isReserved === true) this.#book.keep(reserved);
    return ok(undefined);
  }

  /** Ends a circuit, the room for the next being kept until then, and makes the next. */
  async #createAfter(
    instead: FoundCircuit,
    circuit: Circuit,
    signal: AbortSignal,
  ): Promise<Result<void, CircuitFault>> {
    this.#book.doubt(circuit);
    const dropped = await this.#service.dropInstead?.(instead.externalId, signal);
    if (dropped?.isErr()) return dropped;
    this.#forget(circuit);
    const removed = await this.remove(instead, signal);
    return removed.isErr() ? removed : this.#create(circuit, signal);
  }

  /** Ends a circuit, or what is held for one. */
  async remove(found: HeldCircuit, signal: AbortSignal): Promise<Result<void, CircuitFault>> {
    this.#book.doubt(found.circuit);
    const { externalId, instead } = found;
    const dropped =
      instead === undefined ? undefined : this.#service.dropInstead?.(externalId, signal);
    const removed = await (dropped ?? this.#service.remove(externalId, signal));
    if (removed.isOk()) this.#forget(found.circuit);
    return removed;
  }

  #forget(circuit: Circuit): void {
    this.#book.forget(circuit);
    this.#settled.forget(circuit);
  }

  /** Ends what the domain has once more. */
  async removeSurplus(
    found: FoundCircuit,
    signal: AbortSignal,
  ): Promise<Result<void, CircuitFault>> {
    const removed = await this.#service.remove(found.externalId, signal);
    if (removed.isOk()) this.#book.forgetSurplus(found);
    return removed;
  }
}

/** Whether a circuit is there for good, though it may carry nothing yet. */
export function isMade({ state }: FoundCircuit): boolean {
  return state === "active" || state === "pending" || state === "reserved";
}

/** Whether two circuits have a port and a label in common. */
function overlap(a: Circuit, b: Circuit): boolean {
  return a.ends.some(({ port, tag }) => b.ends.some((end) => end.port === port && end.tag === tag));
}
