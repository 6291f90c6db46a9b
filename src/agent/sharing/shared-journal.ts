import { errAsync, type ResultAsync } from "neverthrow";
import type { Claim } from "../../ledger.ts";
import type { StoreError } from "../../model/errors.ts";
import { claimBeyond, recordClaim } from "../../network/claims.ts";
import type { NetworkRecord } from "../../network/record.ts";
import type { StoreWrite } from "../../store/store.ts";
import { type JournalEntry, writeOf } from "../journal.ts";
import type { StoreView } from "./store-view.ts";

/** What a shared journal works with. */
export interface SharedJournalContext {
  readonly view: StoreView;
  readonly agent: string;
  /** The lease of this agent; undefined while it has none. */
  readonly lease: () => string | undefined;
}

const CLAIM = "claim/";
const PROJECT = "project/";
const WORK = "work/";

/**
 * The agent's records in a store that others write to as well. What an intent takes more of is
 * compared with the picture on which it was decided, link by link and port by port, so that nothing
 * is promised twice; a record that is being worked on is its worker's for as long as it has its lease.
 *
 * The picture is that of the moment of the call: decide and write without waiting in between.
 */
export class SharedJournal {
  readonly #context: SharedJournalContext;

  constructor(context: SharedJournalContext) {
    this.#context = context;
  }

  /**
   * Writes all entries at once. `store-conflict` says that the picture is old: look at what has come
   * meanwhile and decide anew, or leave a network to who has taken it over. Without a lease it is
   * `lease-expired`.
   */
  write(entries: readonly JournalEntry[]): ResultAsync<void, StoreError> {
    const { view, lease, agent } = this.#context;
    const held = lease();
    if (held === undefined) return errAsync({ type: "lease-expired", lease: agent });
    const foreign = entries.find((entry) => !this.#isOurs(entry, held));
    if (foreign !== undefined) {
      return errAsync({ type: "store-conflict", key: writeOf(foreign).key });
    }
    const writes = entries.flatMap((entry) => [
      writeOf(entry),
      ...companionsOf(entry, held, agent).filter(
        ({ type, key }) => type === "put" || view.get(key) !== undefined,
      ),
    ]);
    const compare = writes.map(({ key }) => ({ key, revision: view.revision(key) }));
    return view.commit({ compare, writes }).map(() => undefined);
  }

  /** An intent or a reservation is for a network that nobody works on, an outcome for one that we have begun. */
  #isOurs(entry: JournalEntry, lease: string): boolean {
    if (entry.type === "quarantine" || entry.type === "quarantine-over") return true;
    const work = this.#context.view.get(workKey(entry.record));
    if (work !== undefined) return work.lease === lease;
    if (entry.type === "network-gone") return entry.record.phase === "reserved";
    return isUnfinished(entry.record) || entry.record.phase === "reserved";
  }

  /** Takes over the work on a record that nobody works on any more. */
  takeOver(record: NetworkRecord): ResultAsync<void, StoreError> {
    return this.write([{ type: "network", record }]);
  }

  /** Whether some other agent is at work on a network. */
  isElsewhere(record: NetworkRecord): boolean {
    const work = this.#context.view.get(workKey(record));
    return work !== undefined && work.value !== this.#context.agent;
  }

  /** Whether a network was being worked on by an agent that is gone. */
  isOrphan(record: NetworkRecord): boolean {
    return isUnfinished(record) && this.#context.view.get(workKey(record)) === undefined;
  }
}

/** What is written beside an entry's own record. */
function companionsOf(entry: JournalEntry, lease: string, agent: string): readonly StoreWrite[] {
  if (entry.type === "quarantine" || entry.type === "quarantine-over") return [];
  const { record } = entry;
  const [work, project] = [workKey(record), `${PROJECT}${record.project}`];
  if (entry.type === "network-gone") {
    return [work, project].map((key) => ({ type: "delete", key }));
  }
  if (record.phase === "stable") return [{ type: "delete", key: work }];
  const begun: StoreWrite = { type: "put", key: work, value: agent, lease };
  const named: StoreWrite = { type: "put", key: project, value: record.number };
  const taken = growthOf(record).map(
    (key): StoreWrite => ({ type: "put", key, value: record.number }),
  );
  if (record.phase === "reserved") return [{ type: "delete", key: work }, named, ...taken];
  return record.phase === "setup" ? [begun, named, ...taken] : [begun, ...taken];
}

function isUnfinished({ phase }: NetworkRecord): boolean {
  return phase !== "stable" && phase !== "reserved";
}

/** The links and ports of which an intent takes more. */
function growthOf(record: NetworkRecord): readonly string[] {
  if (record.phase === "stable" || record.phase === "teardown") return [];
  if (record.phase !== "modify") return resourcesOf(recordClaim(record));
  const had = recordClaim({ ...record, phase: "stable" });
  return resourcesOf(claimBeyond(recordClaim(record), had, had.holder));
}

/** Directions and labels of one link or port are one resource. */
function resourcesOf(claim: Claim | undefined): readonly string[] {
  const channels = claim?.bandwidth.map(({ channel }) =>
    channel.slice(0, channel.lastIndexOf(" ")),
  );
  const spaces = claim?.labels.map(({ space }) => String(space));
  return [...new Set([...(channels ?? []), ...(spaces ?? [])])].map((one) => `${CLAIM}${one}`);
}

function workKey({ number }: NetworkRecord): string {
  return `${WORK}${number}`;
}
