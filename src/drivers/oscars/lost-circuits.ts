import type { Result } from "neverthrow";
import type { SegmentId } from "../../model/ids.ts";
import { type Circuit, circuitKey } from "./circuit.ts";
import type { CircuitFault } from "./circuit-service.ts";

/** What is known of a circuit that was there and is no more. */
interface Lost {
  readonly circuit: Circuit;
  /** Why the domain did not bring it back when it was last asked. */
  readonly fault?: CircuitFault;
}

/**
 * Circuits that a domain has ended, or over which nothing passes any more. They are brought back in
 * between, and nothing else that is asked of their segments waits for that.
 */
export class LostCircuits {
  /** By key. */
  readonly #lost = new Map<string, Lost>();

  /** A circuit is lost from now on. */
  lose(circuit: Circuit): void {
    if (!this.has(circuit)) this.#lost.set(circuitKey(circuit), { circuit });
  }

  /** Whether just this circuit is lost; at another rate, or no more promised only, it is another thing to ask for. */
  has(circuit: Circuit): boolean {
    const lost = this.#lost.get(circuitKey(circuit))?.circuit;
    return lost?.mbps === circuit.mbps && lost.isReserved === circuit.isReserved;
  }

  /** The lost circuit of a key. */
  get(key: string): Circuit | undefined {
    return this.#lost.get(key)?.circuit;
  }

  /** Notes what came of bringing a circuit back; gives that. */
  tried(circuit: Circuit, outcome: Result<void, CircuitFault>): Result<void, CircuitFault> {
    if (outcome.isOk()) this.found(circuit);
    else if (this.has(circuit))
      this.#lost.set(circuitKey(circuit), { circuit, fault: outcome.error });
    return outcome;
  }

  /** A circuit is there, at whatever rate. */
  found(circuit: Circuit): void {
    this.#lost.delete(circuitKey(circuit));
  }

  /** Nothing of a segment is wanted any more. */
  forget(segment: SegmentId): void {
    for (const [key, { circuit }] of this.#lost)
      if (circuit.segment === segment) this.#lost.delete(key);
  }

  /** Why the domain does not bring back some of these circuits; the first reason of any. */
  faultOf(circuits: readonly Circuit[]): CircuitFault | undefined {
    return circuits
      .filter((circuit) => this.has(circuit))
      .map((circuit) => this.#lost.get(circuitKey(circuit))?.fault)
      .find((fault) => fault !== undefined);
  }
}
