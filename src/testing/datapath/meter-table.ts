import { err, ok, type Result } from "neverthrow";
import { METER_ALL, METER_MAX, meterFlag } from "../../drivers/openflow/wire/constants.ts";
import type { MeterBand, MeterMod } from "../../drivers/openflow/wire/meter.ts";
import { type Refusal, refuse } from "./refusal.ts";

/** How many bands a meter may have. */
export const MAX_BANDS = 8;

/** A meter: token buckets that a packet must all pass. */
export interface Meter {
  readonly meter: number;
  readonly flags: number;
  readonly bands: readonly Band[];
  /** The most time that counts at once: what fills the slowest bucket, in whole milliseconds. */
  readonly maxFillMs: number;
  readonly createdMs: number;
  filledMs: number;
  packets: number;
  bytes: number;
}

/** One drop band. Tokens are bits or thousandths of packets, and `rate` of them come each ms. */
interface Band {
  readonly config: MeterBand & { readonly type: "drop" };
  readonly capacity: number;
  tokens: number;
  readonly dropped: { packets: number; bytes: number };
}

/**
 * The meters of a switch (OpenFlow 1.3.5 §5.7), drop bands only, with the arithmetic of Open
 * vSwitch's userspace datapath: buckets start full, a burst of 0 becomes one second's worth and is
 * reported as such, and time counts in whole milliseconds, rounded down wherever there is a choice.
 */
export class MeterTable implements Iterable<Meter> {
  readonly #meters = new Map<number, Meter>();

  /** The same meters in a table of its own. */
  copy(): MeterTable {
    const copy = new MeterTable();
    for (const meter of this) copy.#meters.set(meter.meter, meter);
    return copy;
  }

  get(meter: number): Meter | undefined {
    return this.#meters.get(meter);
  }

  /** Carries out an add or a modify; a modified meter starts anew. */
  put(mod: MeterMod, nowMs: number): Result<void, Refusal> {
    const exists = this.#meters.has(mod.meter);
    if (mod.command === "add" && exists) return refuse("meter-mod-failed", "meter-exists");
    if (mod.command === "modify" && !exists) return refuse("meter-mod-failed", "unknown-meter");
    if (mod.meter === 0 || (mod.meter > METER_MAX && mod.meter < FIRST_VIRTUAL_METER)) {
      return refuse("meter-mod-failed", "invalid-meter");
    }
    const compiled = compileBands(mod);
    if (compiled.isErr()) return err(compiled.error);
    this.#meters.set(mod.meter, {
      meter: mod.meter,
      flags: mod.flags,
      bands: compiled.value,
      maxFillMs: Math.max(...compiled.value.map(fillTimeMs)),
      createdMs: nowMs,
      filledMs: nowMs,
      packets: 0,
      bytes: 0,
    });
    return ok(undefined);
  }

  /** Deletes one meter or all of them; gives those that were there. */
  delete(meter: number): readonly number[] {
    const gone = meter === METER_ALL ? [...this.#meters.keys()] : [meter];
    return gone.filter((candidate) => this.#meters.delete(candidate));
  }

  [Symbol.iterator](): Iterator<Meter> {
    return this.#meters.values();
  }
}

/** Counts a packet and takes its tokens; false means that it is dropped. */
export function passMeter(meter: Meter, bytes: number, nowMs: number): boolean {
  const elapsedMs = Math.floor(nowMs) - Math.floor(meter.filledMs);
  const fillMs = Math.min(Math.max(0, elapsedMs), meter.maxFillMs);
  meter.filledMs = nowMs;
  meter.packets += 1;
  meter.bytes += bytes;
  const cost = meter.flags & meterFlag.pktps ? 1000 : 8 * bytes;
  let exceeded: Band | undefined;
  for (const band of meter.bands) {
    band.tokens = Math.min(band.capacity, band.tokens + fillMs * band.config.rate);
    if (band.tokens >= cost) band.tokens -= cost;
    else if (exceeded === undefined || band.config.rate > exceeded.config.rate) exceeded = band;
  }
  if (exceeded === undefined) return true;
  exceeded.dropped.packets += 1;
  exceeded.dropped.bytes += bytes;
  return false;
}

/** Above METER_MAX stand the meters that police the switch's own traffic. */
const FIRST_VIRTUAL_METER = 0xfffffffd;

function compileBands(mod: MeterMod): Result<Band[], Refusal> {
  const units = mod.flags & (meterFlag.kbps | meterFlag.pktps);
  if (units !== meterFlag.kbps && units !== meterFlag.pktps)
    return refuse("meter-mod-failed", "bad-flags");
  if (mod.bands.length === 0 || mod.bands.length > MAX_BANDS)
    return refuse("meter-mod-failed", "out-of-bands");
  const bands: Band[] = [];
  for (const band of mod.bands) {
    if (band.type !== "drop") return refuse("meter-mod-failed", "bad-band");
    if (band.rate === 0) return refuse("meter-mod-failed", "bad-rate");
    const config = { ...band, burst: band.burst === 0 ? band.rate : band.burst };
    const capacity = 1000 * config.burst;
    bands.push({ config, capacity, tokens: capacity, dropped: { packets: 0, bytes: 0 } });
  }
  return ok(bands);
}

function fillTimeMs({ capacity, config }: Band): number {
  return Math.floor(capacity / config.rate);
}
