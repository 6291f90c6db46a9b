import * as v from "valibot";
import type { DriverEvent } from "../../drivers/driver-event.ts";
import { networkNumber, type SegmentId } from "../../model/ids.ts";
import { segmentIdOf } from "../../network/forwarding.ts";
import type { JsonValue, StoreChange } from "../../store/store.ts";
import { causeJson, causeSchema } from "./cause-json.ts";
import { SegmentNotes, type SegmentNotesContext } from "./segment-notes.ts";
import { numberIn } from "./steps.ts";

/** What outages work with. */
export interface SharedOutagesContext extends SegmentNotesContext {
  readonly emit: (event: SegmentEvent) => void;
}

/** News of a segment that carries nothing, or does again. */
export type SegmentEvent = Extract<DriverEvent, { readonly type: "segment-down" | "segment-up" }>;

/** What the keys begin with that say which segments carry nothing; the network and the domain follow. */
export const OUTAGE = "outage/";

const schema = v.object({
  reason: v.string(),
  refused: v.exactOptional(v.array(causeSchema)),
});

/**
 * Which segments of a domain carry nothing. Only its master hears of that from the domain, and writes it
 * down for whoever sees to the network.
 */
export class SharedOutages {
  readonly #context: SharedOutagesContext;
  /** What our driver says, as it is written. */
  readonly #down = new Map<SegmentId, JsonValue>();
  readonly #notes: SegmentNotes;
  #subscription: Disposable | undefined;

  constructor(context: SharedOutagesContext) {
    this.#context = context;
    this.#notes = new SegmentNotes(OUTAGE, context);
  }

  /** Tells what is in the store already, and what changes from then on. */
  start(): void {
    const { view } = this.#context;
    const hear = ({ puts, deletes }: Pick<StoreChange, "puts" | "deletes">): void => {
      for (const { key, value } of puts) this.#tell(key, value);
      for (const key of deletes) this.#tell(key, undefined);
    };
    this.#subscription = view.subscribe(hear);
    hear({ puts: view.under(OUTAGE), deletes: [] });
  }

  /** Hears what the driver tells. */
  hear(event: DriverEvent): void {
    if (event.type === "segment-down") {
      const { segment, reason, refused } = event;
      const causes = refused === undefined ? {} : { refused: refused.map(causeJson) };
      this.#down.set(segment, { reason, ...causes });
      this.#write(segment);
    } else if (event.type === "segment-up") {
      this.#down.delete(event.segment);
      this.#write(event.segment);
    } else if (event.type === "node-up") this.#correct();
    else if (event.type === "node-down" && !this.#context.isOurs()) this.#down.clear();
  }

  /** Writes nothing more, and waits for what is being written. */
  async close(): Promise<void> {
    this.#subscription?.[Symbol.dispose]();
    await this.#notes.close();
  }

  /** Whoever has looked at the domain knows what of that which others wrote is over. */
  #correct(): void {
    for (const { key } of this.#context.view.under(OUTAGE)) {
      const segment = this.#segmentIn(key);
      if (segment !== undefined) this.#write(segment);
    }
  }

  #write(segment: SegmentId): void {
    void this.#notes.bring(segment, () => this.#down.get(segment));
  }

  #tell(key: string, value: JsonValue | undefined): void {
    const segment = this.#segmentIn(key);
    if (segment === undefined) return;
    const parsed = v.safeParse(schema, value);
    this.#context.emit(
      parsed.success
        ? { type: "segment-down", segment, ...parsed.output }
        : { type: "segment-up", segment },
    );
  }

  #segmentIn(key: string): SegmentId | undefined {
    const { domain } = this.#context;
    const isOfDomain = key.startsWith(OUTAGE) && key.endsWith(`/${domain}`);
    if (!isOfDomain) return undefined;
    const number = numberIn(key);
    const isWhole = key === `${OUTAGE}${number}/${domain}`;
    return isWhole ? segmentIdOf({ number: networkNumber(number) }, domain) : undefined;
  }
}
