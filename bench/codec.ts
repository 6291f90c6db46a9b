import { decodeMessage, encodeMessage, OPENFLOW_1_3 } from "dcns/openflow";
import { type CodecRates, osKenRates } from "./codec/os-ken.ts";
import { encodeAll, type Sample, samples } from "./codec/samples.ts";
import type { Bench, BenchCase, BenchOptions, BenchReport, BenchSummary } from "./support/bench.ts";
import { median, rounded } from "./support/statistics.ts";
import { value } from "./support/value.ts";

/** How fast messages become bytes and bytes messages. */
export const codec: Bench = {
  about: "OpenFlow 1.3 messages encoded and decoded per second, beside os-ken",
  run,
};

/** How much is measured. */
interface Extent {
  readonly messages: number;
  readonly rounds: number;
  /** How long each task goes on in each round, in processor time. */
  readonly sliceMs: number;
  /** How long os-ken has for each of its tasks. */
  readonly osKenSeconds: number;
}

const full: Extent = { messages: 10_000, rounds: 15, sliceMs: 150, osKenSeconds: 2 };
const quick: Extent = { messages: 1_000, rounds: 1, sliceMs: 10, osKenSeconds: 0.1 };

type Direction = "encode" | "decode";

/** One direction of one sample, and its rates so far in messages per second. */
interface Task {
  readonly sample: Sample;
  readonly direction: Direction;
  /** Works through the whole sample once. */
  readonly pass: () => void;
  readonly bytesPerMessage: number;
  readonly rates: number[];
}

async function run({ quick: isQuick, progress }: BenchOptions): Promise<BenchReport> {
  const { messages, rounds, sliceMs, osKenSeconds } = isQuick ? quick : full;
  const all = samples(messages);
  const tasks = all.flatMap((sample) => tasksOf(sample));
  progress(`${tasks.length} tasks in turn, ${rounds} rounds`);
  // The first round is there to be compiled.
  for (let round = -1; round < rounds; round += 1) {
    for (const task of tasks) {
      const rate = measure(task, sliceMs);
      if (round >= 0) task.rates.push(rate);
    }
  }
  const osKen = osKenRates(all, osKenSeconds);
  progress(osKen === undefined ? "os-ken left out: no Python here has it" : "os-ken measured");
  return report(tasks, rounds, osKen);
}

function tasksOf(sample: Sample): readonly Task[] {
  const { messages } = sample;
  const encoded = encodeAll(messages);
  const bytes = encoded.reduce((sum, each) => sum + each.length, 0);
  const bytesPerMessage = bytes / messages.length;
  const encode = (): void => {
    for (const message of messages) encodeMessage(OPENFLOW_1_3, 1, message);
  };
  const decode = (): void => {
    for (const each of encoded) value(decodeMessage(each));
  };
  return [
    { sample, direction: "encode", pass: encode, bytesPerMessage, rates: [] },
    { sample, direction: "decode", pass: decode, bytesPerMessage, rates: [] },
  ];
}

/**
 * Messages per second of processor time, of as many passes as fit in the slice. That is the time of
 * this process alone, its garbage collector included, so that other work does not count.
 */
function measure({ sample, pass }: Task, sliceMs: number): number {
  const start = process.cpuUsage();
  let passes = 0;
  let elapsedMs = 0;
  while (elapsedMs < sliceMs) {
    pass();
    passes += 1;
    const { user, system } = process.cpuUsage(start);
    elapsedMs = (user + system) / 1000;
  }
  return (passes * sample.messages.length * 1000) / elapsedMs;
}

function report(
  tasks: readonly Task[],
  rounds: number,
  osKen: CodecRates | undefined,
): BenchReport {
  const cases: BenchCase[] = [];
  const summary: Record<Direction, Record<string, BenchSummary>> = { encode: {}, decode: {} };
  const ratios: Record<Direction, Record<string, number>> = { encode: {}, decode: {} };
  for (const { sample, direction, bytesPerMessage, rates } of tasks) {
    const { name, messages, entries } = sample;
    const perEntry = (entries ?? messages.length) / messages.length;
    const figures = (rate: number): { readonly [name: string]: number } => ({
      messagesPerSecond: Math.round(rate),
      ...(entries === undefined ? {} : { entriesPerSecond: Math.round(rate * perEntry) }),
      mbPerSecond: rounded((rate * bytesPerMessage) / 1e6),
    });
    const ours = median(rates);
    cases.push({ message: name, direction, by: "dcns", rounds, ...figures(ours) });
    summary[direction][name] = figures(ours);
    const theirs = osKen?.[direction][name];
    if (theirs === undefined) continue;
    cases.push({ message: name, direction, by: "osKen", rounds: 1, ...figures(theirs) });
    ratios[direction][name] = rounded(ours / theirs);
  }
  return { cases, summary: { ...summary, ratios: osKen === undefined ? {} : { osKen: ratios } } };
}
