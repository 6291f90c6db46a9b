import { pause } from "../../drivers/driver-call.ts";
import type { Clock } from "../../model/clock.ts";
import type { NodeId } from "../../model/ids.ts";
import type { Quarantine } from "../../network/record.ts";
import type { StoreChange } from "../../store/store.ts";
import type { Concerns } from "../books.ts";
import { type JournalEntry, QUARANTINE } from "../journal.ts";
import type { Registry } from "../registry.ts";
import { Serial } from "../serial.ts";
import type { Mastership } from "./mastership.ts";
import type { SharedJournal } from "./shared-journal.ts";
import type { StepExecutor } from "./step-executor.ts";
import type { StoreView } from "./store-view.ts";

/** What a keeper of quarantines works with. */
export interface QuarantineKeeperContext {
  readonly view: StoreView;
  readonly registry: Registry;
  readonly journal: SharedJournal;
  readonly mastership: Mastership;
  readonly executor: StepExecutor;
  readonly clock: Clock;
}

/** How long a node may take to say what it holds, in milliseconds. */
const LOOK_MS = 5_000;
/** How long is waited before something is written again that the store did not take. */
const AGAIN_MS = 500;

/**
 * Takes nodes of this agent out of the quarantines that they are in, in the store, when they have been
 * seen clean: each master tells of its own nodes.
 */
export class QuarantineKeeper {
  readonly #context: QuarantineKeeperContext;
  readonly #subscription: Disposable;
  readonly #writes = new Serial<number>();
  readonly #closing = new AbortController();

  constructor(context: QuarantineKeeperContext) {
    this.#context = context;
    this.#subscription = context.view.subscribe((change) => this.#hear(change));
  }

  /** A node holds nothing of these quarantines. */
  seenClean(node: NodeId, concerns: Concerns): void {
    if (!this.#context.mastership.isOwn(node)) return;
    const concerned = this.#context.registry
      .quarantines()
      .filter((one) => one.pending.includes(node) && concerns(one));
    for (const { id } of concerned) void this.#writes.run(id, () => this.#release(id, node));
  }

  /** Writes nothing more, and waits for what is being written. */
  async close(): Promise<void> {
    this.#subscription[Symbol.dispose]();
    this.#closing.abort();
    await this.#writes.idle();
  }

  /** A node that is in service may be clean by now, or have been before its quarantine began. */
  #hear({ puts }: StoreChange): void {
    const { registry, mastership } = this.#context;
    const news = new Set(
      puts.filter(({ key }) => key.startsWith(QUARANTINE)).map(({ key }) => key),
    );
    if (news.size === 0) return;
    for (const quarantine of registry.quarantines()) {
      if (!news.has(`${QUARANTINE}${quarantine.id}`)) continue;
      for (const node of quarantine.pending) {
        if (mastership.isOwn(node) && mastership.isUp(node)) void this.#look(quarantine, node);
      }
    }
  }

  async #look({ id, number }: Quarantine, node: NodeId): Promise<void> {
    const isClean = await this.#context.executor.holds(number, node, LOOK_MS);
    if (isClean) this.seenClean(node, (one) => one.id === id);
  }

  async #release(id: number, node: NodeId): Promise<void> {
    const { registry, journal, clock } = this.#context;
    while (!this.#closing.signal.aborted) {
      const quarantine = registry.quarantines().find((one) => one.id === id);
      if (quarantine?.pending.includes(node) !== true) return;
      const pending = quarantine.pending.filter((one) => one !== node);
      const entry: JournalEntry =
        pending.length === 0
          ? { type: "quarantine-over", quarantine }
          : { type: "quarantine", quarantine: { ...quarantine, pending } };
      const written = await journal.write([entry]);
      if (written.isOk() || written.error.type === "lease-expired") return;
      await pause(clock, AGAIN_MS, this.#closing.signal);
    }
  }
}
