import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BasisFactors } from "../../../src/pce/steiner/basis-factors.ts";

/** A basis of columns that are one in some rows, surpluses in the closed rows, and what comes in later. */
interface Basis {
  readonly size: number;
  readonly isOpen: readonly boolean[];
  readonly columns: readonly (readonly number[])[];
  readonly later: readonly { readonly rows: readonly number[]; readonly place: number }[];
}

function bases(): fc.Arbitrary<Basis> {
  return fc.integer({ min: 1, max: 24 }).chain((size) => {
    const rows = fc.uniqueArray(fc.nat(size - 1), { minLength: 1, maxLength: 5 });
    return fc.array(fc.boolean(), { minLength: size, maxLength: size }).chain((isOpen) => {
      const count = isOpen.filter(Boolean).length;
      const columns = fc.array(rows, { minLength: count, maxLength: count });
      const later = fc.array(fc.record({ rows, place: fc.nat(size - 1) }), { maxLength: 6 });
      return fc.record({
        size: fc.constant(size),
        isOpen: fc.constant(isOpen),
        columns,
        later,
      });
    });
  });
}

describe("the factors of a basis", () => {
  test("are of its inverse, or tell that there is none", () => {
    let [regular, singular] = [0, 0];
    fc.assert(
      fc.property(bases(), ({ size, isOpen, columns, later }) => {
        const factors = new BasisFactors();
        const open = Uint8Array.from(isOpen, (is) => (is ? 1 : 0));
        const places = factors.rebuild(size, columns, open);
        const matrix = isOpen.map((is, row) => (is ? [] : unit(size, row, -1)));
        if (places === undefined) {
          const order = [...isOpen.keys()].filter((row) => isOpen[row]);
          for (const [index, row] of order.entries())
            matrix[row] = ones(size, columns[index] ?? []);
          expect(Math.abs(determinant(matrix))).toBeLessThan(1e-6);
          singular++;
          return;
        }
        for (const [index, place] of places.entries()) {
          expect(isOpen[place]).toBe(true);
          matrix[place] = ones(size, columns[index] ?? []);
        }
        expectInverse(factors, matrix);
        for (const { rows, place } of later) {
          const column = factors.column(rows);
          if (Math.abs(column[place] ?? 0) < 0.05) continue;
          factors.add(place, column);
          matrix[place] = ones(size, rows);
          expectInverse(factors, matrix);
        }
        regular++;
      }),
      { numRuns: 1_000 },
    );
    expect(Math.min(regular, singular)).toBeGreaterThan(100);
  });
});

/** `matrix` by its columns: what is at each place of the basis. */
function expectInverse(factors: BasisFactors, matrix: readonly (readonly number[])[]): void {
  const size = matrix.length;
  for (let at = 0; at < size; at++) {
    const row = factors.row(at);
    for (const [place, column] of matrix.entries()) {
      const product = column.reduce((sum, value, index) => sum + value * (row[index] ?? 0), 0);
      expect(product).toBeCloseTo(place === at ? 1 : 0, 6);
    }
  }
  const numbers = Float64Array.from(matrix, (_, row) => row + 1);
  const taken = factors.product(numbers);
  for (const [row, number] of numbers.entries()) {
    const sum = matrix.reduce(
      (all, column, place) => all + (column[row] ?? 0) * (taken[place] ?? 0),
      0,
    );
    expect(sum).toBeCloseTo(number, 5);
  }
}

function unit(size: number, at: number, value: number): number[] {
  return Array.from({ length: size }, (_, row) => (row === at ? value : 0));
}

function ones(size: number, rows: readonly number[]): number[] {
  return Array.from({ length: size }, (_, row) => (rows.includes(row) ? 1 : 0));
}

/** By Gauss, with the greatest pivots. */
function determinant(matrix: readonly (readonly number[])[]): number {
  const rows = matrix.map((row) => [...row]);
  let product = 1;
  for (let at = 0; at < rows.length; at++) {
    const best = rows.reduce(
      (most, row, index) =>
        index >= at && Math.abs(row[at] ?? 0) > Math.abs(rows[most]?.[at] ?? 0) ? index : most,
      at,
    );
    const pivotRow = rows[best] ?? [];
    rows[best] = rows[at] ?? [];
    rows[at] = pivotRow;
    const pivot = pivotRow[at] ?? 0;
    product *= pivot;
    if (pivot === 0) return 0;
    for (const row of rows.slice(at + 1)) {
      const factor = (row[at] ?? 0) / pivot;
      for (const [index, value] of pivotRow.entries()) {
        row[index] = (row[index] ?? 0) - factor * value;
      }
    }
  }
  return product;
}
