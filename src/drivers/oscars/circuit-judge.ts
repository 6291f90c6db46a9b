import type { Clock } from "../../model/clock.ts";
import type { SegmentId } from "../../model/ids.ts";
import { type Circuit, circuitKey } from "./circuit.ts";
import type { CircuitBook } from "./circuit-book.ts";
import { type CircuitMaker, isMade } from "./circuit-maker.ts";
import type { CircuitService, FoundCircuit } from "./circuit-service.ts";
import { isEnding } from "./circuit-times.ts";
import type { SettledCircuits } from "./settled-circuits.ts";

/** By what a judge goes. */
export interface CircuitJudgeContext {
  readonly service: CircuitService;
  readonly clock: Clock;
  /** What the domain has. */
  readonly book: CircuitBook;
  readonly maker: CircuitMaker;
  readonly settled: SettledCircuits;
}

/** Says whether what a domain has is what is wanted of it at this moment. */
export class CircuitJudge {
  readonly #context: CircuitJudgeContext;

  constructor(context: CircuitJudgeContext) {
    this.#context = context;
  }

  /** Whether the domain has a circuit, or promises it. */
  isThere(circuit: Circuit): boolean {
    const found = this.#found(circuit);
    return found !== undefined && isMade(found);
  }

  /** Whether a circuit is not there any more because its time is over, or nearly. */
  isOver(circuit: Circuit): boolean {
    return isEnding(circuit, this.#context.clock.now()) && this.#found(circuit) === undefined;
  }

  /** Whether the domain need not have a circuit now. */
  needsNot(circuit: Circuit): boolean {
    const isForStart = this.#context.maker.isForStart(circuit);
    return this.isOver(circuit) || (isForStart && this.#found(circuit) === undefined);
  }

  /** Those of `wanted` that carry nothing, or are not promised where they are for later. */
  silentOf(wanted: readonly Circuit[]): readonly Circuit[] {
    return wanted.filter((circuit) => {
      const found = this.#found(circuit);
      if (found === undefined) return !this.needsNot(circuit);
      return circuit.isReserved === true ? !isMade(found) : found.state !== "active";
    });
  }

  /** Whether the domain has just what is wanted of a segment. */
  isRight(segment: SegmentId, wanted: readonly Circuit[]): boolean {
    const { book } = this.#context;
    const needed = wanted.filter((circuit) => !this.needsNot(circuit));
    return (
      !book.isDoubtful(segment) &&
      book.surplusOf(segment).length === 0 &&
      book.heldOf(segment).length === needed.length &&
      needed.every((circuit) => this.#isAsWanted(circuit))
    );
  }

  #isAsWanted(circuit: Circuit): boolean {
    const { book, settled } = this.#context;
    const found = book.held.get(circuitKey(circuit));
    return (
      found !== undefined &&
      found.changeHeld === undefined &&
      isMade(found) &&
      settled.isEnough(found.circuit, circuit) &&
      this.#isInState(found, circuit)
    );
  }

  #isInState({ state }: FoundCircuit, { isReserved }: Circuit): boolean {
    const mayBeUp = isReserved !== true || this.#context.service.takeDown === undefined;
    return state === "reserved" ? isReserved === true : mayBeUp;
  }

  #found(circuit: Circuit): FoundCircuit | undefined {
    return this.#context.book.held.get(circuitKey(circuit));
  }
}
