import { parseArgs } from "node:util";
import { fuzz } from "./fuzz.ts";
import { seedMessages } from "./seeds.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "10" },
    seed: { type: "string", default: "1" },
    data: { type: "string" },
  },
});
const deadline = performance.now() + 1000 * Number(values.seconds);
const report = fuzz({
  corpus: seedMessages(values.data),
  seed: Number(values.seed),
  isOver: (runs) => runs % 256 === 0 && performance.now() >= deadline,
});
console.log(JSON.stringify(report));
process.exitCode = report.failure === undefined ? 0 : 1;
