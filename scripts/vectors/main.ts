import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { judge } from "./judge.ts";
import { loadVectors } from "./vector.ts";

/** What came of all vectors of a folder; the last line of the output. */
export interface VectorReport {
  readonly total: number;
  readonly decoded: number;
  readonly roundTripped: number;
  readonly disagreements: readonly Finding[];
  readonly excused: readonly Finding[];
}

/** A vector, and what is wrong with it or with the codec. */
export interface Finding {
  readonly file: string;
  readonly reason: string;
}

/** Judges every vector of a folder that is laid out like the reference data. */
export function vectorReport(folder: string): VectorReport {
  const judged = loadVectors(folder).map((vector) => ({ vector, verdict: judge(vector) }));
  const findings = (key: "disagreement" | "excuse"): Finding[] =>
    judged.flatMap(({ vector, verdict }) => {
      const reason = verdict[key];
      return reason === undefined ? [] : [{ file: vector.file, reason }];
    });
  return {
    total: judged.length,
    decoded: judged.filter(({ verdict }) => verdict.decoded).length,
    roundTripped: judged.filter(({ verdict }) => verdict.roundTripped).length,
    disagreements: findings("disagreement"),
    excused: findings("excuse"),
  };
}

function main(): void {
  const { values } = parseArgs({
    options: { data: { type: "string" }, json: { type: "boolean" } },
  });
  const { DCNS_SHARED } = process.env;
  const shared = DCNS_SHARED ?? resolve(import.meta.dirname, "../../../shared");
  const report = vectorReport(values.data ?? resolve(shared, "data/openflow"));
  if (values.json !== true) {
    for (const { file, reason } of report.disagreements)
      console.log(`DISAGREES ${file}: ${reason}`);
    for (const { file, reason } of report.excused) console.log(`excused   ${file}: ${reason}`);
    console.log(
      `${report.total} vectors, ${report.decoded} decoded, ${report.roundTripped} same bytes`,
    );
  } else console.log(JSON.stringify(report));
  process.exitCode = report.total === 0 || report.disagreements.length > 0 ? 1 : 0;
}

if (process.argv[1] === import.meta.filename) main();
