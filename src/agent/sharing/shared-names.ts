import * as v from "valibot";
import type { DriverEvent } from "../../drivers/driver-event.ts";
import type { SegmentId } from "../../model/ids.ts";
import { SegmentNotes, type SegmentNotesContext } from "./segment-notes.ts";

/** What the keys begin with that say what domains call segments; the network and the domain follow. */
export const NAMED = "named/";

const schema = v.array(v.string());

/** What a domain calls what it has of each segment: its master knows, and writes it down for all. */
export class SharedNames {
  readonly #notes: SegmentNotes;
  /** What our driver has said and is being written. */
  readonly #told = new Map<SegmentId, readonly string[]>();

  constructor(context: SegmentNotesContext) {
    this.#notes = new SegmentNotes(NAMED, context);
  }

  /** Hears what the driver tells. */
  hear(event: DriverEvent): void {
    if (event.type === "segment-named") void this.#write(event.segment, event.externalIds);
  }

  /** What the domain's master has said last; undefined while that is nothing. */
  of(segment: SegmentId): readonly string[] | undefined {
    const parsed = v.safeParse(schema, this.#notes.of(segment));
    return parsed.success ? parsed.output : undefined;
  }

  /** Writes nothing more, and waits for what is being written. */
  close(): Promise<void> {
    return this.#notes.close();
  }

  async #write(segment: SegmentId, externalIds: readonly string[]): Promise<void> {
    this.#told.set(segment, externalIds);
    await this.#notes.bring(segment, () => this.#told.get(segment) ?? externalIds);
    if (this.#told.get(segment) === externalIds) this.#told.delete(segment);
  }
}
