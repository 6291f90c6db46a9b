import type { SwitchRole } from "../switch-role.ts";
import type { SwitchProber } from "./switch-prober.ts";

/** The time for which a switch takes frames from us and shows us some, whoever is its master. */
export class ProberVisit implements AsyncDisposable {
  readonly prober: SwitchProber;
  readonly #role: Pick<SwitchRole, "onLost">;
  readonly #end: () => Promise<void>;

  /** `end` gives the switch back to its master. */
  constructor(prober: SwitchProber, role: Pick<SwitchRole, "onLost">, end: () => Promise<void>) {
    this.prober = prober;
    this.#role = role;
    this.#end = end;
  }

  /** Calls `listener` when the connection is over, or the switch takes nothing from us any more, until disposed. */
  onOver(listener: () => void): Disposable {
    const watches = [this.prober.onClosed(listener), this.#role.onLost(listener)];
    return {
      [Symbol.dispose]: () => {
        for (const watch of watches) watch[Symbol.dispose]();
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
  }
}
