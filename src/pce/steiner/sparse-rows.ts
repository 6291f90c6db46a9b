/** Rows of a matrix that is zero nearly everywhere, one after another; a row is told by its number. */
export class SparseRows {
  readonly #starts: number[] = [0];
  #indices = new Int32Array(256);
  #values = new Float64Array(256);
  #end = 0;
  #work = 0;

  /** How many numbers there are. */
  get size(): number {
    return this.#end;
  }

  takeWork(): number {
    const work = this.#work;
    this.#work = 0;
    return work;
  }

  /** Adds a number to the last row, which {@link endRow} makes one. */
  push(index: number, value: number): void {
    if (this.#end === this.#indices.length) this.#widen();
    this.#indices[this.#end] = index;
    this.#values[this.#end++] = value;
  }

  endRow(): void {
    this.#starts.push(this.#end);
  }

  add(indices: readonly number[], values: readonly number[]): void {
    for (let at = 0; at < indices.length; at++) this.push(indices[at] ?? 0, values[at] ?? 0);
    this.endRow();
  }

  /** The product of a row with `vector`. */
  times(row: number, vector: Float64Array): number {
    const [start, end] = [this.#starts[row] ?? 0, this.#starts[row + 1] ?? 0];
    const [indices, values] = [this.#indices, this.#values];
    let sum = 0;
    for (let at = start; at < end; at++) sum += (values[at] ?? 0) * (vector[indices[at] ?? 0] ?? 0);
    this.#work += end - start;
    return sum;
  }

  /** Takes `factor` times a row from `vector`. */
  subtract(row: number, factor: number, vector: Float64Array): void {
    const [start, end] = [this.#starts[row] ?? 0, this.#starts[row + 1] ?? 0];
    const [indices, values] = [this.#indices, this.#values];
    for (let at = start; at < end; at++) {
      const index = indices[at] ?? 0;
      vector[index] = (vector[index] ?? 0) - factor * (values[at] ?? 0);
    }
    this.#work += end - start;
  }

  /** The columns as rows, of which there are `count`. */
  transposed(count: number): SparseRows {
    const turned = new SparseRows();
    const next = new Int32Array(count + 1);
    for (let at = 0; at < this.#end; at++) {
      const column = this.#indices[at] ?? 0;
      next[column + 1] = (next[column + 1] ?? 0) + 1;
    }
    for (let column = 0; column < count; column++) {
      next[column + 1] = (next[column + 1] ?? 0) + (next[column] ?? 0);
      turned.#starts.push(next[column + 1] ?? 0);
    }
    turned.#indices = new Int32Array(this.#end);
    turned.#values = new Float64Array(this.#end);
    turned.#end = this.#end;
    for (let row = 0; row + 1 < this.#starts.length; row++) {
      for (let at = this.#starts[row] ?? 0; at < (this.#starts[row + 1] ?? 0); at++) {
        const column = this.#indices[at] ?? 0;
        const place = next[column] ?? 0;
        next[column] = place + 1;
        turned.#indices[place] = row;
        turned.#values[place] = this.#values[at] ?? 0;
      }
    }
    return turned;
  }

  #widen(): void {
    const indices = new Int32Array(2 * this.#indices.length + 256);
    const values = new Float64Array(2 * this.#indices.length + 256);
    indices.set(this.#indices);
    values.set(this.#values);
    this.#indices = indices;
    this.#values = values;
  }
}
