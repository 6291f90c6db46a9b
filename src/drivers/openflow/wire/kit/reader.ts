import { DecodeFailure } from "./decode-failure.ts";

/**
 * How deep structures may stand in each other. What the standard defines needs six; Nicira's actions
 * can hold actions without end, and a limit keeps the reader's own stack safe.
 */
const MAX_DEPTH = 32;

/** A cursor over received bytes that never leaves the window it was given. */
export class Reader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Where the next read starts. */
  offset = 0;
  /** Where the current window ends. */
  end: number;
  /** How many windows the current one stands in. */
  #depth = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.end = bytes.byteLength;
  }

  /** Claims the next `size` bytes and says where they start. */
  take(size: number): number {
    const start = this.offset;
    if (start + size > this.end) {
      throw new DecodeFailure({ type: "truncated", offset: start, needed: size });
    }
    this.offset = start + size;
    return start;
  }

  /** Narrows the window to the next `size` bytes and gives the end of the wider one for {@link leave}. */
  enter(size: number): number {
    const outerEnd = this.end;
    if (this.offset + size > outerEnd) {
      throw new DecodeFailure({ type: "truncated", offset: this.offset, needed: size });
    }
    if (++this.#depth > MAX_DEPTH) this.fail("structures nested too deep");
    this.end = this.offset + size;
    return outerEnd;
  }

  /** Widens the window again; what was in the narrow one must have been read to its end. */
  leave(outerEnd: number): void {
    if (this.offset !== this.end) this.fail(`${this.end - this.offset} bytes too many`);
    this.end = outerEnd;
    this.#depth--;
  }

  /** Gives up: what is at the cursor is not allowed there. */
  fail(reason: string): never {
    throw new DecodeFailure({ type: "malformed", offset: this.offset, reason });
  }
}
