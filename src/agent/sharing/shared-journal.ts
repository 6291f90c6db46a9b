import { errAsync, type ResultAsync } from "neverthrow";
import { isPortChannel } from "../../ledger/channel.ts";
import type { Claim } from "../../ledger.ts";
import type { StoreError } from "../../model/errors.ts";
import type { DomainId, NetworkNumber } from "../../model/ids.ts";
import { claimBeyond, intendedClaim, recordClaim } from "../../network/claims.ts";
import { isNew, isUnfinished, type NetworkRecord } from "../../network/record.ts";
import { topologyResources } from "../../pce/index.ts";
import type { StoreWrite } from "../../store/store.ts";
import type { Topology } from "../../topology.ts";
import { type JournalEntry, writeOf } from "../journal.ts";
import { NAMED } from "./shared-names.ts";
import { OUTAGE } from "./shared-outages.ts";
import { doneKey, type Step, stepJson, stepKey, stepsOf } from "./steps.ts";
import type { StoreView } from "./store-view.ts";

/** What a shared journal works with. */
export interface SharedJournalContext {
  readonly view: StoreView;
  readonly agent: string;
  /** The lease of this agent; undefined while it has none. */
  readonly lease: () => string | undefined;
  /** The agents that are there. */
  readonly agents: () => readonly string[];
  readonly topology: () => Topology;
}

const CLAIM = "claim/";
const PROJECT = "project/";
/** What the keys begin with that say who works on a network; its number follows. */
export const WORK = "work/";

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
    const { view, lease, agent, topology } = this.#context;
    const held = lease();
    if (held === undefined) return errAsync({ type: "lease-expired", lease: agent });
    // An outcome takes nothing that its intent has not taken.
    const isOutcome = (entry: JournalEntry): boolean =>
      entry.type === "network" &&
      !isUnfinished(entry.record) &&
      this.worker(entry.record.number) === held;
    const foreign = entries.find((entry) => !this.#isOurs(entry, held));
    if (foreign !== undefined) {
      return errAsync({ type: "store-conflict", key: writeOf(foreign).key });
    }
    const writes = entries.flatMap((entry) => [
      writeOf(entry),
      ...companionsOf(entry, {
        ...{ lease: held, agent, topology: topology(), isOutcome: isOutcome(entry) },
      }).filter(({ type, key }) => type === "put" || view.get(key) !== undefined),
    ]);
    const compare = writes.map(({ key }) => ({ key, revision: view.revision(key) }));
    const leftovers = entries.flatMap((entry) => this.#leftoversOf(entry));
    return view.commit({ compare, writes: [...writes, ...leftovers] }).map(() => undefined);
  }

  /**
   * Says what is asked of a domain from now on; gives the revision of the step. `store-conflict` with the key of the
   * step says that another one has been written that was not heard of.
   */
  writeStep(
    number: NetworkNumber,
    domain: DomainId,
    step: Omit<Step, "revision">,
  ): ResultAsync<number, StoreError> {
    const { view, lease, agent } = this.#context;
    const held = lease();
    if (held === undefined) return errAsync({ type: "lease-expired", lease: agent });
    const work = view.get(workKey(number));
    if (work?.lease !== held) return errAsync({ type: "store-conflict", key: workKey(number) });
    const key = stepKey(number, domain);
    return view.commit({
      compare: [
        { key: work.key, revision: work.revision },
        { key, revision: view.revision(key) },
      ],
      writes: [{ type: "put", key, value: stepJson(step) }],
    });
  }

  /** Leaves the work on a network to whoever takes it up. */
  leave({ number }: NetworkRecord): ResultAsync<void, StoreError> {
    const { view, lease } = this.#context;
    const work = view.get(workKey(number));
    if (work === undefined || work.lease !== lease()) {
      return errAsync({ type: "store-conflict", key: workKey(number) });
    }
    const compare = [{ key: work.key, revision: work.revision }];
    return view
      .commit({ compare, writes: [{ type: "delete", key: work.key }] })
      .map(() => undefined);
  }

  /** The lease under which a network is being worked on, if it is. */
  worker(number: NetworkNumber): string | undefined {
    return this.#context.view.get(workKey(number))?.lease;
  }

  /** An intent or a reservation is for a network that nobody works on, an outcome for one that we have begun. */
  #isOurs(entry: JournalEntry, lease: string): boolean {
    if (entry.type === "quarantine" || entry.type === "quarantine-over") return true;
    const work = this.worker(entry.record.number);
    if (work !== undefined) return work === lease;
    if (entry.type === "network-gone") return entry.record.phase === "reserved";
    return entry.record.phase !== "stable";
  }

  /**
   * What work leaves in the store that has ended: its steps, and what was, or may be, said of them; and
   * that a network carried nothing, and what domains call its segments, when it is gone.
   */
  #leftoversOf(entry: JournalEntry): readonly StoreWrite[] {
    if (entry.type === "quarantine" || entry.type === "quarantine-over") return [];
    const { record } = entry;
    if (entry.type === "network" && isUnfinished(record)) return [];
    const { view, agents } = this.#context;
    const domains = [...stepsOf(view, record.number).keys()];
    const kinds = entry.type === "network" ? [] : [OUTAGE, NAMED];
    const gone = kinds.flatMap((kind) => {
      const known = view.under(`${kind}${record.number}/`).map(({ key }) => key);
      const all = new Set([...known, ...domains.map((one) => `${kind}${record.number}/${one}`)]);
      return [...all].map((key): StoreWrite => ({ type: "delete", key }));
    });
    const steps = domains.flatMap((domain): StoreWrite[] => [
      { type: "delete", key: stepKey(record.number, domain) },
      ...agents().map((agent): StoreWrite => {
        return { type: "delete", key: doneKey(record.number, domain, agent) };
      }),
    ]);
    return [...gone, ...steps];
  }
}

