import { type LuStep, luSteps } from "./lu-elimination.ts";
import { SparseRows } from "./sparse-rows.ts";

/**
 * The inverse of the basis of a covering program: surpluses, each at the place of its row, where it is minus one, and columns, which are
 * one in some rows and zero elsewhere, at the places of the others. Sparse triangular factors ({@link luSteps}), and a factor more
 * for each column that has come in since (the product form: Dantzig and Orchard-Hays, 1954). Products skip what is zero.
 */
export class BasisFactors {
  /** How many columns came in since it was built. */
  added = 0;
  #size = 0;
  /** The rows whose places surpluses have. */
  #closed: readonly number[] = [];
  /** The places at which the elimination pivots, in its order, and the pivots. */
  #places: Int32Array = new Int32Array(0);
  #pivots: Float64Array = new Float64Array(0);
  /** Of each step what rows lose by it, the steps by which any does, and of each place its row and its column of what was left. */
  #lower = new SparseRows();
  #lowerSteps: readonly number[] = [];
  #rows = new SparseRows();
  #columns = new SparseRows();
  /** Of each column that came in its place, its number there, and the others. */
  readonly #addedPlaces: number[] = [];
  readonly #addedPivots: number[] = [];
  #added = new SparseRows();
  #work = 0;

  takeWork(): number {
    const work = this.#work;
    this.#work = 0;
    return work;
  }

  /** The product of the inverse with a column that is one in `rows` and zero elsewhere. */
  column(rows: readonly number[]): Float64Array {
    const vector = new Float64Array(this.#size);
    for (const row of rows) vector[row] = 1;
    this.#forwards(vector);
    return vector;
  }

  /** The product of the inverse with `numbers`, of each row. */
  product(numbers: Float64Array): Float64Array {
    const vector = numbers.slice();
    this.#forwards(vector);
    return vector;
  }

  /** The row of the inverse at `place`. */
  row(place: number): Float64Array {
    const vector = new Float64Array(this.#size);
    vector[place] = 1;
    for (let index = this.added - 1; index >= 0; index--) {
      const at = this.#addedPlaces[index] ?? 0;
      const sum = (vector[at] ?? 0) - this.#added.times(index, vector);
      vector[at] = sum / (this.#addedPivots[index] ?? 1);
    }
    for (const row of this.#closed) {
      vector[row] = -(vector[row] ?? 0);
      if (vector[row] !== 0) this.#rows.subtract(row, vector[row] ?? 0, vector);
    }
    for (let step = 0; step < this.#places.length; step++) this.#upwards(step, this.#rows, vector);
    for (let index = this.#lowerSteps.length - 1; index >= 0; index--) {
      const step = this.#lowerSteps[index] ?? 0;
      const at = this.#places[step] ?? 0;
      vector[at] = (vector[at] ?? 0) - this.#lower.times(step, vector);
    }
    this.#clear(vector);
    return vector;
  }

  /** Puts a column into the basis at `place`, whose product with the inverse is `column`. */
  add(place: number, column: Float64Array): void {
    for (let at = 0; at < column.length; at++) {
      const value = column[at] ?? 0;
      if (value !== 0 && at !== place) this.#added.push(at, value);
    }
    this.#added.endRow();
    this.#addedPlaces.push(place);
    this.#addedPivots.push(column[place] ?? 1);
    this.added++;
  }

  /**
   * Begins anew with `size` rows and `columns`, each told by its rows, which take the places that are open, of which
   * there are as many. The place of each; `undefined` if they depend on each other.
   */
  rebuild(
    size: number,
    columns: readonly (readonly number[])[],
    isOpen: Uint8Array,
  ): readonly number[] | undefined {
    const inside = columns.map((rows) => rows.filter((row) => isOpen[row]));
    const steps = luSteps(inside, size);
    if (steps === undefined) return undefined;
    this.#size = size;
    this.added = 0;
    this.#addedPlaces.length = 0;
    this.#addedPivots.length = 0;
    this.#added = new SparseRows();
    this.#closed = [...isOpen.keys()].filter((row) => !isOpen[row]);
    this.#places = Int32Array.from(steps, ({ row }) => row);
    this.#pivots = Float64Array.from(steps, ({ pivot }) => pivot);
    const places = columns.map(() => -1);
    for (const { row, column } of steps) places[column] = row;
    this.#keep(steps, columns, isOpen, places);
    return places;
  }

  #keep(
    steps: readonly LuStep[],
    columns: readonly (readonly number[])[],
    isOpen: Uint8Array,
    places: readonly number[],
  ): void {
    this.#lower = new SparseRows();
    for (const { below, factors } of steps) this.#lower.add(below, factors);
    this.#lowerSteps = [...steps.keys()].filter((step) => (steps[step]?.below.length ?? 0) > 0);
    const indices: number[][] = Array.from({ length: this.#size }, () => []);
    const values: number[][] = Array.from({ length: this.#size }, () => []);
    for (const step of steps) {
      indices[step.row] = step.columns.map((column) => places[column] ?? 0);
      values[step.row] = [...step.values];
    }
    for (const [column, rows] of columns.entries()) {
      for (const row of rows) {
        if (isOpen[row]) continue;
        indices[row]?.push(places[column] ?? 0);
        values[row]?.push(1);
      }
    }
    this.#rows = new SparseRows();
    for (const [row, its] of indices.entries()) this.#rows.add(its, values[row] ?? []);
    this.#columns = this.#rows.transposed(this.#size);
    this.#work += 8 * this.#rows.size + 8 * this.#lower.size + this.#size;
  }

  #forwards(vector: Float64Array): void {
    for (const step of this.#lowerSteps) {
      const value = vector[this.#places[step] ?? 0] ?? 0;
      if (value !== 0) this.#lower.subtract(step, value, vector);
    }
    for (let step = this.#places.length - 1; step >= 0; step--) {
      this.#upwards(step, this.#columns, vector);
    }
    for (const row of this.#closed) vector[row] = -(vector[row] ?? 0);
    for (let index = 0; index < this.added; index++) {
      const at = this.#addedPlaces[index] ?? 0;
      const value = (vector[at] ?? 0) / (this.#addedPivots[index] ?? 1);
      if (value === 0) continue;
      vector[at] = value;
      this.#added.subtract(index, value, vector);
    }
    this.#clear(vector);
  }

  /** A step of the upper triangle: divides by its pivot, and takes that out of the others by their row or column. */
  #upwards(step: number, others: SparseRows, vector: Float64Array): void {
    const at = this.#places[step] ?? 0;
    const before = vector[at] ?? 0;
    if (before === 0) return;
    const value = before / (this.#pivots[step] ?? 1);
    vector[at] = value;
    others.subtract(at, value, vector);
  }

  /** Makes nothing of what is next to nothing, and notes the work done. */
  #clear(vector: Float64Array): void {
    for (let at = 0; at < vector.length; at++) {
      const value = vector[at] ?? 0;
      if (value < TINY && value > -TINY) vector[at] = 0;
    }
    const work = this.#lower.takeWork() + this.#rows.takeWork() + this.#columns.takeWork();
    this.#work += work + this.#added.takeWork() + this.#size + this.added;
  }
}

/** What is nearer to zero than this is zero. */
const TINY = 1e-12;
