import { BasisFactors } from "./basis-factors.ts";
import { enteringOf, leavingOf } from "./ratio-test.ts";

/** A set of columns of which at least one is to be taken, and its price; the price is not negative. */
export interface PricedRow {
  readonly columns: Int32Array;
  readonly price: number;
}

/**
 * A linear program of covering: columns, which cost something or nothing, are taken in parts, such that of each row, a set of
 * columns, one is taken in all, for the least cost. Rows come one by one; those that are of no use go.
 *
 * The dual simplex method (Lemke, 1954), revised, on {@link BasisFactors}, with steepest edge pricing (Forrest and Goldfarb,
 * Steepest-Edge Simplex Algorithms for Linear Programming, 1992) and the ratio test of Harris ({@link enteringOf}). Prices are feasible after
 * each step, but for rounding, so it may be broken off; it goes on from there. A step is about linear in the numbers of the factors
 * and of the rows that it prices; how many there are may be exponential at worst. Ties go to the greater pivot, then to what comes first.
 */
export class CutProgram {
  /** What is taken of each column. */
  readonly taken: Float64Array;
  readonly #count: number;
  /** Of each column its reduced cost; then of each row its price, which is that of its surplus. */
  #reduced: Float64Array;
  /** Of each row its columns; `undefined` if it is gone. */
  readonly #rows: (Int32Array | undefined)[] = [];
  readonly #rowsOf: number[][];
  readonly #free: number[] = [];
  readonly #factors: BasisFactors = new BasisFactors();
  /** Whether the factors are of the rows that there are. */
  #isBuilt = true;
  /** Of each place of the basis the column that is in it, or the number of columns and a row for the surplus of that ... */
  #basic: Int32Array = new Int32Array(FIRST_CAPACITY);
  /** ... and how much of it is taken. */
  #values: Float64Array = new Float64Array(FIRST_CAPACITY);
  /** Of each column and surplus in the basis about the square of the length of its row of the inverse. */
  #weights: Float64Array;
  /** Of each column and surplus its place in the basis; -1 for none. */
  #places: Int32Array;
  /** Of each column: 1 if nothing may be taken of it ... */
  readonly #isBarred: Uint8Array;
  /** ... and 1 if it cannot enter the basis, for that or because it is there. */
  readonly #isClosed: Uint8Array;
  /** Of columns and surpluses outside the basis the row of the tableau at hand, and where it is not zero. */
  #pivotRow: Float64Array;
  readonly #touched: number[] = [];
  readonly #isTouched: Uint8Array;
  #work = 0;

  constructor(costs: Float64Array) {
    const total = costs.length + FIRST_CAPACITY;
    this.#count = costs.length;
    this.taken = new Float64Array(costs.length);
    this.#reduced = widened(costs, total);
    this.#weights = new Float64Array(total).fill(1);
    this.#places = new Int32Array(total).fill(-1);
    this.#isBarred = new Uint8Array(costs.length);
    this.#isClosed = new Uint8Array(costs.length);
    this.#rowsOf = Array.from(costs, () => []);
    this.#pivotRow = new Float64Array(total);
    this.#isTouched = new Uint8Array(costs.length);
  }

  /** Of each column and then of each row; see there. */
  get reduced(): Float64Array {
    return this.#reduced;
  }

  takeWork(): number {
    const work = this.#work + this.#factors.takeWork();
    this.#work = 0;
    return work;
  }

