import { okAsync, ResultAsync } from "neverthrow";
import { diffPrograms } from "./compile/diff.ts";
import { discrepanciesOf, type NodeDiscrepancy } from "./compile/discrepancies.ts";
import type { Holdings } from "./compile/holdings.ts";
import type { IdPool } from "./compile/id-pool.ts";
import { emptyProgram } from "./compile/program.ts";
import { stagesOf } from "./compile/stages.ts";
import { type Orphans, type SortedOrphans, sortOrphans } from "./orphans.ts";
import type { BatchError, SessionError } from "./session-error.ts";
import type { SwitchTools } from "./switch-tools.ts";

/** The groups and meters of one switch with numbers of ours that belong to no network. */
export class OrphanBook {
  readonly #tools: SwitchTools;
  /** Numbers that are nobody's, and are not seen to be gone yet. */
  readonly #groups = new Set<number>();
  readonly #meters = new Set<number>();

  constructor(tools: SwitchTools) {
    this.#tools = tools;
  }

  /** How many numbers are nobody's, and not free. */
  get counts(): { readonly groups: number; readonly meters: number } {
    return { groups: this.#groups.size, meters: this.#meters.size };
  }

  /**
   * Of what no flow of ours used, that which no network has; nobody is given its numbers now. What was an orphan and is
   * not there any more is gone, whoever was to see that.
   */
  claim({ orphans, networks }: Holdings): Orphans {
    const { groupIds, meterIds } = this.#tools;
    const all = [orphans, ...networks.values()];
    freeGone(this.#groups, groupIds, { has: (id) => all.some(({ groups }) => groups.has(id)) });
    freeGone(this.#meters, meterIds, { has: (id) => all.some(({ meters }) => meters.has(id)) });
    return {
      groups: claimed(orphans.groups, groupIds, this.#groups),
      meters: claimed(orphans.meters, meterIds, this.#meters),
    };
  }

  /** Sorts them by whether somebody else uses them. */
  sort(orphans: Orphans): ResultAsync<SortedOrphans, SessionError> {
    return sortOrphans(this.#tools, orphans);
  }

  /** Removes what was claimed; gives what there was. */
  remove(orphans: Orphans): ResultAsync<readonly NodeDiscrepancy[], SessionError | BatchError> {
    const { session, reader, dialect, groupIds, meterIds } = this.#tools;
    const diff = diffPrograms({ ...emptyProgram, ...orphans }, emptyProgram);
    const stages = stagesOf(diff, dialect).remove;
    if (stages.length === 0) return okAsync([]);
    return ResultAsync.combine(stages.map((stage) => session.batch(stage)))
      .andThen(() => ResultAsync.combine([reader.groups(), reader.allMeters()]))
      .map(([groups, meters]) => {
        freeGone(this.#groups, groupIds, groups);
        freeGone(this.#meters, meterIds, meters);
        return discrepanciesOf(diff);
      });
  }
}

/** Those of `found` that were nobody's, or orphans before; they are noted in `orphans`. */
function claimed<T>(
  found: ReadonlyMap<number, T>,
  pool: IdPool,
  orphans: Set<number>,
): ReadonlyMap<number, T> {
  for (const id of found.keys()) if (pool.claim(id)) orphans.add(id);
  return new Map([...found].filter(([id]) => orphans.has(id)));
}

/** The numbers of orphans that the switch holds no more are free. */
function freeGone(
  orphans: Set<number>,
  pool: IdPool,
  held: Pick<ReadonlySet<number>, "has">,
): void {
  for (const id of orphans) {
    if (held.has(id)) continue;
    orphans.delete(id);
    pool.free(id);
  }
}
