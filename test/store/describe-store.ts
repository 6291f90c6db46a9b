import { afterEach, beforeEach, describe, test } from "vitest";
import type { StoreSubject } from "../../src/testing/store-check.ts";
import { storeConformance } from "../../src/testing/store-conformance.ts";
import { agreesWithMap } from "./store-model.ts";

/** A subject, and how to take away what it leaves. */
export interface OpenedSubject extends StoreSubject {
  readonly dispose: () => Promise<void>;
}

/** Runs everything that a store must do; `numRuns` is how many random histories it is put through. */
export function describeStore(
  name: string,
  open: () => Promise<OpenedSubject>,
  numRuns: number = 30,
): void {
  describe(name, () => {
    let subject: OpenedSubject;
    beforeEach(async () => {
      subject = await open();
    });
    afterEach(async () => {
      await Promise.all([subject.store.close(), subject.other.close()]);
      await subject.dispose();
    });

    test.each(storeConformance)("$name", ({ run }) => run(subject));

    test("holds after any transactions what a map would hold", () =>
      agreesWithMap(subject.store, numRuns));
  });
}
