/** A step of the elimination: where it pivots, and what it takes from the rows that are left by then. */
export interface LuStep {
  readonly row: number;
  readonly column: number;
  readonly pivot: number;
  /** What is left in the row besides the pivot. */
  readonly columns: readonly number[];
  readonly values: readonly number[];
  /** The rows that lose a multiple of this one, and how much of it. */
  readonly below: readonly number[];
  readonly factors: readonly number[];
}

type PivotRow = Pick<LuStep, "column" | "pivot" | "columns" | "values">;

/**
 * Gaussian elimination of a sparse square matrix, each of whose columns is one in some rows and zero elsewhere. Pivots are where
 * little can fill in (Markowitz, The Elimination Form of the Inverse and its Application to Linear Programming, 1957): of some
 * columns and rows with the fewest numbers the one with the least product of both, if it is no less than a share of the
 * greatest of its row. `undefined` if columns depend on each other. As long as the fill; ties go to what was looked at first.
 */
export function luSteps(
  columns: readonly (readonly number[])[],
  rowCount: number,
): readonly LuStep[] | undefined {
  return new LuElimination(columns, rowCount).run();
}

class LuElimination {
  /** Of each row its columns that are left, and the numbers there; of each column its rows that are left. */
  readonly #columnsOf: number[][];
  readonly #valuesOf: number[][];
  readonly #rowsOf: number[][];
  readonly #isRowDone: Uint8Array;
  readonly #isColumnDone: Uint8Array;
  /** By how many numbers they have: columns and rows, and some that had as many before. */
  readonly #columnQueues: number[][] = [];
  readonly #rowQueues: number[][] = [];
  /** The place of each column in the pivot row, plus one. */
  readonly #placeInPivot: Int32Array;
  #row = -1;
  #column = -1;
  #product = 0;

  constructor(columns: readonly (readonly number[])[], rowCount: number) {
    this.#rowsOf = columns.map((rows) => [...rows]);
    this.#columnsOf = Array.from({ length: rowCount }, () => []);
    for (const [column, rows] of columns.entries()) {
      for (const row of rows) this.#columnsOf[row]?.push(column);
    }
    this.#valuesOf = this.#columnsOf.map((its) => its.map(() => 1));
    this.#isRowDone = new Uint8Array(rowCount);
    this.#isColumnDone = new Uint8Array(columns.length);
    this.#placeInPivot = new Int32Array(columns.length);
    for (let column = columns.length - 1; column >= 0; column--) this.#queueColumn(column);
    for (let row = rowCount - 1; row >= 0; row--) this.#queueRow(row);
  }

