import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { pythonWithOsKen } from "../support/os-ken.ts";
import { encodeAll, type Sample } from "./samples.ts";

/** Messages per second by name of the sample. */
export interface CodecRates {
  readonly encode: Readonly<Record<string, number>>;
  readonly decode: Readonly<Record<string, number>>;
}

const SCRIPT: string = fileURLToPath(new URL("./os_ken_codec.py", import.meta.url));

/** What messages are given to os-ken: it goes round them. */
const MESSAGES = 1_000;

/** How fast os-ken is with the samples that it can take; undefined where it is not installed. */
export function osKenRates(samples: readonly Sample[], seconds: number): CodecRates | undefined {
  const python = pythonWithOsKen();
  if (python === undefined) return undefined;
  const decode = Object.fromEntries(
    samples.map(({ name, messages }) => {
      const bytes = encodeAll(messages.slice(0, MESSAGES));
      return [name, bytes.map((message) => Buffer.from(message).toString("hex"))];
    }),
  );
  const { status, stdout } = spawnSync(python, [SCRIPT], {
    input: JSON.stringify({ seconds, decode }),
    maxBuffer: 2 ** 20,
  });
  return status === 0 ? JSON.parse(stdout.toString()) : undefined;
}
