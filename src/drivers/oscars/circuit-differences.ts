import type { Discrepancy } from "../driver-base.ts";
import { type Circuit, circuitKey } from "./circuit.ts";
import type { FoundCircuit } from "./circuit-service.ts";

/** A difference, and the circuit that it is about. */
export interface Difference extends Omit<Discrepancy, "node"> {
  readonly circuit: Circuit;
}

/** In what the circuits of a segment differ from what is wanted. */
export function differences(
  wanted: readonly Circuit[],
  held: readonly FoundCircuit[],
  isEnough: (found: Circuit, wanted: Circuit) => boolean,
): readonly Difference[] {
  const heldByKey = new Map(held.map((each) => [circuitKey(each.circuit), each]));
  const wantedKeys = new Set(wanted.map(circuitKey));
  const missing = wanted.flatMap((circuit): Difference[] => {
    const found = heldByKey.get(circuitKey(circuit));
    if (found === undefined)
      return [{ circuit, kind: "missing", what: `circuit ${textOf(circuit)}` }];
    const isUp = found.state === (circuit.isReserved === true ? "reserved" : "active");
    const isRight = isUp && isEnough(found.circuit, circuit);
    const { mbps } = found.circuit;
    const when = isUp && mbps === circuit.mbps ? ", for another time" : "";
    const what = `circuit ${textOf(circuit)} is ${found.state} at ${mbps} Mbit/s${when}`;
    return isRight ? [] : [{ circuit, kind: "differs", what }];
  });
  const excess = held
    .filter(({ circuit }) => !wantedKeys.has(circuitKey(circuit)))
    .map(
      ({ circuit }) => ({ circuit, kind: "excess", what: `circuit ${textOf(circuit)}` }) as const,
    );
  return [...missing, ...excess];
}

/** Which circuits have more bandwidth than was asked for. */
export function moreThanAsked(
  wanted: readonly Circuit[],
  held: readonly FoundCircuit[],
): readonly string[] {
  const asked = new Map(wanted.map((circuit) => [circuitKey(circuit), circuit.mbps]));
  return held.flatMap(({ circuit }) => {
    const mbps = asked.get(circuitKey(circuit));
    if (mbps === undefined || circuit.mbps <= mbps) return [];
    return [
      `circuit ${textOf(circuit)} has ${circuit.mbps} Mbit/s, of which ${mbps} were asked for`,
    ];
  });
}

/** A circuit for people, by its ends. */
export function textOf({ ends }: Circuit): string {
  return ends.map(({ port, tag }) => `${port}/${tag}`).join(" to ");
}
