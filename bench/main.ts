/** `npm run bench -- NAME [--data DIR] [--seed N] [--clock wall|cpu] [--quick] [--json]`; see README.md. */

import { admission } from "./admission.ts";
import { audit } from "./audit.ts";
import { cluster } from "./cluster.ts";
import { codec } from "./codec.ts";
import { failover } from "./failover.ts";
import { flowmods } from "./flowmods.ts";
import { hose } from "./hose.ts";
import { p2p } from "./p2p.ts";
import { recovery } from "./recovery.ts";
import { scale } from "./scale.ts";
import { scenarios } from "./scenarios.ts";
import { setup } from "./setup.ts";
import { steiner } from "./steiner.ts";
import { parseArguments } from "./support/arguments.ts";
import type { Bench } from "./support/bench.ts";
import { table } from "./support/table.ts";
import { topology } from "./topology.ts";
import { wan } from "./wan.ts";

const benches: ReadonlyMap<string, Bench> = new Map(
  Object.entries({
    admission,
    audit,
    cluster,
    codec,
    failover,
    flowmods,
    hose,
    p2p,
    recovery,
    scale,
    scenarios,
    setup,
    steiner,
    topology,
    wan,
  }),
);

const OPTIONS = "[--data DIR] [--seed N] [--clock wall|cpu] [--quick] [--json]";

/** How a command line that means nothing ends. */
const EXIT_USAGE = 2;

const { name = "", json, ...options } = readArguments();
const bench = benches.get(name) ?? usage(name === "" ? "which one?" : `there is no ${name}`);
const report = await bench.run({ ...options, progress: (text) => console.error(text) });
if (json) {
  console.log(JSON.stringify({ bench: name, ...report }));
} else {
  console.log(`${table(report.cases)}\n\n${JSON.stringify(report.summary, undefined, 2)}`);
}

function readArguments(): ReturnType<typeof parseArguments> {
  try {
    return parseArguments(process.argv.slice(2));
  } catch (error) {
    return usage(error instanceof Error ? error.message : String(error));
  }
}

function usage(problem: string): never {
  console.error(`${problem}\n\nnpm run bench -- NAME ${OPTIONS}\n`);
  for (const [name, { about }] of benches) console.error(`  ${name.padEnd(10)} ${about}`);
  process.exit(EXIT_USAGE);
}
