import { type SteinerInstance, scaleSets, steinLib } from "./steiner/instances.ts";
import { compareNetworkx } from "./steiner/networkx.ts";
import { type Solved, solved } from "./steiner/solving.ts";
import type { Bench, BenchCase, BenchOptions, BenchReport, BenchSummary } from "./support/bench.ts";
import { median, rounded } from "./support/statistics.ts";

/** How near to minimum Steiner trees the search comes in a given time, and what it proves. */
export const steiner: Bench = {
  about:
    "Steiner trees of SteinLib within 10, 100 and 1,000 ms, exact ones at scale; beside networkx",
  run,
};

/** What an instance that is not proved by the longest budget gets once more, for the share proved. */
const PROOF_MS = 5_000;

/** Sets made to be hard, which have means of their own. */
const ARTIFICIAL: ReadonlySet<string> = new Set(["PUC", "SP"]);

/** Up to how many terminals an instance is also solved without a limit of time. */
const FEW_TERMINALS = 12;

/** One instance, solved within a budget; without one, exactly. */
interface Run extends Solved {
  readonly instance: SteinerInstance;
  readonly budgetMs: number | undefined;
}

async function run({ data, clock, quick, progress }: BenchOptions): Promise<BenchReport> {
  const budgets = quick ? [10] : [10, 100, 1_000];
  const every = quick ? 20 : 1;
  const instances = [...steinLib(data)].filter((_, index) => index % every === 0);
  const scale = [...scaleSets(data)].filter((_, index) => index % every === 0);
  progress(`${instances.length} instances, ${scale.length} terminal sets at scale`);
  const runs: Run[] = [];
  const failures: BenchCase[] = [];
  const attempt = (instance: SteinerInstance, budgetMs: number | undefined): void => {
    try {
      runs.push({ instance, budgetMs, ...solved(instance, budgetMs, clock) });
    } catch (error) {
      const { name, set } = instance;
      progress(String(error));
      failures.push({ case: name, set, budgetMs: budgetMs ?? "exact", failure: String(error) });
    }
  };
  for (const instance of instances.slice(0, WARM_UP)) attempt(instance, 10);
  runs.length = 0;
  failures.length = 0;
  for (const budgetMs of quick ? budgets : [...budgets, PROOF_MS]) {
    progress(`within ${budgetMs} ms`);
    const its = budgetMs === PROOF_MS ? instances.filter(isNotProved(runs)) : instances;
    for (const instance of its) attempt(instance, budgetMs);
  }
  progress("exactly");
  for (const instance of [...instances, ...scale]) {
    if (instance.problem.terminals.length > FEW_TERMINALS) continue;
    attempt(instance, undefined);
  }
  progress("networkx");
  return {
    cases: [...runs.map(caseOf), ...failures],
    summary: {
      failures: failures.length,
      gapPct: Object.fromEntries(budgets.map((ms) => [ms, gapsOf(runs, ms)])),
      provedWithin5s: provedOf(runs),
      exact: exactOf(runs),
      alternatives: compareNetworkx(instances),
    },
  };
}

/** Instances that are solved first, so that the compiler has seen the code. */
const WARM_UP = 40;

function isNotProved(runs: readonly Run[]): (instance: SteinerInstance) => boolean {
  const proved = new Set(runs.flatMap((one) => (one.provedOptimal ? [one.instance] : [])));
  return (instance) => !ARTIFICIAL.has(instance.set) && !proved.has(instance);
}

function caseOf({ instance, budgetMs, cost, gapPct, provedOptimal, ms }: Run): BenchCase {
  const { name, set, optimum } = instance;
  return {
    case: name,
    set,
    budgetMs: budgetMs ?? "exact",
    cost,
    optimum,
    gapPct: rounded(gapPct),
    provedOptimal,
    ms: rounded(ms),
  };
}

/** Of all runs within `budgetMs`: the gaps, together and by set. */
function gapsOf(runs: readonly Run[], budgetMs: number): BenchSummary {
  const its = runs.filter((one) => one.budgetMs === budgetMs);
  const sets = [...new Set(its.map(({ instance }) => instance.set))];
  const of = (isIn: (set: string) => boolean): BenchSummary =>
    gapStatistics(its.filter(({ instance }) => isIn(instance.set)));
  return {
    all: of(() => true),
    withoutArtificial: of((set) => !ARTIFICIAL.has(set)),
    bySet: Object.fromEntries(sets.map((set) => [set, of((other) => other === set)])),
  };
}

function gapStatistics(runs: readonly Run[]): BenchSummary {
  if (runs.length === 0) return {};
  const gaps = runs.map(({ gapPct }) => gapPct);
  return {
    instances: runs.length,
    mean: rounded(gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length),
    median: median(gaps),
    worst: rounded(Math.max(...gaps)),
    proved: runs.filter(({ provedOptimal }) => provedOptimal).length,
    medianMs: median(runs.map(({ ms }) => ms)),
    worstMs: rounded(Math.max(...runs.map(({ ms }) => ms))),
  };
}

/** How many instances are proved within the longest budget, without the artificial sets. */
function provedOf(runs: readonly Run[]): BenchSummary {
  const its = runs.filter(
    ({ instance, budgetMs }) => budgetMs !== undefined && !ARTIFICIAL.has(instance.set),
  );
  const all = new Set(its.map(({ instance }) => instance));
  const proved = new Set(its.flatMap((one) => (one.provedOptimal ? [one.instance] : [])));
  const share = all.size === 0 ? 0 : rounded(proved.size / all.size);
  return { instances: all.size, proved: proved.size, share };
}

/** Median times of exact runs by graph or set, and number of terminals. */
function exactOf(runs: readonly Run[]): BenchSummary {
  const groups = new Map<string, Map<number, number[]>>();
  for (const { instance, budgetMs, provedOptimal, ms } of runs) {
    if (budgetMs !== undefined || !provedOptimal) continue;
    const group = groups.get(instance.set) ?? new Map<number, number[]>();
    groups.set(instance.set, group);
    const k = instance.problem.terminals.length;
    group.set(k, [...(group.get(k) ?? []), ms]);
  }
  return Object.fromEntries(
    [...groups].map(([set, group]) => [
      set,
      Object.fromEntries([...group].map(([k, times]) => [`k${k}`, median(times)])),
    ]),
  );
}