  /** The rows with a price, in their order. */
  pricedRows(): readonly PricedRow[] {
    return this.#rows.flatMap((columns, row) => {
      const price = this.#reduced[this.#count + row] ?? 0;
      return columns === undefined || price <= 0 ? [] : [{ columns, price }];
    });
  }

  /** Nothing is taken of `column` from now on, if nothing is by now; whether that is so. */
  bar(column: number): boolean {
    if ((this.#places[column] ?? -1) >= 0) return false;
    this.#isBarred[column] = 1;
    this.#isClosed[column] = 1;
    return true;
  }

  addRow(all: Int32Array): void {
    const columns = all.filter((column) => !this.#isBarred[column]);
    const row = this.#free.pop() ?? this.#rows.length;
    const surplus = this.#count + row;
    this.#reserve(row);
    for (const column of columns) this.#rowsOf[column]?.push(row);
    this.#rows[row] = columns;
    this.#reduced[surplus] = 0;
    this.#weights[surplus] = 1;
    this.#places[surplus] = row;
    this.#isBuilt = false;
  }

  /** Takes out the rows of which more is taken than needed, by more than `surplus`. */
  dropSlackRows(surplus: number): void {
    for (const [row, columns] of this.#rows.entries()) {
      const place = this.#places[this.#count + row] ?? -1;
      if (columns === undefined || place < 0 || (this.#values[place] ?? 0) <= surplus) continue;
      for (const column of columns) {
        const rows = this.#rowsOf[column] ?? [];
        rows.splice(rows.indexOf(row), 1);
      }
      this.#rows[row] = undefined;
      this.#places[this.#count + row] = -1;
      this.#free.push(row);
      this.#isBuilt = false;
    }
  }

  /** Goes on to the least cost; false if it was broken off, or rounding has spoilt the basis. */
  solve(isSpent: () => boolean): boolean {
    if (!this.#isBuilt && !this.#rebuild()) return false;
    for (let place = this.#leaving(); place >= 0; place = this.#leaving()) {
      if (isSpent()) return false;
      const row = this.#factors.row(place);
      this.#price(row);
      const entering = enteringOf(this.#touched, this.#pivotRow, this.#reduced);
      if (entering < 0) return false;
      const isRight = this.#pivot(place, entering, row);
      const { added } = this.#factors;
      if (!isRight && added === 0) return false;
      if ((!isRight || added >= MOST_ADDED) && !this.#rebuild()) return false;
    }
    return true;
  }

  /** Surpluses in the basis come to the places of their rows, columns to the others. */
  #rebuild(): boolean {
    const size = this.#rows.length;
    const isOpen = new Uint8Array(size);
    for (let row = 0; row < size; row++) {
      const surplus = this.#count + row;
      if (this.#rows[row] === undefined) this.#basic[row] = -1;
      else if ((this.#places[surplus] ?? -1) < 0) isOpen[row] = 1;
      else this.#seat(surplus, row);
    }
    const columns = [...this.#places.subarray(0, this.#count).keys()].filter(
      (column) => (this.#places[column] ?? -1) >= 0,
    );
    const rowsOf = columns.map((column) => this.#rowsOf[column] ?? []);
    const places = this.#factors.rebuild(size, rowsOf, isOpen);
    if (places === undefined) return false;
    for (const [index, column] of columns.entries()) this.#seat(column, places[index] ?? 0);
    const ones = Float64Array.from(this.#rows, (row) => (row === undefined ? 0 : 1));
    const values = this.#factors.product(ones);
    for (let place = 0; place < size; place++) this.#setValue(place, values[place] ?? 0);
    this.#isBuilt = true;
    return true;
  }

  #seat(variable: number, place: number): void {
    this.#places[variable] = place;
    this.#basic[place] = variable;
    if (variable < this.#count) this.#isClosed[variable] = 1;
  }

  #leave(variable: number): void {
    this.#places[variable] = -1;
    if (variable >= this.#count) return;
    this.taken[variable] = 0;
    this.#isClosed[variable] = this.#isBarred[variable] ?? 0;
  }

  #setValue(place: number, value: number): void {
    this.#values[place] = value;
    const variable = this.#basic[place] ?? -1;
    if (variable >= 0 && variable < this.#count) this.taken[variable] = value;
  }

  /** The place of the basis that is farthest below zero, by steepest edge; -1 if there is none. */
  #leaving(): number {
    return leavingOf(this.#values.subarray(0, this.#rows.length), this.#basic, this.#weights);
  }

  /** Learns the row of the tableau from that of the inverse. */
  #price(inverse: Float64Array): void {
    for (const variable of this.#touched) {
      this.#pivotRow[variable] = 0;
      this.#isTouched[variable] = 0;
    }
    this.#touched.length = 0;
    for (let row = 0; row < inverse.length; row++) {
      const factor = inverse[row] ?? 0;
      const columns = this.#rows[row];
      if (factor === 0 || columns === undefined) continue;
      this.#priceRow(columns, factor);
      const surplus = this.#count + row;
      if ((this.#places[surplus] ?? 0) >= 0) continue;
      this.#pivotRow[surplus] = -factor;
      this.#touched.push(surplus);
    }
  }

  #priceRow(columns: Int32Array, factor: number): void {
    const [isClosed, isTouched, pivotRow] = [this.#isClosed, this.#isTouched, this.#pivotRow];
    for (let index = 0; index < columns.length; index++) {
      const column = columns[index] ?? 0;
      if (isClosed[column]) continue;
      pivotRow[column] = (pivotRow[column] ?? 0) + factor;
      if (isTouched[column]) continue;
      isTouched[column] = 1;
      this.#touched.push(column);
    }
    this.#work += columns.length;
  }

  /** Exchanges what is at `place` for what enters; false, and nothing is changed, if rounding has spoilt the factors. */
  #pivot(place: number, entering: number, inverse: Float64Array): boolean {
    const isSurplus = entering >= this.#count;
    const column = isSurplus
      ? this.#factors.column([entering - this.#count]).map((value) => -value)
      : this.#factors.column(this.#rowsOf[entering] ?? []);
    const alpha = column[place] ?? 0;
    const expected = this.#pivotRow[entering] ?? 0;
    if (Math.abs(alpha - expected) > SPOILT * (1 + Math.abs(alpha))) return false;
    const leaving = this.#basic[place] ?? 0;
    const price = Math.max(0, this.#reduced[entering] ?? 0) / alpha;
    this.#reprice(price);
    this.#reduced[leaving] = -price;
    this.#reduced[entering] = 0;
    const step = (this.#values[place] ?? 0) / alpha;
    this.#reweigh(place, column, inverse, entering);
    for (let at = 0; at < column.length; at++) {
      const factor = column[at] ?? 0;
      if (factor !== 0) this.#setValue(at, (this.#values[at] ?? 0) - step * factor);
    }
    this.#leave(leaving);
    this.#seat(entering, place);
    this.#setValue(place, step);
    this.#factors.add(place, column);
    return true;
  }

  /** Takes `factor` times the row of the tableau from the reduced costs. */
  #reprice(factor: number): void {
    for (const variable of this.#touched) {
      const reduced = (this.#reduced[variable] ?? 0) - factor * (this.#pivotRow[variable] ?? 0);
      this.#reduced[variable] = Math.max(0, reduced);
    }
  }

  /** Keeps the weights right while what enters takes `place`. */
  #reweigh(place: number, column: Float64Array, inverse: Float64Array, entering: number): void {
    const alpha = column[place] ?? 1;
    const weight = inverse.reduce((sum, value) => sum + value * value, 0);
    const turned = this.#factors.product(inverse);
    for (let at = 0; at < column.length; at++) {
      const factor = (column[at] ?? 0) / alpha;
      if (factor === 0 || at === place) continue;
      const variable = this.#basic[at] ?? 0;
      const before = this.#weights[variable] ?? 1;
      const after = before + factor * (factor * weight - 2 * (turned[at] ?? 0));
      this.#weights[variable] = Math.max(after, LEAST_WEIGHT * (1 + factor * factor));
    }
    this.#weights[entering] = Math.max(weight / (alpha * alpha), LEAST_WEIGHT);
  }

  #reserve(row: number): void {
    if (row < this.#basic.length) return;
    const capacity = 2 * this.#basic.length;
    const total = this.#count + capacity;
    this.#basic = Int32Array.from({ length: capacity }, (_, at) => this.#basic[at] ?? -1);
    this.#values = widened(this.#values, capacity);
    this.#reduced = widened(this.#reduced, total);
    this.#pivotRow = widened(this.#pivotRow, total);
    this.#weights = widened(this.#weights, total);
    const places = new Int32Array(total).fill(-1);
    places.set(this.#places);
    this.#places = places;
  }
}

const FIRST_CAPACITY = 64;

/** After how many steps the factors are built anew. */
const MOST_ADDED = 64;

/** By how much a pivot may differ between its row and its column. */
const SPOILT = 1e-6;

const LEAST_WEIGHT = 1e-4;

function widened(before: Float64Array, length: number): Float64Array {
  const wider = new Float64Array(length);
  wider.set(before);
  return wider;
}
