import { parseArgs } from "node:util";
import { replayOf } from "./fresh-seeds.ts";
import { simulateMutation } from "./mutate.ts";
import { mutations } from "./mutations.ts";
import { simulate } from "./simulation.ts";
import { soak } from "./soak.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "100" },
    from: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
    log: { type: "boolean", default: false },
    "until-failure": { type: "boolean", default: false },
    mutations: { type: "boolean", default: false },
    soak: { type: "string" },
  },
});
const first = Number(values.from);
const count = Number(values.seeds);

if (values.mutations) {
  for (const mutation of mutations) {
    const { name, fault } = await simulateMutation(mutation, count);
    console.log(`${fault === undefined ? "MISSED" : "caught"}  ${name}: ${fault?.split("\n")[0]}`);
    if (fault === undefined) process.exitCode = 1;
  }
  process.exit();
}

if (values.soak !== undefined) {
  const { fault, summary } = await soak(first, Number(values.soak));
  console.log(fault ?? summary);
  process.exit(fault === undefined ? 0 : 1);
}

let steps = 0;
let virtualMs = 0;
const failures: { readonly seed: number; readonly fault: string; readonly replay: string }[] = [];
for (let seed = first; seed < first + count; seed += 1) {
  const result = await simulate(seed);
  steps += result.steps;
  virtualMs += result.virtualMs;
  if (result.fault !== undefined || values.log) {
    console.error([`seed ${seed}`, ...result.log, result.fault ?? "all is well", ""].join("\n"));
  }
  if (result.fault !== undefined) {
    const replay = replayOf(seed);
    failures.push({ seed, fault: result.fault, replay });
    if (values["until-failure"]) break;
  }
}
const virtualHours = Math.round(virtualMs / 36_000) / 100;
const summary = { seeds: count, steps, virtualHours, failures };
if (values.json) console.log(JSON.stringify(summary));
else {
  console.log(`${count} seeds, ${steps} steps, ${virtualHours} virtual hours`);
  for (const { fault, replay } of failures) console.log(`${fault.split("\n")[0]}\n  ${replay}`);
}
process.exitCode = failures.length === 0 ? 0 : 1;
