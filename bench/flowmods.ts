import { missingForOvs } from "../test/lab/require-ovs.ts";
import type { Bench, BenchCase, BenchOptions, BenchReport, BenchSummary } from "./support/bench.ts";
import {
  FlowLab,
  type InstallExtent,
  type InstallerName,
  rateByName,
} from "./support/flow-installers.ts";
import { rounded } from "./support/statistics.ts";

/** How fast flows come onto a real switch, confirmed by it, by us and by others. */
export const flowmods: Bench = {
  about: "flows per second onto an Open vSwitch, beside ovs-ofctl --bundle and os-ken",
  run,
};

/** What is measured with how many flows; the first is what os-ken takes part in. */
const full: readonly InstallExtent[] = [
  { flows: 10_000, rounds: 21 },
  { flows: 100_000, rounds: 5 },
];

const quick: readonly InstallExtent[] = [{ flows: 1_000, rounds: 1 }];

async function run({ quick: isQuick, progress }: BenchOptions): Promise<BenchReport> {
  const missing = missingForOvs();
  if (missing.length > 0) {
    progress(`left out: it needs ${missing.join(", ")}`);
    return { cases: [], summary: { flowsPerSecond: {}, ratios: {} } };
  }
  const lab = await FlowLab.start();
  try {
    return await compare(lab, isQuick ? quick : full, progress);
  } finally {
    await lab.close();
  }
}

async function compare(
  lab: FlowLab,
  extents: readonly InstallExtent[],
  progress: BenchOptions["progress"],
): Promise<BenchReport> {
  const cases: BenchCase[] = [];
  const flowsPerSecond: Record<string, BenchSummary> = {};
  const ratios: Record<string, number> = {};
  for (const [at, extent] of extents.entries()) {
    const { flows, rounds } = extent;
    progress(`${flows} flows to an Open vSwitch, ${rounds} times each way`);
    const names: InstallerName[] = ["session", "sessionTcp", "ovsOfctlBundle"];
    if (at === 0 && lab.hasOsKen) names.push("osKen");
    const rates = await lab.rates(names, extent);
    const suffix = at === 0 ? "" : String(flows);
    const counted = rateByName(rates);
    flowsPerSecond[flows] = counted;
    for (const [installer, perSecond] of Object.entries(counted)) {
      cases.push({ flows, installer, rounds, perSecond });
      const ratio = rounded(rates.session.perSecond / perSecond);
      if (installer !== "session") ratios[`${installer}${suffix}`] = ratio;
    }
  }
  return { cases, summary: { flowsPerSecond, ratios } };
}
