import { type FabricDocument, fabricDocument } from "../../test/lab/fabric-document.ts";

/** Twenty switches, four rows of five, each with a host. */
export const ROWS = 4;
export const COLUMNS = 5;

/** Ports: 1 to the left, 2 to the right, 3 up, 4 down, 5 to the host. */
export function gridDocument(): FabricDocument {
  const links: Record<string, readonly [string, string]> = {};
  const hosts: Record<string, string> = {};
  for (let row = 0; row < ROWS; row += 1) {
    for (let column = 0; column < COLUMNS; column += 1) {
      const here = switchAt(row, column);
      hosts[hostPortAt(row, column)] = `${here}:5`;
      const right = switchAt(row, column + 1);
      const below = switchAt(row + 1, column);
      if (column + 1 < COLUMNS) links[`${here}-${right}`] = [`${here}:2`, `${right}:1`];
      if (row + 1 < ROWS) links[`${here}-${below}`] = [`${here}:4`, `${below}:3`];
    }
  }
  return fabricDocument({ links, hosts, capacity: "100Gbps" });
}

/** The host of a switch. */
export function hostPortAt(row: number, column: number): string {
  return `h${numberAt(row, column)}:eth1`;
}

/** The hosts of all switches. */
export function hostPorts(): readonly string[] {
  return Array.from({ length: ROWS * COLUMNS }, (_, index) =>
    hostPortAt(Math.floor(index / COLUMNS), index % COLUMNS),
  );
}

function switchAt(row: number, column: number): string {
  return `s${numberAt(row, column)}`;
}

function numberAt(row: number, column: number): number {
  return row * COLUMNS + column + 1;
}
