/** A column, and the row in which it is alone when its turn comes; -1 if there is none. */
export interface Pivot {
  readonly index: number;
  readonly row: number;
}

/** Columns by their rows, of which some are taken out. */
interface Left {
  readonly columns: readonly (readonly number[])[];
  /** Of each row how many of its columns are left, and the sum of their indices, which tells the last one. */
  readonly counts: Int32Array;
  readonly sums: Float64Array;
}

/**
 * An order in which columns, each told by the rows where it is not zero, come into a basis such that little fills in: first those that are
 * alone in an open row without those before them, then those in fewest open rows (triangular inversion:
 * Hellerman and Rarick, 1971). Linear in the numbers of the columns, and O(n log n); ties go to the first.
 */
export function pivotOrder(
  columns: readonly (readonly number[])[],
  isOpen: Uint8Array,
): readonly Pivot[] {
  const left = allLeft(columns, isOpen.length);
  const single = [...isOpen.keys()].filter((row) => isOpen[row] && left.counts[row] === 1);
  const order: Pivot[] = [];
  for (let row = single.pop(); row !== undefined; row = single.pop()) {
    if (left.counts[row] !== 1) continue;
    const index = left.sums[row] ?? 0;
    order.push({ index, row });
    single.push(...takeOut(left, index).filter((other) => isOpen[other]));
  }
  const isIn = new Set(order.map(({ index }) => index));
  const rest = [...columns.keys()]
    .filter((index) => !isIn.has(index))
    .map((index) => ({ index, count: openCount(left, index, isOpen) }))
    .sort((x, y) => x.count - y.count || x.index - y.index);
  return [...order, ...rest.map(({ index }) => ({ index, row: -1 }))];
}

function allLeft(columns: readonly (readonly number[])[], rowCount: number): Left {
  const counts = new Int32Array(rowCount);
  const sums = new Float64Array(rowCount);
  for (const [index, rows] of columns.entries()) {
    for (const row of rows) {
      counts[row] = (counts[row] ?? 0) + 1;
      sums[row] = (sums[row] ?? 0) + index;
    }
  }
  return { columns, counts, sums };
}

/** Takes out a column; the rows that have one left by that. */
function takeOut({ columns, counts, sums }: Left, index: number): readonly number[] {
  const rows = columns[index] ?? [];
  for (const row of rows) {
    counts[row] = (counts[row] ?? 0) - 1;
    sums[row] = (sums[row] ?? 0) - index;
  }
  return rows.filter((row) => counts[row] === 1);
}

/** In how many open rows with columns left a column is. */
function openCount({ columns, counts }: Left, index: number, isOpen: Uint8Array): number {
  return (columns[index] ?? []).filter((row) => isOpen[row] && (counts[row] ?? 0) > 0).length;
}
