import type { Bandwidth } from "../../../model/bandwidth.ts";
import type { NetworkNumber } from "../../../model/ids.ts";
import type { Policer } from "../../../model/segment.ts";
import type { Match } from "../wire/match.ts";
import type { CompileOptions } from "./compile.ts";
import { learnedCookie, networkCookie } from "./cookie.ts";
import type { Draft, DraftFlow, DraftGroup } from "./draft.ts";
import { meterFor } from "./meter.ts";
import { type PipelineTable, pipelineTable, taughtTable } from "./pipeline.ts";
import type { SwitchProfile } from "./switch-profile.ts";

/** A table by its name. */
export type TableName = keyof typeof pipelineTable | "sources" | "deliver-taught";

/** The tables of both pipelines by name. */
const tableNumbers: Readonly<Record<TableName, PipelineTable>> = {
  ...pipelineTable,
  sources: taughtTable.sources,
  "deliver-taught": taughtTable.deliver,
};

/** What the marks are, and how meters are made. */
type BuilderOptions = Pick<CompileOptions, "table" | "priority" | "cookiePrefix" | "burstMs"> & {
  readonly profile: Pick<SwitchProfile, "meterSteps">;
};

/** A meter to be. */
interface Limit {
  readonly rate: Bandwidth;
  readonly burstMs: number;
}

/** Gathers what one node should hold for one network, with the marks that are the network's. */
export class DraftBuilder {
  readonly #network: NetworkNumber;
  readonly #options: BuilderOptions;
  readonly #cookie: bigint;
  readonly #flows: DraftFlow[] = [];
  readonly #groups = new Map<string, DraftGroup>();
  readonly #limits = new Map<string, Limit>();
  readonly #learned = new Set<bigint>();

  constructor(network: NetworkNumber, options: BuilderOptions) {
    this.#network = network;
    this.#options = options;
    this.#cookie = networkCookie(options.cookiePrefix, network);
  }

  /** All that was gathered. */
  draft(): Draft {
    const { meterSteps } = this.#options.profile;
    const meters = [...this.#limits].map(
      ([key, { rate, burstMs }]) => [key, meterFor(rate, burstMs, meterSteps)] as const,
    );
    return {
      flows: this.#flows,
      groups: this.#groups,
      meters: new Map(meters),
      learned: this.#learned,
    };
  }

  /** A flow, of the usual priority if it names none. */
  flow(
    table: TableName,
    match: Match,
    does: Omit<DraftFlow, "table" | "match" | "priority" | "cookie"> & { priority?: number },
  ): void {
    const { priority } = this.#options;
    const cookie = this.#cookie;
    this.#flows.push({ priority, cookie, ...does, table: this.table(table), match });
  }

  /** A group under its key. */
  group(key: string, group: DraftGroup): void {
    this.#groups.set(key, group);
  }

  /** The reference to a policer's meter. Rules may share one; it has the highest of their rates. */
  meter(police: Policer | undefined, bursts = 1): Pick<DraftFlow, "meter"> {
    if (police === undefined) return {};
    const { key, rate } = police;
    const known = this.#limits.get(key);
    const burstMs = this.#options.burstMs * bursts;
    if (known === undefined || known.rate < rate) this.#limits.set(key, { rate, burstMs });
    return { meter: key };
  }

  /** The switch may hold what is learned behind a port. */
  mayLearn(port: number): void {
    this.#learned.add(learnedCookie(this.#options.cookiePrefix, this.#network, port));
  }

  /** The number of a table. */
  table(table: TableName): number {
    return this.#options.table + tableNumbers[table];
  }
}
