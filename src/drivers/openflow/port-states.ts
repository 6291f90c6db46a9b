import type { PortRef } from "../../model/ids.ts";
import type { DriverEvent } from "../driver-event.ts";

/** Which ports of a node are up, as was told last; at first all count as up. */
export class PortStates {
  readonly #told = new Map<PortRef, boolean>();
  readonly #emit: (event: DriverEvent) => void;

  constructor(emit: (event: DriverEvent) => void) {
    this.#emit = emit;
  }

  /** Tells of those that are not as they were. */
  tell(states: ReadonlyMap<PortRef, boolean>): void {
    for (const [port, up] of states) {
      if ((this.#told.get(port) ?? true) === up) continue;
      this.#told.set(port, up);
      this.#emit({ type: "port-state", port, up });
    }
  }
}
