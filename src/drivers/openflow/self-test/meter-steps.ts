import { err, ok, type Result, safeTry } from "neverthrow";
import { roundedUp } from "../../../model/rate-steps.ts";
import type { MeterSteps } from "../compile/meter.ts";
import type { SessionError } from "../session-error.ts";
import { meterFlag } from "../wire/constants.ts";
import type { MeterConfig, MeterMod } from "../wire/meter.ts";
import { freeIds } from "./free-ids.ts";
import { type SelfTestBench, sessionError } from "./self-test-bench.ts";

/** A rate in kbit/s and a burst in kbit. */
interface Limit {
  readonly rate: number;
  readonly burst: number;
}

/** Primes from slow to fast: what they are rounded to has nothing in common but the step. */
const limits: readonly Limit[] = [
  { rate: 1_237, burst: 131 },
  { rate: 3_571, burst: 367 },
  { rate: 17_389, burst: 1_789 },
  { rate: 123_457, burst: 12_347 },
  { rate: 1_234_577, burst: 123_457 },
];

/**
 * Finds in which steps a switch has the rates and bursts of meters, by meters with numbers that are ours
 * and that nobody uses: what is shown of odd ones are multiples of the step, or of what it has become by
 * doubling. Undefined where they are shown as they were asked for, and where there is no such step; nothing
 * is left behind.
 */
export async function meterSteps(
  bench: SelfTestBench,
): Promise<Result<MeterSteps | undefined, SessionError>> {
  return safeTry(async function* () {
    const { profile, reader, meterIds } = bench;
    if (profile.meters === undefined) return ok(undefined);
    const ids = freeIds(meterIds, yield* reader.allMeters(), limits.length);
    if (ids.length < limits.length) return ok(undefined);
    const shown = yield* await tried(bench, ids, limits);
    if (shown === undefined || areAlike(shown, limits)) return ok(undefined);
    for (const steps of candidates(shown)) {
      const whole = limits.map(({ rate, burst }) => ({
        rate: roundedUp(rate, steps.rateKbps, steps.rateBits),
        burst: roundedUp(burst, steps.burstKbit, steps.burstBits),
      }));
      const again = yield* await tried(bench, ids, whole);
      if (again !== undefined && areAlike(again, whole)) return ok(steps);
    }
    return ok(undefined);
  });
}

/**
 * The steps that what is shown may come from: equal ones, and ones that double. A step that is taken for
 * twice what it is, and a bit too few, are on the safe side: what is in such steps is also in the real ones.
 */
function candidates(shown: readonly Limit[]): readonly MeterSteps[] {
  const rates = shown.map(({ rate }) => rate);
  const bursts = shown.map(({ burst }) => burst);
  const equal = {
    rateKbps: rates.reduce(commonDivisor),
    burstKbit: bursts.reduce(commonDivisor),
  };
  if (equal.rateKbps === 0 || equal.burstKbit === 0) return [];
  const doubling = {
    rateBits: significantBits(rates, equal.rateKbps),
    burstBits: significantBits(bursts, equal.burstKbit),
  };
  return [equal, { ...equal, ...doubling }];
}

/** How many bits it takes to write each of these numbers of steps, but for zeros at its end. */
function significantBits(values: readonly number[], step: number): number {
  const written = values.map((value) => (value / step).toString(2).replace(/0+$/, "").length);
  return Math.max(1, ...written);
}

/** What a switch makes of meters; undefined unless it takes and shows them all. */
async function tried(
  { session, dialect, reader }: SelfTestBench,
  ids: readonly number[],
  asked: readonly Limit[],
): Promise<Result<readonly Limit[] | undefined, SessionError>> {
  const meters = ids.map((meter, index) => limited(meter, asked[index]));
  const send = async (command: "add" | "delete"): Promise<Result<boolean, SessionError>> => {
    const messages = meters.map(
      ({ bands, ...meter }): MeterMod => ({
        ...meter,
        type: "meter-mod",
        command,
        bands: command === "add" ? bands : [],
      }),
    );
    const sent = await session.batch(messages.map(dialect.spoken));
    return sent
      .map(() => true)
      .orElse((error) => (error.type === "batch-rejected" ? ok(false) : err(sessionError(error))));
  };
  const added = await send("add");
  const read = await reader.allMeters();
  const removed = await send("delete");
  if (added.isErr()) return err(added.error);
  if (removed.isErr()) return err(removed.error);
  return read.map((held) => {
    const shown = ids.flatMap((id) => limitOf(held.get(id)) ?? []);
    return added.value && shown.length === ids.length ? shown : undefined;
  });
}

function limited(meter: number, { rate, burst }: Limit = { rate: 1, burst: 1 }): MeterConfig {
  const flags = meterFlag.kbps | meterFlag.burst;
  return { meter, flags, bands: [{ type: "drop", rate, burst }] };
}

function limitOf(meter: MeterConfig | undefined): Limit | undefined {
  const [band] = meter?.bands ?? [];
  return band?.type === "drop" ? band : undefined;
}

function areAlike(some: readonly Limit[], others: readonly Limit[]): boolean {
  return some.every(({ rate, burst }, index) => {
    const other = others[index];
    return rate === other?.rate && burst === other.burst;
  });
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
