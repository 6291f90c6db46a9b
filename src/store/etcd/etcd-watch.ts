import { err, ok, type Result } from "neverthrow";
import type { Clock } from "../../model/clock.ts";
import type { StoreChange, StoredRecord } from "../store.ts";
import type { Gateway } from "./gateway.ts";
import {
  base64,
  endOfPrefix,
  readReply,
  recordOf,
  type WatchEvent,
  watchReply,
} from "./messages.ts";

/** What a watch works with. */
export interface EtcdWatchContext {
  readonly gateway: Gateway;
  readonly clock: Clock;
  readonly prefix: string;
  /** Everything there is, at one revision. */
  readonly readAll: () => Promise<Result<Snapshot, unknown>>;
  /** Whether a member answers with the agreement of its cluster. */
  readonly isCurrent: (endpoint: string) => Promise<boolean>;
}

/** All records at one revision. */
export interface Snapshot {
  readonly revision: number;
  readonly records: readonly StoredRecord[];
}

/** How long a stream may say nothing before its member is asked whether it is still of the cluster. */
const QUIET_MS = 1_000;
/** How long is waited after a stream that broke at once. */
const AGAIN_AFTER_MS = 100;

/**
 * Follows every change over any number of streams: one that breaks, or whose member has lost its
 * cluster, is taken up by another where it ended; where etcd has forgotten what came in between,
 * everything is read again and what differs is told as one change.
 */
export class EtcdWatch implements Disposable {
  readonly #context: EtcdWatchContext;
  readonly #tell: (change: StoreChange) => void;
  readonly #ended = new AbortController();
  /** The revision of what is known of each key. */
  readonly #known = new Map<string, number>();
  #revision: number;

  constructor(context: EtcdWatchContext, first: Snapshot, tell: (change: StoreChange) => void) {
    this.#context = context;
    this.#tell = tell;
    this.#revision = first.revision;
    this.#give({ revision: first.revision, puts: first.records, deletes: [] });
    void this.#follow();
  }

  [Symbol.dispose](): void {
    this.#ended.abort();
  }

  async #follow(): Promise<void> {
    const { clock, gateway, isCurrent } = this.#context;
    while (!this.#ended.signal.aborted) {
      const endpoint = gateway.endpoint;
      const outcome = await this.#followAt(endpoint);
      if (this.#ended.signal.aborted) return;
      if (outcome === "compacted") await this.#catchUp();
      else {
        gateway.leave(endpoint);
        // A stream does not say that its token is not taken any more; a call does, and gets another.
        await isCurrent(gateway.endpoint);
      }
      await new Promise<void>((resolve) => void clock.setTimeout(resolve, AGAIN_AFTER_MS));
    }
  }

  /** Follows one member's stream to its end. */
  async #followAt(endpoint: string): Promise<"broken" | "compacted"> {
    const { gateway, prefix } = this.#context;
    const over = new AbortController();
    const signal = AbortSignal.any([this.#ended.signal, over.signal]);
    const request = {
      key: base64(prefix),
      range_end: base64(endOfPrefix(prefix)),
      start_revision: String(this.#revision + 1),
    };
    const message = { create_request: request };
    const lines = await gateway.open(endpoint, "/v3/watch", message, signal);
    if (lines.isErr()) return "broken";
    const guard = this.#guard(endpoint, () => over.abort());
    try {
      for await (const line of lines.value) {
        guard.heard();
        if (signal.aborted) return "broken";
        const isCompacted = this.#hear(line);
        if (isCompacted.isErr()) return "broken";
        if (isCompacted.value) return "compacted";
      }
      return "broken";
    } catch {
      return "broken";
    } finally {
      guard.stop();
      over.abort();
    }
  }

  /** Takes one message; gives whether the stream has been refused for what etcd has forgotten. */
  #hear(line: string): Result<boolean, string> {
    return readReply(line, watchReply).andThen(({ result }) => {
      if (result.canceled) return result.compact_revision > 0 ? ok(true) : err("canceled");
      for (const events of byRevision(result.events)) {
        const told = this.#tellEvents(events);
        if (told.isErr()) return err(told.error);
      }
      return ok(false);
    });
  }

  /** Tells the events of one revision. */
  #tellEvents(events: readonly [WatchEvent, ...WatchEvent[]]): Result<void, string> {
    const { prefix } = this.#context;
    const puts: StoredRecord[] = [];
    const deletes: string[] = [];
    for (const { type, kv } of events) {
      if (type === "DELETE") {
        deletes.push(kv.key.slice(prefix.length));
        continue;
      }
      const record = recordOf(kv, prefix);
      if (record.isErr()) return err(record.error);
      puts.push(record.value);
    }
    if (!this.#ended.signal.aborted)
      this.#give({ revision: events[0].kv.mod_revision, puts, deletes });
    return ok(undefined);
  }

  /** Tells what is different from what is known, after a gap. */
  async #catchUp(): Promise<void> {
    const all = await this.#context.readAll();
    if (all.isErr() || this.#ended.signal.aborted) return;
    const { revision, records } = all.value;
    const there = new Set(records.map(({ key }) => key));
    const puts = records.filter((one) => this.#known.get(one.key) !== one.revision);
    const deletes = [...this.#known.keys()].filter((key) => !there.has(key));
    this.#revision = Math.max(this.#revision, revision);
    if (puts.length + deletes.length > 0) this.#give({ revision, puts, deletes });
  }

  #give({ revision, puts, deletes }: StoreChange): void {
    this.#revision = Math.max(this.#revision, revision);
    for (const record of puts) this.#known.set(record.key, record.revision);
    for (const key of deletes) this.#known.delete(key);
    this.#tell({
      revision,
      puts: puts.toSorted((a, b) => (a.key < b.key ? -1 : 1)),
      deletes: deletes.toSorted(),
    });
  }

  /** Ends a stream whose member has nothing to say and does not answer either. */
  #guard(
    endpoint: string,
    end: () => void,
  ): { readonly heard: () => void; readonly stop: () => void } {
    const { clock, isCurrent } = this.#context;
    let timer: unknown;
    const check = async (): Promise<void> => {
      const mine = timer;
      const current = await isCurrent(endpoint);
      if (timer !== mine) return;
      if (current) start();
      else end();
    };
    const start = (): void => {
      clock.clearTimeout(timer);
      timer = clock.setTimeout(() => void check(), QUIET_MS);
    };
    start();
    return {
      heard: start,
      stop: () => {
        clock.clearTimeout(timer);
        timer = undefined;
      },
    };
  }
}

/**
 * The events of a message, revision by revision: etcd sends those of one revision together, and those
 * of any number of revisions in one message to who has fallen behind.
 */
function byRevision(events: readonly WatchEvent[]): readonly [WatchEvent, ...WatchEvent[]][] {
  const groups: [WatchEvent, ...WatchEvent[]][] = [];
  for (const event of events) {
    const last = groups.at(-1);
    if (last?.[0].kv.mod_revision === event.kv.mod_revision) last.push(event);
    else groups.push([event]);
  }
  return groups;
}
