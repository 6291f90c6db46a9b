import type { DriverEvent } from "../../src/drivers/driver-event.ts";
import { MemoryDriver } from "../../src/drivers/memory.ts";

/** A driver of a domain in memory that tells what it is told to. */
export class TellingDriver extends MemoryDriver {
  readonly #listeners = new Set<(event: DriverEvent) => void>();

  override subscribe(listener: (event: DriverEvent) => void): Disposable {
    this.#listeners.add(listener);
    return super.subscribe(listener);
  }

  tell(event: DriverEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
