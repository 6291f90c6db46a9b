import * as v from "valibot";
import { pause } from "../../drivers/driver-call.ts";
import type { DriverEvent } from "../../drivers/driver-event.ts";
import type { Clock } from "../../model/clock.ts";
import { type DomainId, networkNumber, type SegmentId } from "../../model/ids.ts";
import { sameValue } from "../../model/same-value.ts";
import { networkOfSegment, segmentIdOf } from "../../network/forwarding.ts";
import type { JsonValue, StoreChange } from "../../store/store.ts";
import { Serial } from "../serial.ts";
import { causeJson, causeSchema } from "./cause-json.ts";
import { numberIn } from "./steps.ts";
import type { StoreView } from "./store-view.ts";

/** What outages work with. */
export interface SharedOutagesContext {
  readonly domain: DomainId;
  readonly view: StoreView;
  readonly clock: Clock;
  /** Whether the domain is this agent's to speak of. */
  readonly isOurs: () => boolean;
  readonly emit: (event: SegmentEvent) => void;
}

/** News of a segment that carries nothing, or does again. */
export type SegmentEvent = Extract<DriverEvent, { readonly type: "segment-down" | "segment-up" }>;

/** What the keys begin with that say which segments carry nothing; the network and the domain follow. */
export const OUTAGE = "outage/";
/** How long is waited before something is written again that the store did not take. */
const AGAIN_MS = 500;

const schema = v.object({
  reason: v.string(),
  refused: v.exactOptional(v.array(causeSchema)),
});

/**
 * Which segments of a domain carry nothing. Only its master hears of that from the domain, and writes it
 * down for whoever sees to the network. It stays when the master dies, until the next one has looked.
 */
export class SharedOutages {
  readonly #context: SharedOutagesContext;
  /** What our driver says, as it is written. */
  readonly #down = new Map<SegmentId, JsonValue>();
  readonly #writes = new Serial<SegmentId>();
  readonly #closing = new AbortController();
  #subscription: Disposable | undefined;

  constructor(context: SharedOutagesContext) {
    this.#context = context;
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
    this.#closing.abort();
    await this.#writes.idle();
  }

  /** Whoever has looked at the domain knows what of that which others wrote is over. */
  #correct(): void {
    for (const { key } of this.#context.view.under(OUTAGE)) {
      const segment = this.#segmentIn(key);
      if (segment !== undefined) this.#write(segment);
    }
  }

  #write(segment: SegmentId): void {
    void this.#writes.run(segment, () => this.#bring(segment));
  }

  /** Brings the store to what our driver says. */
  async #bring(segment: SegmentId): Promise<void> {
    const { view, clock, isOurs, domain } = this.#context;
    const key = `${OUTAGE}${networkOfSegment(segment)}/${domain}`;
    while (isOurs() && !this.#closing.signal.aborted) {
      const [wanted, held] = [this.#down.get(segment), view.get(key)];
      if (sameValue(wanted, held?.value)) return;
      const compare = [{ key, revision: held?.revision ?? 0 }];
      const write =
        wanted === undefined
          ? { type: "delete" as const, key }
          : { type: "put" as const, key, value: wanted };
      const written = await view.commit({ compare, writes: [write] });
      if (written.isErr()) await pause(clock, AGAIN_MS, this.#closing.signal);
    }
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
