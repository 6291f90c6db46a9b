import { err, ok, okAsync, type ResultAsync } from "neverthrow";
import { sameValue } from "../../model/same-value.ts";
import type { SwitchFeatures } from "./channel/channel-effect.ts";
import { pipelineTable, taughtTable } from "./compile/pipeline.ts";
import { hasGroups, type SwitchProfile } from "./compile/switch-profile.ts";
import type { SwitchSession } from "./session.ts";
import type { SessionError } from "./session-error.ts";
import { capability } from "./wire/constants.ts";

/** How many flows tables take, or hold, by table. */
export type PerTable = ReadonlyMap<number, number>;

/** What a switch says of how much its tables take. */
type TableSizes = Pick<SwitchProfile, "tableSizes">;

const NO_TABLES: PerTable = new Map();

/** One that does not answer says nothing of its tables, and keeps nobody waiting for ever; some say very much. */
const TIMEOUT_MS = 5_000;

/**
 * How many flows each of a switch's tables takes, where it says so: with the tables' features from OpenFlow 1.3 on (§7.3.5.5),
 * with their statistics in 1.0 (§5.3.5). None of a table is as good as no answer.
 */
export function readTableSizes(
  session: SwitchSession,
  features: Pick<SwitchFeatures, "version" | "capabilities">,
): ResultAsync<TableSizes, SessionError> {
  const sizes: ResultAsync<readonly Sized[], SessionError> = hasGroups(features)
    ? session
        .multipart({ type: "table-features", tables: [] }, { timeoutMs: TIMEOUT_MS })
        .map((parts) => parts.flatMap(({ tables }) => tables))
    : tableStats(session, features);
  return orNothing(sizes, []).map((tables) => {
    const known = tables.flatMap(({ table, maxEntries = 0 }) =>
      maxEntries > 0 ? [[table, maxEntries] as const] : [],
    );
    return known.length === 0 ? {} : { tableSizes: new Map(known) };
  });
}

/** How many flows there are in each table, whoever put them there; of none where the switch does not say. */
export function readTableCounts(
  session: SwitchSession,
  features: Pick<SwitchFeatures, "version" | "capabilities">,
): ResultAsync<PerTable, SessionError> {
  const counts = tableStats(session, features).map(
    (tables) => new Map(tables.map(({ table, activeCount }) => [table, activeCount])),
  );
  return orNothing(counts, NO_TABLES);
}

/** Whether both say the same. */
export function sameTableSizes(
  { tableSizes: a }: TableSizes,
  { tableSizes: b }: TableSizes,
): boolean {
  return sameValue(a && [...a], b && [...b]);
}

/** The tables that programs use from the driver's first one on and of which it is known how much they take. */
export function limitedTables(
  { tableSizes = NO_TABLES }: TableSizes,
  first: number,
): readonly number[] {
  const last = first + Math.max(pipelineTable.addresses, taughtTable.deliver);
  return [...tableSizes.keys()].filter((table) => table >= first && table <= last);
}

function tableStats(
  session: SwitchSession,
  { capabilities }: Pick<SwitchFeatures, "capabilities">,
): ResultAsync<readonly Table[], SessionError> {
  if ((capabilities & capability.tableStats) === 0) return okAsync([]);
  return session
    .multipart({ type: "table" }, { timeoutMs: TIMEOUT_MS })
    .map((parts) => parts.flatMap(({ tables }) => tables));
}

interface Sized {
  readonly table: number;
  readonly maxEntries?: number;
}

interface Table extends Sized {
  readonly activeCount: number;
}

function orNothing<T>(
  asked: ResultAsync<T, SessionError>,
  nothing: T,
): ResultAsync<T, SessionError> {
  return asked.orElse((error) => (error.type === "session-closed" ? err(error) : ok(nothing)));
}
