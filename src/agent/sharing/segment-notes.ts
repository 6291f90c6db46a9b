import { pause } from "../../drivers/driver-call.ts";
import type { Clock } from "../../model/clock.ts";
import type { DomainId, SegmentId } from "../../model/ids.ts";
import { sameValue } from "../../model/same-value.ts";
import { networkOfSegment } from "../../network/forwarding.ts";
import type { JsonValue } from "../../store/store.ts";
import { NETWORK } from "../journal.ts";
import { Serial } from "../serial.ts";
import type { StoreView } from "./store-view.ts";

/** What notes work with. */
export interface SegmentNotesContext {
  readonly domain: DomainId;
  readonly view: StoreView;
  readonly clock: Clock;
  /** Whether the domain is this agent's to speak of. */
  readonly isOurs: () => boolean;
}

/** How long is waited before something is written again that the store did not take. */
const AGAIN_MS = 500;
/** The same where only one of the records has changed meanwhile. */
const SOON_MS = 10;

/**
 * What the master of a domain writes down of its segments for all agents, one record of a kind for each. It
 * stays when the master dies, until the next one has looked, and goes with the network.
 */
export class SegmentNotes {
  readonly #context: SegmentNotesContext;
  readonly #kind: string;
  readonly #writes = new Serial<SegmentId>();
  readonly #closing = new AbortController();

  /** Their keys begin with `kind`; the network and the domain follow. */
  constructor(kind: string, context: SegmentNotesContext) {
    this.#kind = kind;
    this.#context = context;
  }

  /** What is written of a segment. */
  of(segment: SegmentId): JsonValue | undefined {
    return this.#context.view.get(this.#keyOf(segment))?.value;
  }

  /**
   * Brings the store to what `wanted` gives, nothing where that is undefined, one after another for one
   * segment; ends when that is so, or not this agent's to say. Nothing is written of a network that is gone.
   */
  bring(segment: SegmentId, wanted: () => JsonValue | undefined): Promise<void> {
    return this.#writes.run(segment, () => this.#bring(segment, wanted));
  }

  /** Writes nothing more, and waits for what is being written. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#writes.idle();
  }

  async #bring(segment: SegmentId, wanted: () => JsonValue | undefined): Promise<void> {
    const { view, clock, isOurs } = this.#context;
    const [key, network] = [this.#keyOf(segment), `${NETWORK}${networkOfSegment(segment)}`];
    while (isOurs() && !this.#closing.signal.aborted) {
      const value = view.get(network) === undefined ? undefined : wanted();
      if (sameValue(value, this.of(segment))) return;
      const compare = [key, network].map((one) => ({ key: one, revision: view.revision(one) }));
      const write =
        value === undefined
          ? ({ type: "delete", key } as const)
          : ({ type: "put", key, value } as const);
      const written = await view.commit({ compare, writes: [write] });
      if (written.isOk()) continue;
      const waitMs = written.error.type === "store-conflict" ? SOON_MS : AGAIN_MS;
      await pause(clock, waitMs, this.#closing.signal);
    }
  }

  #keyOf(segment: SegmentId): string {
    return `${this.#kind}${networkOfSegment(segment)}/${this.#context.domain}`;
  }
}
