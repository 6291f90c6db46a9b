import { pivotOrder } from "./pivot-order.ts";

/**
 * The inverse of the basis of a covering program as a product of elementary matrices (the product form: Dantzig and
 * Orchard-Hays, 1954). It begins with all surpluses, each at the place of its row, whose inverse is minus one; then columns, which are one in
 * some rows and zero elsewhere, come in. Each product is linear in the numbers of the factors, which stay few when
 * {@link rebuild} has put the columns in a good order (as in triangular inversion: Hellerman and Rarick, 1971).
 */
export class BasisFactors {
  /** How many factors were added since it was built. */
  added = 0;
  #size = 0;
  /** Of each factor the place where it pivots, the pivot, and where its other numbers begin. */
  readonly #places: number[] = [];
  readonly #pivots: number[] = [];
  readonly #starts: number[] = [0];
  #indices = new Int32Array(1_024);
  #values = new Float64Array(1_024);
  #work = 0;

  takeWork(): number {
    const work = this.#work;
    this.#work = 0;
    return work;
  }

  /** The product of the inverse with a column that is one in `rows` and zero elsewhere. */
  column(rows: readonly number[]): Float64Array {
    const vector = new Float64Array(this.#size);
    for (const row of rows) vector[row] = -1;
    this.#forwards(vector);
    return vector;
  }

  /** The product of the inverse with `numbers`, of each row. */
  product(numbers: Float64Array): Float64Array {
    const vector = numbers.map((number) => -number);
    this.#forwards(vector);
    return vector;
  }

  /** The row of the inverse at `place`. */
  row(place: number): Float64Array {
    const vector = new Float64Array(this.#size);
    vector[place] = 1;
    for (let factor = this.#places.length - 1; factor >= 0; factor--) {
      const at = this.#places[factor] ?? 0;
      const end = this.#starts[factor + 1] ?? 0;
      let sum = vector[at] ?? 0;
      for (let index = this.#starts[factor] ?? 0; index < end; index++) {
        sum -= (vector[this.#indices[index] ?? 0] ?? 0) * (this.#values[index] ?? 0);
      }
      vector[at] = sum / (this.#pivots[factor] ?? 1);
    }
    for (let at = 0; at < vector.length; at++) vector[at] = cleared(-(vector[at] ?? 0));
    this.#work += this.#starts.at(-1) ?? 0;
    return vector;
  }

  /** Puts a column into the basis at `place`, whose product with the inverse is `column`. */
  add(place: number, column: Float64Array): void {
    let end = this.#starts.at(-1) ?? 0;
    if (end + column.length > this.#values.length) this.#widen();
    for (let at = 0; at < column.length; at++) {
      const value = column[at] ?? 0;
      if (value === 0 || at === place) continue;
      this.#indices[end] = at;
      this.#values[end++] = value;
    }
    this.#places.push(place);
    this.#pivots.push(column[place] ?? 1);
    this.#starts.push(end);
    this.added++;
  }

  /**
   * Begins anew with `size` rows and `columns`, each told by its rows, which take the places that are open, of which
   * there are as many. Columns alone in an open row come first; then those in the fewest. The place of each; `undefined` if they depend on
   * each other.
   */
  rebuild(
    size: number,
    columns: readonly (readonly number[])[],
    isOpen: Uint8Array,
  ): readonly number[] | undefined {
    this.#size = size;
    this.#places.length = 0;
    this.#pivots.length = 0;
    this.#starts.length = 1;
    const places = columns.map(() => -1);
    for (const { index, row } of pivotOrder(columns, isOpen)) {
      const column = this.column(columns[index] ?? []);
      const place = row >= 0 ? row : greatestOf(column, isOpen);
      if (Math.abs(column[place] ?? 0) < LEAST_PIVOT) return undefined;
      this.add(place, column);
      isOpen[place] = 0;
      places[index] = place;
    }
    this.added = 0;
    return places;
  }

  #forwards(vector: Float64Array): void {
    for (let factor = 0; factor < this.#places.length; factor++) {
      const at = this.#places[factor] ?? 0;
      const before = vector[at] ?? 0;
      if (before === 0) continue;
      const value = before / (this.#pivots[factor] ?? 1);
      vector[at] = value;
      const [start, end] = [this.#starts[factor] ?? 0, this.#starts[factor + 1] ?? 0];
      for (let index = start; index < end; index++) {
        const place = this.#indices[index] ?? 0;
        vector[place] = (vector[place] ?? 0) - value * (this.#values[index] ?? 0);
      }
      this.#work += end - start;
    }
    for (let at = 0; at < vector.length; at++) vector[at] = cleared(vector[at] ?? 0);
    this.#work += this.#places.length + this.#size;
  }

  #widen(): void {
    const capacity = 2 * this.#values.length + this.#size;
    const indices = new Int32Array(capacity);
    const values = new Float64Array(capacity);
    indices.set(this.#indices);
    values.set(this.#values);
    this.#indices = indices;
    this.#values = values;
  }
}

/** What is nearer to zero than this is zero. */
const TINY = 1e-12;

/** With less to pivot on, columns depend on each other. */
const LEAST_PIVOT = 1e-7;

function cleared(value: number): number {
  return value < TINY && value > -TINY ? 0 : value;
}

/** Where the vector is farthest from zero, of the open places; the first if none is. */
function greatestOf(vector: Float64Array, isOpen: Uint8Array): number {
  let best = 0;
  let most = 0;
  for (let at = 0; at < vector.length; at++) {
    const value = Math.abs(vector[at] ?? 0);
    if (!isOpen[at] || value <= most) continue;
    best = at;
    most = value;
  }
  return best;
}