  run(): readonly LuStep[] | undefined {
    const steps: LuStep[] = [];
    while (steps.length < this.#rowsOf.length) {
      this.#choose();
      if (this.#row < 0) return undefined;
      steps.push(this.#eliminate(this.#row, this.#column));
    }
    return steps;
  }

  /** Finds the next pivot. */
  #choose(): void {
    this.#row = -1;
    this.#product = Number.POSITIVE_INFINITY;
    const most = Math.max(this.#columnQueues.length, this.#rowQueues.length);
    let looks = 0;
    for (let count = 1; count < most && (looks < MOST_LOOKS || this.#row < 0); count++) {
      if (this.#product <= (count - 1) * (count - 1)) return;
      looks += this.#lookAtColumns(count, MOST_LOOKS);
      if (this.#product <= count * (count - 1)) return;
      looks += this.#lookAtRows(count, MOST_LOOKS);
    }
  }

  /** Looks at some columns that have `count` numbers; at how many. */
  #lookAtColumns(count: number, most: number): number {
    const queue = this.#columnQueues[count] ?? [];
    let looks = 0;
    for (let at = queue.length - 1; at >= 0 && looks < most; at--) {
      const column = queue[at] ?? 0;
      const rows = this.#rowsOf[column] ?? [];
      if (this.#isColumnDone[column] || rows.length !== count) {
        queue.splice(at, 1);
        continue;
      }
      for (const row of rows) this.#offer(row, column);
      looks++;
      if (count === 1 && this.#row >= 0) break;
    }
    return looks;
  }

  #lookAtRows(count: number, most: number): number {
    const queue = this.#rowQueues[count] ?? [];
    let looks = 0;
    for (let at = queue.length - 1; at >= 0 && looks < most; at--) {
      const row = queue[at] ?? 0;
      const columns = this.#columnsOf[row] ?? [];
      if (this.#isRowDone[row] || columns.length !== count) {
        queue.splice(at, 1);
        continue;
      }
      for (const column of columns) this.#offer(row, column);
      looks++;
      if (count === 1 && this.#row >= 0) break;
    }
    return looks;
  }

  /** Takes a place for the pivot, if less can fill in there than at the best so far, and it is great enough. */
  #offer(row: number, column: number): void {
    const columns = this.#columnsOf[row] ?? [];
    const product = (columns.length - 1) * ((this.#rowsOf[column]?.length ?? 0) - 1);
    if (product >= this.#product) return;
    let greatest = LEAST_PIVOT;
    for (const value of this.#valuesOf[row] ?? []) greatest = Math.max(greatest, Math.abs(value));
    const own = Math.abs(this.#valuesOf[row]?.[columns.indexOf(column)] ?? 0);
    if (own < SHARE * greatest || own < LEAST_PIVOT) return;
    this.#row = row;
    this.#column = column;
    this.#product = product;
  }

  #eliminate(row: number, column: number): LuStep {
    const columns = this.#columnsOf[row] ?? [];
    const values = this.#valuesOf[row] ?? [];
    const pivot = takeOut(columns, values, columns.indexOf(column));
    this.#isRowDone[row] = 1;
    this.#isColumnDone[column] = 1;
    for (const [place, other] of columns.entries()) {
      this.#placeInPivot[other] = place + 1;
      const rows = this.#rowsOf[other] ?? [];
      forget(rows, row);
    }
    const below = (this.#rowsOf[column] ?? []).filter((other) => other !== row);
    const factors = below.map((other) => this.#subtract(other, { column, pivot, columns, values }));
    for (const other of columns) {
      this.#placeInPivot[other] = 0;
      this.#queueColumn(other);
    }
    return { row, column, pivot, columns, values, below, factors };
  }

  /** Takes as much of the pivot row from `row` that nothing is left in the pivot's column; how much. */
  #subtract(row: number, { column, pivot, columns, values }: PivotRow): number {
    const its = this.#columnsOf[row] ?? [];
    const numbers = this.#valuesOf[row] ?? [];
    const factor = takeOut(its, numbers, its.indexOf(column)) / pivot;
    this.#change(row, factor, values);
    for (const [place, other] of columns.entries()) {
      const isMet = (this.#placeInPivot[other] ?? 0) < 0;
      this.#placeInPivot[other] = place + 1;
      if (isMet) continue;
      its.push(other);
      numbers.push(-factor * (values[place] ?? 0));
      this.#rowsOf[other]?.push(row);
    }
    this.#queueRow(row);
    return factor;
  }

  /** Changes the numbers that there are in `row`, and turns the places in the pivot row that it has met. */
  #change(row: number, factor: number, values: readonly number[]): void {
    const its = this.#columnsOf[row] ?? [];
    const numbers = this.#valuesOf[row] ?? [];
    for (let at = its.length - 1; at >= 0; at--) {
      const other = its[at] ?? 0;
      const place = (this.#placeInPivot[other] ?? 0) - 1;
      if (place < 0) continue;
      this.#placeInPivot[other] = -1 - place;
      const value = (numbers[at] ?? 0) - factor * (values[place] ?? 0);
      if (Math.abs(value) > TINY) numbers[at] = value;
      else {
        takeOut(its, numbers, at);
        forget(this.#rowsOf[other] ?? [], row);
      }
    }
  }

  #queueColumn(column: number): void {
    queue(this.#columnQueues, this.#rowsOf[column]?.length ?? 0, column);
  }

  #queueRow(row: number): void {
    queue(this.#rowQueues, this.#columnsOf[row]?.length ?? 0, row);
  }
}

/** How many columns and rows are looked at for a pivot. */
const MOST_LOOKS = 4;

/** What a pivot is at least, of the greatest number of its row, and at all. */
const SHARE = 0.1;
const LEAST_PIVOT = 1e-7;

/** What is nearer to zero than this is zero. */
const TINY = 1e-12;

/** Takes out what is at `place` of both lists, whose order does not matter; the number there. */
function takeOut(columns: number[], values: number[], place: number): number {
  const value = values[place] ?? 0;
  const [column, last] = [columns.pop() ?? 0, values.pop() ?? 0];
  if (place < columns.length) {
    columns[place] = column;
    values[place] = last;
  }
  return value;
}

function forget(list: number[], one: number): void {
  const place = list.indexOf(one);
  const last = list.pop() ?? 0;
  if (place < list.length) list[place] = last;
}

function queue(queues: number[][], count: number, one: number): void {
  while (queues.length <= count) queues.push([]);
  queues[count]?.push(one);
}
