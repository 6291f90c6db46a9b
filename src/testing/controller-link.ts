import { type ConnectionOptions, ControllerConnection } from "./controller-connection.ts";
import type { Dial } from "./memory-link.ts";

/** How a switch keeps up its connection to a controller. */
export interface LinkTiming {
  /** The pause before the first attempt to reconnect; it doubles with each. 1,000 ms. */
  readonly minBackOffMs?: number;
  /** The longest pause between attempts; 8,000 ms, as in Open vSwitch. */
  readonly maxBackOffMs?: number;
  /**
   * How long the controller may be silent before the switch asks whether it is there, and again as
   * long before it hangs up; 5,000 ms. 0 is for ever.
   */
  readonly probeMs?: number;
}

/** The defaults of {@link LinkTiming}. */
export const linkTimingDefaults: Readonly<Required<LinkTiming>> = {
  minBackOffMs: 1_000,
  maxBackOffMs: 8_000,
  probeMs: 5_000,
};

/** What a link needs of its switch. */
export interface ControllerLinkOptions extends ConnectionOptions, Required<LinkTiming> {
  readonly dial: Dial;
}

/** A switch's tie to one controller: it dials, and dials again when the connection is gone. */
export class ControllerLink {
  readonly #options: ControllerLinkOptions;
  #connection: ControllerConnection | undefined;
  #retry: unknown;
  #backOffMs: number;
  /** Counts starts and stops, so that the answer to a dial of an earlier life is not taken. */
  #life = 0;

  constructor(options: ControllerLinkOptions) {
    this.#options = options;
    this.#backOffMs = options.minBackOffMs;
  }

  /** The connection, while there is one. */
  get connection(): ControllerConnection | undefined {
    return this.#connection;
  }

  /** Dials now, and from then on whenever there is no connection. */
  start(): void {
    this.stop("restarted");
    this.#backOffMs = this.#options.minBackOffMs;
    this.#dial();
  }

  /** Closes the connection and dials no more. */
  stop(reason: string): void {
    this.#life += 1;
    this.#options.clock.clearTimeout(this.#retry);
    this.#connection?.close(reason);
  }

  #dial(): void {
    const life = this.#life;
    this.#options.dial((answer) => {
      if (life !== this.#life) {
        answer.map((transport) => transport.close("the switch is gone"));
        return;
      }
      answer.match(
        (transport) => {
          const connection = new ControllerConnection(transport, this.#options);
          this.#connection = connection;
          this.#backOffMs = this.#options.minBackOffMs;
          connection.open(() => this.#lost(life));
        },
        () => this.#dialLater(),
      );
    });
  }

  #lost(life: number): void {
    this.#connection = undefined;
    if (life === this.#life) this.#dialLater();
  }

  #dialLater(): void {
    this.#retry = this.#options.clock.setTimeout(() => this.#dial(), this.#backOffMs);
    this.#backOffMs = Math.min(2 * this.#backOffMs, this.#options.maxBackOffMs);
  }
}
