import { err, ok, type Result } from "neverthrow";
import { type Circuit, circuitKey } from "./circuit.ts";
import type { CircuitBook } from "./circuit-book.ts";
import type { CircuitFault, CircuitService, FoundCircuit, HeldCircuit } from "./circuit-service.ts";

/**
 * Has a domain make and end circuits, one at a time, and notes in the book what it has. While nobody
 * knows what has become of a request, the book has doubts about its circuit.
 */
export class CircuitMaker {
  readonly #service: CircuitService;
  readonly #book: CircuitBook;

  constructor(service: CircuitService, book: CircuitBook) {
    this.#service = service;
    this.#book = book;
  }

  /** Brings the domain to have a circuit, whatever it has of it. */
  async make(circuit: Circuit, signal: AbortSignal): Promise<Result<void, CircuitFault>> {
    const found = this.#book.held.get(circuitKey(circuit));
    if (found === undefined) return this.#create(circuit, signal);
    const isAtRate = found.circuit.mbps === circuit.mbps;
    if (found.state === "held" && isAtRate) return this.#bringUp(found, signal);
    if (!isMade(found)) return this.#replace(found, circuit, signal);
    const dropped = await this.#dropRate(found, circuit.mbps, signal);
    if (isAtRate || dropped.isErr()) return dropped.map(() => undefined);
    this.#book.doubt(circuit);
    const changed = await this.#service.changeRate(dropped.value, circuit.mbps, signal);
    if (changed.isOk()) {
      this.#book.keep({ externalId: found.externalId, state: found.state, circuit });
      return ok(undefined);
    }
    // Where a circuit cannot change while it carries frames it is interrupted; its ends are the same.
    return changed.error.kind === "unsupported"
      ? this.#replace(found, circuit, signal)
      : err(changed.error);
  }

  /**
   * Has the domain keep room for a higher rate of a circuit that it has. Where no domain would, nothing
   * is held: the circuit is made anew when its rate changes.
   */
  async holdRate(
    found: HeldCircuit,
    mbps: number,
    signal: AbortSignal,
  ): Promise<Result<void, CircuitFault>> {
    this.#book.doubt(found.circuit);
    const held = await this.#service.holdRate(found, mbps, signal);
    if (held.isOk()) this.#book.keep({ ...found, rateHeld: mbps });
    else if (held.error.kind === "unsupported") this.#book.keep(found);
    else return held;
    return ok(undefined);
  }

  /** Gives back a rate that is held and not the one wanted. */
  async #dropRate(
    found: HeldCircuit,
    mbps: number,
    signal: AbortSignal,
  ): Promise<Result<HeldCircuit, CircuitFault>> {
    const { rateHeld, ...bare } = found;
    if (rateHeld === undefined || (rateHeld === mbps && found.circuit.mbps !== mbps))
      return ok(found);
    this.#book.doubt(found.circuit);
    const dropped = await this.#service.dropRate(found, signal);
    return dropped.map(() => this.#book.keep(bare));
  }

  async #replace(
    found: HeldCircuit,
    circuit: Circuit,
    signal: AbortSignal,
  ): Promise<Result<void, CircuitFault>> {
    const removed = await this.remove(found, signal);
    return removed.isErr() ? removed : this.#create(circuit, signal);
  }

  async #create(circuit: Circuit, signal: AbortSignal): Promise<Result<void, CircuitFault>> {
    const held = await this.hold(circuit, signal);
    return held.isErr() ? err(held.error) : this.#bringUp(held.value, signal);
  }

  /** Has the domain keep room for a circuit. */
  async hold(circuit: Circuit, signal: AbortSignal): Promise<Result<HeldCircuit, CircuitFault>> {
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
      if (instead === undefined) await this.remove(own, signal);
      return err(up.error);
    }
    if (instead !== undefined) this.#book.forget(instead.circuit);
    this.#book.keep({ ...own, state: "active" });
    return ok(undefined);
  }

  /** Ends a circuit, or what is held for one. */
  async remove(found: HeldCircuit, signal: AbortSignal): Promise<Result<void, CircuitFault>> {
    this.#book.doubt(found.circuit);
    const { externalId, instead } = found;
    const dropped =
      instead === undefined ? undefined : this.#service.dropInstead?.(externalId, signal);
    const removed = await (dropped ?? this.#service.remove(externalId, signal));
    if (removed.isOk()) this.#book.forget(found.circuit);
    return removed;
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
  return state === "active" || state === "pending";
}

/** Whether two circuits have a port and a label in common. */
function overlap(a: Circuit, b: Circuit): boolean {
  return a.ends.some(({ port, tag }) => b.ends.some((end) => end.port === port && end.tag === tag));
}