/** What is written beside an entry's own record. */
function companionsOf(
  entry: JournalEntry,
  {
    lease,
    agent,
    topology,
    isOutcome,
  }: {
    readonly lease: string;
    readonly agent: string;
    readonly topology: Topology;
    readonly isOutcome: boolean;
  },
): readonly StoreWrite[] {
  if (entry.type === "quarantine" || entry.type === "quarantine-over") return [];
  const { record } = entry;
  const [work, project] = [workKey(record.number), `${PROJECT}${record.project}`];
  if (entry.type === "network-gone") {
    return [work, project].map((key) => ({ type: "delete", key }));
  }
  if (record.phase === "stable" || isOutcome) return [{ type: "delete", key: work }];
  const begun: StoreWrite = { type: "put", key: work, value: agent, lease };
  const named: StoreWrite = { type: "put", key: project, value: record.number };
  const taken = growthOf(record, topology).map(
    (key): StoreWrite => ({ type: "put", key, value: record.number }),
  );
  if (record.phase === "reserved") return [{ type: "delete", key: work }, named, ...taken];
  return isNew(record) ? [begun, named, ...taken] : [begun, ...taken];
}

/** The links and ports of which an intent takes more, or for longer. */
function growthOf(record: NetworkRecord, topology: Topology): readonly string[] {
  if (record.phase === "stable" || record.phase === "teardown") return [];
  const claim = intendedClaim(record);
  if (record.phase !== "modify") return resourcesOf(topology, claim);
  const had = recordClaim({ ...record, phase: "stable" });
  const { start, end } = claim.interval;
  const isLonger = start < had.interval.start || end > had.interval.end;
  return resourcesOf(topology, isLonger ? claim : claimBeyond(claim, had, had.holder));
}

/** Directions and labels of one link or port are one resource, and so is what links share at a port. */
function resourcesOf(topology: Topology, claim: Claim | undefined): readonly string[] {
  const { pools } = topologyResources(topology);
  const channels = claim?.bandwidth.flatMap(({ channel }) => {
    const shared = pools?.(channel).flatMap((pool) => pool.channels.filter(isPortChannel)) ?? [];
    return [channel, ...shared].map((one) => one.slice(0, one.lastIndexOf(" ")));
  });
  const spaces = claim?.labels.map(({ space }) => String(space));
  return [...new Set([...(channels ?? []), ...(spaces ?? [])])].map((one) => `${CLAIM}${one}`);
}

function workKey(number: NetworkNumber): string {
  return `${WORK}${number}`;
}
