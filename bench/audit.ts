import { OpenFlowDriver, systemClock, Topology } from "dcns";
import { type SwitchListener, socketListener } from "dcns/openflow";
import { MemoryListener, SimulatedFabric } from "dcns/testing";
import { OvsLab } from "../test/lab/ovs-lab.ts";
import { missingForOvs } from "../test/lab/require-ovs.ts";
import { countedListener } from "./audit/counted-listener.ts";
import { auditedDocument, auditedDomain, segmentsOf } from "./audit/rules.ts";
import type { Bench, BenchCase, BenchOptions, BenchReport, BenchSummary } from "./support/bench.ts";
import { type BenchClock, milliseconds } from "./support/clock.ts";
import { percentiles } from "./support/statistics.ts";
import { value } from "./support/value.ts";

/** How long it takes to see that a switch that connects is right. */
export const audit: Bench = {
  about: "10,000 rules of a switch that connects compared with what it should hold",
  run,
};

const full = { rules: 10_000, rounds: 7 };
const quick = { rules: 1_000, rounds: 1 };

/** A switch that can be made to dial in, again and again. */
interface Dialler {
  readonly listener: SwitchListener;
  dial(): Promise<void>;
  close(): Promise<void>;
}

async function run({ quick: isQuick, clock, progress }: BenchOptions): Promise<BenchReport> {
  const { rules, rounds } = isQuick ? quick : full;
  const missing = missingForOvs();
  const starts = new Map([["simulated-memory", startSimulated]]);
  if (missing.length === 0) starts.set("open-vswitch", startOpenVSwitch);
  else progress(`open-vswitch left out: it needs ${missing.join(", ")}`);
  const cases: BenchCase[] = [];
  const ms: Record<string, BenchSummary> = {};
  let flowModsWhenEqual = 0;
  for (const [name, start] of starts) {
    progress(`${rules} rules on ${name}, ${rounds} times`);
    const measured = await measure(await start(), { rules, rounds, clock });
    const { p50, p99 } = percentiles(measured.auditMs);
    const handshake = percentiles(measured.handshakeMs).p50;
    ms[name] = { p50, p99, handshake, install: Math.round(measured.installMs) };
    const { mods } = measured;
    flowModsWhenEqual += mods;
    const figures = { p50Ms: p50, p99Ms: p99, handshakeMs: handshake, flowModsWhenEqual: mods };
    cases.push({ fabric: name, rules, rounds, ...figures });
  }
  return { cases, summary: { ms, flowModsWhenEqual } };
}

interface Extent {
  readonly rules: number;
  readonly rounds: number;
  readonly clock: BenchClock;
}

async function measure(
  dialler: Dialler,
  { rules, rounds, clock }: Extent,
): Promise<{
  readonly installMs: number;
  /** From the end of the handshake until the switch is said to hold exactly what it should. */
  readonly auditMs: readonly number[];
  /** How long the switch took to say who it is. */
  readonly handshakeMs: readonly number[];
  readonly mods: number;
}> {
  const now = (): number => milliseconds(clock);
  const listener = countedListener(dialler.listener, now);
  const driver = new OpenFlowDriver({ listen: listener });
  try {
    const context = { domain: auditedDomain, clock: systemClock, segments: segmentsOf(rules) };
    value(await driver.attach(context));
    const untilUp = async (): Promise<number> => {
      const up = nextUp(driver, now);
      await dialler.dial();
      return (await up) - listener.knownAtMs;
    };
    const installMs = await untilUp();
    if (listener.mods !== rules) throw new Error(`${listener.mods} flow-mods, not ${rules}`);
    const auditMs: number[] = [];
    const handshakeMs: number[] = [];
    let mods = 0;
    for (let round = 0; round < rounds; round += 1) {
      auditMs.push(await untilUp());
      handshakeMs.push(listener.knownAtMs - listener.acceptedAtMs);
      mods += listener.mods;
    }
    return { installMs, auditMs, handshakeMs, mods };
  } finally {
    await driver.close();
    await dialler.close();
  }
}

/** When the driver next says that a switch is as it should be, by `now`. */
function nextUp(driver: OpenFlowDriver, now: () => number): Promise<number> {
  return new Promise((resolve, reject) => {
    const subscription = driver.subscribe((event) => {
      if (event.type === "drift" && !event.repaired) reject(new Error(event.what.join("; ")));
      if (event.type !== "node-up") return;
      subscription[Symbol.dispose]();
      resolve(now());
    });
  });
}

async function startSimulated(): Promise<Dialler> {
  const listener = new MemoryListener({ clock: systemClock });
  const topology = value(Topology.parse(auditedDocument));
  const fabric = new SimulatedFabric({ topology, clock: systemClock, dial: listener.dial });
  return {
    listener,
    dial: async () => fabric.connect(),
    close: async () => fabric[Symbol.dispose](),
  };
}

async function startOpenVSwitch(): Promise<Dialler> {
  const lab = await OvsLab.start(auditedDocument);
  return {
    listener: socketListener(lab.controller),
    dial: () => lab.connect(),
    close: () => lab.close(),
  };
}
