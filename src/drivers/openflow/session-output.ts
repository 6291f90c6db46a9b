import type { Transport } from "./transport.ts";

/** What a session sends, and whether its transport keeps up with it. */
export class SessionOutput {
  readonly #transport: Pick<Transport, "send">;
  readonly #limitBytes: number;
  readonly #overflow: (limitBytes: number) => void;
  /** Bytes sent since the transport asked to wait; undefined when it does not. */
  #congestedBytes: number | undefined;

  /** `overflow` is called when more than `limitBytes` were sent after the transport asked to wait. */
  constructor(
    transport: Pick<Transport, "send">,
    limitBytes: number,
    overflow: (limitBytes: number) => void,
  ) {
    this.#transport = transport;
    this.#limitBytes = limitBytes;
    this.#overflow = overflow;
  }

  /** Whether the transport asked to wait. */
  get isCongested(): boolean {
    return this.#congestedBytes !== undefined;
  }

  /** Sends bytes, at once whatever the transport says. */
  write(bytes: Uint8Array): void {
    const isTaken = this.#transport.send(bytes);
    if (isTaken && this.#congestedBytes === undefined) return;
    this.#congestedBytes = (this.#congestedBytes ?? 0) + bytes.length;
    if (this.#congestedBytes > this.#limitBytes) this.#overflow(this.#limitBytes);
  }

  /** The transport has taken everything. */
  drained(): void {
    this.#congestedBytes = undefined;
  }
}
