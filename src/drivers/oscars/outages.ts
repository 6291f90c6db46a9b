import type { FoundCircuit } from "./circuit-service.ts";

/**
 * Since when circuits that should carry frames have not. One that is down may come back by itself: the
 * domain still has it. It counts as failed when that takes longer than `outageMs`.
 */
export class Outages {
  readonly #outageMs: number;
  /** When each was first seen so, by the domain's name for it. */
  readonly #since = new Map<string, number>();

  constructor(outageMs: number) {
    this.#outageMs = outageMs;
  }

  /** What the domain has, as it counts at an instant. */
  judge(found: readonly FoundCircuit[], now: number): readonly FoundCircuit[] {
    const pending = new Set(
      found.filter(({ state }) => state === "pending").map(({ externalId }) => externalId),
    );
    for (const id of this.#since.keys()) if (!pending.has(id)) this.#since.delete(id);
    return found.map((each) => {
      if (each.state !== "pending") return each;
      const since = this.#since.get(each.externalId) ?? now;
      this.#since.set(each.externalId, since);
      return now - since < this.#outageMs ? each : { ...each, state: "failed" };
    });
  }
}
