/** A cursor over memory that grows; bytes that are claimed and not set are zero. */
export class Writer {
  /** Replaced when the memory grows: use it after {@link take}, and do not keep it. */
  view: DataView;
  /** As {@link view}. */
  bytes: Uint8Array;
  /** Where the next write starts. */
  offset = 0;

  /** `capacity` is how many bytes are expected. */
  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Claims the next `size` bytes and says where they start. */
  take(size: number): number {
    const start = this.offset;
    this.offset = start + size;
    if (this.offset > this.bytes.length) this.#grow();
    return start;
  }

  /** Claims zero bytes until `offset - start` is a multiple of eight. */
  alignTo8(start: number): void {
    this.take((start - this.offset) & 7);
  }

  /** What was written, in memory of its own. */
  finish(): Uint8Array {
    return this.bytes.slice(0, this.offset);
  }

  #grow(): void {
    const grown = new Uint8Array(2 * this.offset);
    grown.set(this.bytes);
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }
}
