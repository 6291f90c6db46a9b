import type { Result } from "neverthrow";
import type { Clock } from "../../model/clock.ts";
import type { SegmentId } from "../../model/ids.ts";
import { type Circuit, circuitKey } from "./circuit.ts";
import type { ChangingCircuit, CircuitFault, CircuitService } from "./circuit-service.ts";
import { AHEAD_MS, lastsFor, RENEWAL_MS, sameTimes } from "./circuit-times.ts";

/** What a domain was asked for last of a circuit, and how that stands. */
interface Asked {
  readonly circuit: Circuit;
  readonly state: /** The domain has said yes; what it has made of it may be more, or end sooner. */
    | "granted"
    /** The same, and it changes nothing of it: another would have to take its place. */
    | "fixed"
    /** It was seen to have just this. What is otherwise later has become so by itself. */
    | "exact"
    /** Nobody knows what came of it, or it was refused. */
    | "open";
}

/**
 * What a domain was asked for last of each circuit, and whether it has said yes. Then what it has made of that is
 * its own affair while it suffices: domains sell in steps, cut times to the minute, or sell a day at a time, and
 * one that is asked again gives the same again. What they have made of it is not kept: a look may show what came of
 * a later request, whose answer was lost.
 *
 * As soon as anything else is asked for, only what is exactly as wanted is right, until the domain says yes again.
 */
export class SettledCircuits {
  readonly #service: Pick<CircuitService, "agrees">;
  readonly #clock: Clock;
  /** By key. Of what is not here nobody knows what it was asked for. */
  readonly #asked = new Map<SegmentId, Map<string, Asked>>();

  constructor(service: Pick<CircuitService, "agrees">, clock: Clock) {
    this.#service = service;
    this.#clock = clock;
  }

  /** Whether what a domain has does for what is wanted, so that there is nothing to ask it for. */
  isEnough(found: Circuit, wanted: Circuit): boolean {
    if (this.#service.agrees(found, wanted)) return true;
    switch (this.#askedSame(wanted)?.state) {
      case "granted":
        return suffices(found, wanted, this.#clock.now());
      case "fixed":
        return suffices(found, wanted, this.#clock.now(), AHEAD_MS);
      default:
        return false;
    }
  }

  /**
   * Whether a circuit that the domain does not change stays as it is. Only another would be as wanted, and nobody
   * wants an interruption for what suffices, but who asked for something else; it is in the last minute that one
   * takes the place of what ends too soon.
   */
  mayStay(found: Circuit, wanted: Circuit): boolean {
    const asked = this.#get(wanted);
    const isAskedFor = asked !== undefined && this.#askedSame(wanted) === undefined;
    return !isAskedFor && suffices(found, wanted, this.#clock.now(), AHEAD_MS);
  }

  /** A circuit stays as it is, because the domain does not change it. */
  stays(wanted: Circuit): void {
    this.#put({ circuit: wanted, state: "fixed" });
  }

  /** What a domain was asked for to have what was found; undefined where that is not known, or has become otherwise. */
  askedOf(found: Circuit): Circuit | undefined {
    const { state = "open", circuit } = this.#get(found) ?? {};
    if (state === "open" || circuit === undefined) return undefined;
    return state === "exact" && !this.#service.agrees(found, circuit) ? undefined : circuit;
  }

  /** A domain has said yes to just this. */
  granted(circuit: Circuit): void {
    this.#put({ circuit, state: "granted" });
  }

  /**
   * Something may have been asked for, and nobody knows what came of it. To have asked for the same again takes
   * nothing back.
   */
  ask(circuit: Circuit): void {
    if (this.#askedSame(circuit) === undefined) this.open(circuit);
  }

  /** The same for what may be something else. */
  open(circuit: Circuit): void {
    this.#put({ circuit, state: "open" });
  }

  /** Notes what came of asking for room for another rate or time: where a domain says that it has none, all is as it was. */
  held(wanted: Circuit, outcome: Result<unknown, CircuitFault>): void {
    const isAsItWas =
      outcome.isErr() && ["unavailable", "unsupported"].includes(outcome.error.kind);
    if (!isAsItWas) this.ask(wanted);
  }

  /** Notes what came of asking for another rate or time; where a domain changes none, all is as it was. */
  answered(circuit: Circuit, outcome: Result<unknown, CircuitFault>): void {
    if (outcome.isOk()) this.granted(circuit);
    else if (outcome.error.kind !== "unsupported") this.ask(circuit);
  }

  /** A domain does not have a circuit any more. */
  forget(circuit: Circuit): void {
    const its = this.#asked.get(circuit.segment);
    its?.delete(circuitKey(circuit));
    if (its?.size === 0) this.#asked.delete(circuit.segment);
  }

  /** The domain was seen to have these circuits of a segment, and no others; `wanted` is what it should have. */
  seen(segment: SegmentId, held: readonly ChangingCircuit[], wanted: readonly Circuit[]): void {
    const byKey = new Map(held.map((each) => [circuitKey(each.circuit), each]));
    for (const [key, { circuit }] of this.#asked.get(segment) ?? [])
      if (!byKey.has(key)) this.forget(circuit);
    for (const circuit of wanted) {
      const found = byKey.get(circuitKey(circuit));
      if (found === undefined || found.changeHeld !== undefined || found.state === "held") continue;
      if (this.#service.agrees(found.circuit, circuit)) this.#put({ circuit, state: "exact" });
    }
  }

  /** What was asked for last, if it was just this and the domain has said yes. */
  #askedSame(wanted: Circuit): Asked | undefined {
    const asked = this.#get(wanted);
    if (asked === undefined || asked.state === "open") return undefined;
    const isSame =
      asked.circuit.mbps === wanted.mbps && sameTimes(asked.circuit, wanted, this.#clock.now(), 0);
    return isSame ? asked : undefined;
  }

  #get(circuit: Circuit): Asked | undefined {
    return this.#asked.get(circuit.segment)?.get(circuitKey(circuit));
  }

  #put(asked: Asked): void {
    const { circuit } = asked;
    const its = this.#asked.get(circuit.segment) ?? new Map<string, Asked>();
    this.#asked.set(circuit.segment, its.set(circuitKey(circuit), asked));
  }
}

/**
 * Whether a circuit does for what is wanted: the rate at least, begun by then, and not about to end before, which
 * counts `leadMs` ahead.
 */
export function suffices(
  found: Circuit,
  wanted: Circuit,
  now: number,
  leadMs: number = RENEWAL_MS,
): boolean {
  return found.mbps >= wanted.mbps && lastsFor(found, wanted, now, leadMs);
}
