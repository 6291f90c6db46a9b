import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import type { BenchClock } from "./clock.ts";

/** The command line of `npm run bench -- NAME ...`. */
export interface BenchArguments {
  readonly name: string | undefined;
  readonly data: string | undefined;
  readonly seed: number;
  readonly clock: BenchClock;
  readonly quick: boolean;
  readonly json: boolean;
}

/** Reads the words after the program's name; throws on those that mean nothing. */
export function parseArguments(words: readonly string[]): BenchArguments {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      data: { type: "string" },
      seed: { type: "string", default: "1" },
      clock: { type: "string", default: "wall" },
      quick: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  const { data, seed, clock, quick, json } = values;
  const [name, ...more] = positionals;
  if (more.length > 0) throw new Error(`one benchmark at a time, not also ${more.join(", ")}`);
  if (data !== undefined && !existsSync(data)) throw new Error(`there is no ${data}`);
  if (!/^\d+$/.test(seed)) throw new Error(`--seed takes a whole number, not ${seed}`);
  if (clock !== "wall" && clock !== "cpu") throw new Error(`--clock is wall or cpu, not ${clock}`);
  return { name, data, seed: Number(seed), clock, quick, json };
}
