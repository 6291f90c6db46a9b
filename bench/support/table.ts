import type { BenchCase } from "./bench.ts";

/** Rows as aligned columns, numbers to the right; a column for every field that some row has. */
export function table(rows: readonly BenchCase[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const widths = new Map(
    columns.map((column) => [
      column,
      Math.max(column.length, ...rows.map((row) => String(row[column] ?? "").length)),
    ]),
  );
  const line = (cells: readonly (string | number | boolean)[]): string =>
    cells
      .map((cell, index) => {
        const width = widths.get(columns[index] ?? "") ?? 0;
        return typeof cell === "number" ? String(cell).padStart(width) : String(cell).padEnd(width);
      })
      .join("  ")
      .trimEnd();
  return [line(columns), ...rows.map((row) => line(columns.map((one) => row[one] ?? "")))].join(
    "\n",
  );
}
