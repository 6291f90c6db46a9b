import type { SegmentId } from "../../model/ids.ts";
import { type Circuit, circuitKey } from "./circuit.ts";
import type { FoundCircuit, HeldCircuit } from "./circuit-service.ts";

/** What a domain has of our circuits, as far as is known: nothing is, until it has been asked. */
export class CircuitBook {
  /** By key. */
  readonly #held = new Map<string, HeldCircuit>();
  readonly #keysOf = new Map<SegmentId, Set<string>>();
  /** Circuits, by key, of which nobody knows whether the domain has them, and whole segments. */
  readonly #doubtful = new Map<string, SegmentId>();
  /** What the domain has once more of a circuit, by its own name: requests whose answers were lost. */
  readonly #surplus = new Map<string, FoundCircuit>();
  /** Whether the domain has been asked what it has of all segments but the {@link #unasked}. */
  #isKnown = false;
  readonly #unasked = new Set<SegmentId>();
  readonly #asked = new Set<SegmentId>();

  /** The circuits that the domain has, by key. */
  get held(): ReadonlyMap<string, HeldCircuit> {
    return this.#held;
  }

  /** Every segment of which the domain may have something. */
  get segments(): readonly SegmentId[] {
    const known = [...this.#held.values(), ...this.#surplus.values()];
    return [...known.map(({ circuit }) => circuit.segment), ...this.#doubtful.values()];
  }

  /** Notes what the domain has of all segments but of these, which are being changed. */
  noteAll(found: readonly FoundCircuit[], changing: ReadonlySet<SegmentId>): void {
    if (!this.#isKnown)
      for (const each of changing) if (!this.#asked.has(each)) this.#unasked.add(each);
    this.#isKnown = true;
    this.#asked.clear();
    for (const each of this.#unasked) if (!changing.has(each)) this.#unasked.delete(each);
    this.#note(found, (segment) => !changing.has(segment));
  }

  /** Notes what the domain has of one segment. */
  note(found: readonly FoundCircuit[], segment: SegmentId): void {
    this.#note(found, (each) => each === segment);
    this.#unasked.delete(segment);
    if (!this.#isKnown) this.#asked.add(segment);
  }

  #note(found: readonly FoundCircuit[], isCurrent: (segment: SegmentId) => boolean): void {
    for (const [key, { circuit }] of this.#held) {
      if (isCurrent(circuit.segment)) this.#remove(key);
    }
    for (const [key, segment] of this.#doubtful) {
      if (isCurrent(segment)) this.#doubtful.delete(key);
    }
    for (const [externalId, { circuit }] of this.#surplus) {
      if (isCurrent(circuit.segment)) this.#surplus.delete(externalId);
    }
    for (const each of found) {
      if (isCurrent(each.circuit.segment)) this.#noteOne(each);
    }
  }

  /** Nobody knows from now on whether the domain has a circuit. */
  doubt(circuit: Circuit): void {
    this.#doubtful.set(circuitKey(circuit), circuit.segment);
  }

  /** Nobody knows from now on what the domain has of a segment. */
  doubtAll(segment: SegmentId): void {
    this.#doubtful.set(`all of ${segment}`, segment);
  }

  /** The domain has a circuit. */
  keep(found: HeldCircuit): HeldCircuit {
    const key = circuitKey(found.circuit);
    this.#put(key, found);
    this.#doubtful.delete(key);
    return found;
  }

  /** A circuit that carried frames does not; gives it, if it did. */
  down(externalId: string): Circuit | undefined {
    for (const [key, found] of this.#held) {
      if (found.externalId !== externalId || found.state !== "active") continue;
      this.#put(key, { ...found, state: "pending" });
      return found.circuit;
    }
    return undefined;
  }

  /** The domain has a circuit no longer. */
  forget(circuit: Circuit): void {
    const key = circuitKey(circuit);
    this.#remove(key);
    this.#doubtful.delete(key);
  }

  /** The domain has this beside what takes its place. */
  keepSurplus(found: FoundCircuit): void {
    this.#surplus.set(found.externalId, found);
  }

  /** The domain has no longer what it had once more. */
  forgetSurplus({ externalId }: FoundCircuit): void {
    this.#surplus.delete(externalId);
  }

  /** Whether the domain may have what is not known here, or not have what is. */
  isDoubtful(segment: SegmentId): boolean {
    const isUnasked = this.#isKnown ? this.#unasked.has(segment) : !this.#asked.has(segment);
    return isUnasked || this.#isInDoubt(segment);
  }

  /** Whether the domain may keep something of a segment for a while that it does not list. */
  mayHold(segment: SegmentId): boolean {
    const isKept = ({ state, changeHeld, instead }: HeldCircuit): boolean =>
      state === "held" || changeHeld !== undefined || instead !== undefined;
    return this.#isInDoubt(segment) || this.heldOf(segment).some(isKept);
  }

  heldOf(segment: SegmentId): readonly HeldCircuit[] {
    return [...(this.#keysOf.get(segment) ?? [])].flatMap((key) => this.#held.get(key) ?? []);
  }

  surplusOf(segment: SegmentId): readonly FoundCircuit[] {
    return [...this.#surplus.values()].filter(({ circuit }) => circuit.segment === segment);
  }

  /** Whether somebody has asked the domain for something of a segment, and it is not known what came of it. */
  #isInDoubt(segment: SegmentId): boolean {
    return [...this.#doubtful.values()].includes(segment);
  }

  #put(key: string, found: HeldCircuit): void {
    this.#held.set(key, found);
    const { segment } = found.circuit;
    const keys = this.#keysOf.get(segment) ?? new Set();
    this.#keysOf.set(segment, keys.add(key));
  }

  #remove(key: string): void {
    const found = this.#held.get(key);
    if (found === undefined) return;
    this.#held.delete(key);
    const keys = this.#keysOf.get(found.circuit.segment);
    keys?.delete(key);
    if (keys?.size === 0) this.#keysOf.delete(found.circuit.segment);
  }

  /** Of several that are the same circuit, the one that is furthest stays. */
  #noteOne(found: FoundCircuit): void {
    const key = circuitKey(found.circuit);
    const other = this.#held.get(key);
    const isBetter = other === undefined || FURTHEST[found.state] > FURTHEST[other.state];
    if (isBetter) this.#put(key, found);
    const left = isBetter ? other : found;
    if (left !== undefined) this.#surplus.set(left.externalId, left);
  }
}

/** How far a circuit has come, the furthest highest. */
const FURTHEST: Readonly<Record<FoundCircuit["state"], number>> = {
  failed: 0,
  held: 1,
  reserved: 2,
  pending: 3,
  active: 4,
};
