import * as v from "valibot";
import { pause } from "../../drivers/driver-call.ts";
import type { DriverEvent } from "../../drivers/driver-event.ts";
import type { SegmentId } from "../../model/ids.ts";
import { sameValue } from "../../model/same-value.ts";
import { networkOfSegment } from "../../network/forwarding.ts";
import { NETWORK } from "../journal.ts";
import { Serial } from "../serial.ts";
import type { SharedOutagesContext } from "./shared-outages.ts";

/** What names work with. */
export type SharedNamesContext = Omit<SharedOutagesContext, "emit">;

/** What the keys begin with that say what domains call segments; the network and the domain follow. */
export const NAMED = "named/";
/** How long is waited before something is written again that the store did not take. */
const AGAIN_MS = 500;
/** The same where only the network's record has changed meanwhile. */
const SOON_MS = 10;

const schema = v.array(v.string());

/**
 * What a domain calls what it has of each segment. Its master knows, and writes it down for all; it stays
 * when the master dies, until the next one has looked, and goes with the network.
 */
export class SharedNames {
  readonly #context: SharedNamesContext;
  /** What our driver has said of networks that there are. */
  readonly #told = new Map<SegmentId, readonly string[]>();
  readonly #writes = new Serial<SegmentId>();
  readonly #closing = new AbortController();

  constructor(context: SharedNamesContext) {
    this.#context = context;
  }

  /** Hears what the driver tells. */
  hear(event: DriverEvent): void {
    if (event.type !== "segment-named") return;
    const { segment, externalIds } = event;
    this.#told.set(segment, externalIds);
    void this.#writes.run(segment, () => this.#bring(segment));
  }

  /** What the domain's master has said last; undefined while that is nothing. */
  of(segment: SegmentId): readonly string[] | undefined {
    const parsed = v.safeParse(schema, this.#context.view.get(this.#keyOf(segment))?.value);
    return parsed.success ? parsed.output : undefined;
  }

  /** Writes nothing more, and waits for what is being written. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#writes.idle();
  }

  /** Brings the store to what our driver says, of a network that is there. */
  async #bring(segment: SegmentId): Promise<void> {
    const { view, clock, isOurs } = this.#context;
    const [key, network] = [this.#keyOf(segment), `${NETWORK}${networkOfSegment(segment)}`];
    for (;;) {
      const [value, held] = [this.#told.get(segment), view.get(key)];
      const isOver = !isOurs() || view.get(network) === undefined || this.#closing.signal.aborted;
      if (isOver || value === undefined || sameValue(value, held?.value)) break;
      const compare = [key, network].map((one) => ({ key: one, revision: view.revision(one) }));
      const written = await view.commit({ compare, writes: [{ type: "put", key, value }] });
      if (written.isOk()) continue;
      const waitMs = written.error.type === "store-conflict" ? SOON_MS : AGAIN_MS;
      await pause(clock, waitMs, this.#closing.signal);
    }
    this.#told.delete(segment);
  }

  #keyOf(segment: SegmentId): string {
    return `${NAMED}${networkOfSegment(segment)}/${this.#context.domain}`;
  }
}
