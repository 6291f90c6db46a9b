import { err, ok, type Result } from "neverthrow";
import { looksExact, type MeterSteps } from "../compile/meter.ts";
import type { SelfTest } from "../compile/switch-profile.ts";
import { describeSessionError, type SessionError } from "../session-error.ts";
import { meterSteps } from "./meter-steps.ts";
import { selfTest } from "./self-test.ts";
import type { SelfTestBench } from "./self-test-bench.ts";

/** How often a test may come to nothing before a switch that has never stood one is taken as it says that it is. */
const MAX_INTERRUPTED = 2;

/** What is known of a switch beyond what it says of itself. */
export interface Tested {
  readonly selfTest: SelfTest;
  /** Absent where meters are as they were asked for, and where it is not known. */
  readonly meterSteps?: MeterSteps;
}

/** What trying has shown. */
interface Found {
  readonly selfTest: Extract<SelfTest, { status: "done" }>;
  readonly meterSteps?: MeterSteps;
}

/**
 * What was found by trying at the switch of one node, for as long as it says that it is the same. What
 * works is not tried again. What does not is tried anew at each connection: a message that was lost or
 * overtaken on the way looks the same.
 */
export class SelfTestRecord {
  #identity = "";
  #found: Found | undefined;
  /** The steps of its meters, once they were looked for where nothing else may be tried. */
  #steps: { readonly meterSteps?: MeterSteps } | undefined;
  #interrupted = 0;
  #isSpared: boolean;

  /** `isSpared` leaves the switch alone the first time: it may carry what stood before the agent. */
  constructor(isSpared: boolean) {
    this.#isSpared = isSpared;
  }

  /** What is known of a switch; it is tried if that is not known yet. An error: the connection broke. */
  async of(identity: string, bench: SelfTestBench): Promise<Result<Tested, SessionError>> {
    if (identity !== this.#identity) {
      this.#identity = identity;
      this.#found = undefined;
      this.#steps = undefined;
      this.#interrupted = 0;
    }
    if (this.#isSpared) {
      this.#isSpared = false;
      return this.#untried("the agent has come back to networks that stand", bench);
    }
    const known = this.#found;
    if (known?.selfTest.lacks.length === 0) return ok(known);
    if (known === undefined && this.#interrupted >= MAX_INTERRUPTED) {
      return ok(notDone("it was interrupted each time"));
    }
    const found = await tried(bench, known);
    if (found.isOk()) {
      this.#interrupted = 0;
      const { selfTest, ...steps } = found.value;
      if (selfTest.status === "done") this.#found = { selfTest, ...steps };
      if (this.#found !== undefined) return ok(this.#found);
      return selfTest.status === "done" ? ok(found.value) : this.#untried(selfTest.reason, bench);
    }
    this.#interrupted += 1;
    const { error } = found;
    if (error.type === "session-closed") return err(error);
    return ok(known ?? notDone(describeSessionError(error)));
  }

  /**
   * Meters that nobody uses harm no network, so that their steps are looked for all the same where what
   * stands shows that there are some: nothing is sent to a switch that is as it should be.
   */
  async #untried(reason: string, bench: SelfTestBench): Promise<Result<Tested, SessionError>> {
    const steps = this.#steps ?? (await stepsIfShown(bench));
    if ("type" in steps) return steps.type === "session-closed" ? err(steps) : ok(notDone(reason));
    this.#steps = steps;
    return ok({ ...notDone(reason), ...steps });
  }
}

function notDone(reason: string): Tested {
  return { selfTest: { status: "not-done", reason } };
}

/** Tries everything, and once more where meters only seem to be missing because they are rounded. */
async function tried(
  bench: SelfTestBench,
  { selfTest: before, ...known }: Partial<Found> = {},
): Promise<Result<Tested, SessionError>> {
  const first = await selfTest(withSteps(bench, known), before?.lacks);
  if (first.isErr()) return err(first.error);
  if (first.value.status !== "done") return ok({ selfTest: first.value, ...known });
  const { lacks } = first.value;
  if (!lacks.some(({ feature }) => feature === "meter"))
    return ok({ selfTest: first.value, ...known });
  const steps = await stepsOf(bench);
  if ("type" in steps) return err(steps);
  if (steps.meterSteps === undefined) return ok({ selfTest: first.value });
  const again = await selfTest(withSteps(bench, steps), lacks);
  return again.map((selfTest) => ({ selfTest, ...steps }));
}

function withSteps(bench: SelfTestBench, steps: Pick<Found, "meterSteps">): SelfTestBench {
  return { ...bench, profile: { ...bench.profile, ...steps } };
}

async function stepsIfShown(
  bench: SelfTestBench,
): Promise<{ readonly meterSteps?: MeterSteps } | SessionError> {
  const { reader, meterIds, burstMs } = bench;
  const held = await reader.allMeters();
  if (held.isErr()) return held.error;
  const ours = [...held.value.values()].filter(
    ({ meter }) => meter >= meterIds.first && meter <= meterIds.last,
  );
  return ours.every((meter) => looksExact(meter, burstMs)) ? {} : stepsOf(bench);
}

async function stepsOf(
  bench: SelfTestBench,
): Promise<{ readonly meterSteps?: MeterSteps } | SessionError> {
  const found = await meterSteps(bench);
  return found.match(
    (steps) => (steps === undefined ? {} : { meterSteps: steps }),
    (error) => error,
  );
}
