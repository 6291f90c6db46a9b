import { err, ok, type Result } from "neverthrow";
import { looksExact, type MeterSteps } from "../compile/meter.ts";
import { lacksOf, type SelfTest } from "../compile/switch-profile.ts";
import { describeSessionError, type SessionError } from "../session-error.ts";
import type { MeterConfig } from "../wire/meter.ts";
import { meterSteps } from "./meter-steps.ts";
import { selfTest, type Tried } from "./self-test.ts";
import type { SelfTestBench } from "./self-test-bench.ts";

/** How often a test may come to nothing in a row before a switch is taken as it is known, or says that it is. */
const MAX_INTERRUPTED = 2;

interface Steps {
  /** Absent where meters are as they were asked for, and where it is not known. */
  readonly meterSteps?: MeterSteps;
}

/** What is known of a switch beyond what it says of itself. */
export interface Tested extends Steps {
  readonly selfTest: SelfTest;
}

type NotDone = Extract<SelfTest, { status: "not-done" }>;

/** What trying has shown. */
interface Found {
  readonly tested: Tested;
  /** Whether nothing was left out, and all of it showed whether it works. */
  readonly isWhole: boolean;
}

/**
 * What was found by trying at the switch of one node, for as long as it says that it is the same. Where all
 * works, nothing is tried again. Else it is at each connection, since a message that was lost or overtaken on
 * the way looks the same: all where no network is, and what is lacking beside networks.
 */
export class SelfTestRecord {
  #identity = "";
  #found: Found | undefined;
  /** The steps of its meters, once they were looked for where nothing else may be tried. */
  #steps: Steps | undefined;
  #interrupted = 0;
  #isSpared: boolean;
  readonly #wantedKbps: () => ReadonlySet<number>;

  /**
   * `isSpared` leaves the switch alone the first time: it may carry what stood before the agent. `wantedKbps` tells
   * the rates that its meters should have, if it can have any.
   */
  constructor(isSpared: boolean, wantedKbps: () => ReadonlySet<number> = () => new Set()) {
    this.#isSpared = isSpared;
    this.#wantedKbps = wantedKbps;
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
    if (known?.isWhole && lacksOf(known.tested).length === 0) return ok(known.tested);
    if (this.#interrupted >= MAX_INTERRUPTED) {
      if (known === undefined) return ok(notDone("it was interrupted each time"));
      this.#interrupted = 0;
      return ok(known.tested);
    }
    const found = await tried(bench, known);
    if (found.isErr()) {
      this.#interrupted += 1;
      const { error } = found;
      if (error.type === "session-closed") return err(error);
      return ok(known?.tested ?? notDone(describeSessionError(error)));
    }
    this.#interrupted = 0;
    if ("reason" in found.value)
      return known === undefined ? this.#untried(found.value.reason, bench) : ok(known.tested);
    this.#found = found.value;
    return ok(found.value.tested);
  }

  /**
   * Meters that nobody uses harm no network, so that their steps are looked for all the same where what
   * stands shows that there are some: nothing is sent to a switch that is as it should be.
   */
  async #untried(reason: string, bench: SelfTestBench): Promise<Result<Tested, SessionError>> {
    const steps = this.#steps ?? (await stepsIfShown(bench, this.#wantedKbps()));
    if ("type" in steps) return steps.type === "session-closed" ? err(steps) : ok(notDone(reason));
    this.#steps = steps;
    return ok({ ...notDone(reason), ...steps });
  }
}

function notDone(reason: string): Tested {
  return { selfTest: { status: "not-done", reason } };
}

/** Tries what is to be tried, and once more where meters only seem to be missing because they are rounded. */
async function tried(
  bench: SelfTestBench,
  known: Found | undefined,
): Promise<Result<Found | NotDone, SessionError>> {
  const steps = stepsIn(known?.tested);
  const first = await selfTest(withSteps(bench, steps), known && lacksOf(known.tested));
  if (first.isErr()) return err(first.error);
  if (first.value.status === "not-done") return ok(first.value);
  const { lacks } = first.value;
  if (!lacks.some(({ feature }) => feature === "meter")) return ok(foundBy(first.value, steps));
  const others = await stepsOf(bench);
  if ("type" in others) return err(others);
  if (others.meterSteps === undefined) return ok(foundBy(first.value, {}));
  const again = await selfTest(withSteps(bench, others), lacks);
  return again.map((second) => (second.status === "done" ? foundBy(second, others) : second));
}

function foundBy(
  { status, lacks, isWhole }: Extract<Tried, { status: "done" }>,
  steps: Steps,
): Found {
  return { tested: { selfTest: { status, lacks }, ...steps }, isWhole };
}

function stepsIn({ meterSteps }: Steps = {}): Steps {
  return meterSteps === undefined ? {} : { meterSteps };
}

function withSteps(bench: SelfTestBench, steps: Steps): SelfTestBench {
  return { ...bench, profile: { ...bench.profile, ...steps } };
}

async function stepsIfShown(
  bench: SelfTestBench,
  wantedKbps: ReadonlySet<number>,
): Promise<Steps | SessionError> {
  const { reader, meterIds, burstMs } = bench;
  const held = await reader.allMeters();
  if (held.isErr()) return held.error;
  const ours = [...held.value.values()].filter(
    ({ meter }) => meter >= meterIds.first && meter <= meterIds.last,
  );
  const isWanted = ({ bands }: MeterConfig): boolean =>
    bands.every((band) => band.type !== "drop" || wantedKbps.has(band.rate));
  const isExact = ours.every((meter) => looksExact(meter, burstMs) && isWanted(meter));
  return isExact ? {} : stepsOf(bench);
}

async function stepsOf(bench: SelfTestBench): Promise<Steps | SessionError> {
  const found = await meterSteps(bench);
  return found.match(
    (steps) => (steps === undefined ? {} : { meterSteps: steps }),
    (error) => error,
  );
}
