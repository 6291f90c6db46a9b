import { DcnsAgent, FileStore, MemoryDomain, MemoryDriver, type Topology } from "dcns";
import { seededRandom } from "dcns/testing";
import { DOMAIN, type FabricDocument, fabricDocument } from "../../test/lab/fabric-document.ts";
import { value } from "../support/value.ts";

/** A grid of switches, each with a host; ports as in a compass: 1 west, 2 east, 3 north, 4 south. */
export function campusDocument(rows: number, columns: number): FabricDocument {
  const links: Record<string, readonly [string, string]> = {};
  const hosts: Record<string, string> = {};
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const here = `s${row}-${column}`;
      hosts[`h${row}-${column}:eth1`] = `${here}:5`;
      const [east, south] = [`s${row}-${column + 1}`, `s${row + 1}-${column}`];
      if (column + 1 < columns) links[`${here}-${east}`] = [`${here}:2`, `${east}:1`];
      if (row + 1 < rows) links[`${here}-${south}`] = [`${here}:4`, `${south}:3`];
    }
  }
  return fabricDocument({ links, hosts, capacity: "100Gbps" });
}

/** How many networks are set up at a time: they share what the disk takes for a commit. */
const AT_ONCE = 100;

/** What there is to recover. */
export interface Networks {
  readonly rows: number;
  readonly columns: number;
  readonly count: number;
  readonly seed: number;
}

/** Fills the store at `path` with networks of two or three neighbours, as an agent writes them. */
export async function writeNetworks(
  path: string,
  topology: Topology,
  { rows, columns, count, seed }: Networks,
): Promise<void> {
  const store = value(await FileStore.open(path));
  const drivers = { [DOMAIN]: new MemoryDriver(new MemoryDomain()) };
  const agent = value(await DcnsAgent.start({ topology, drivers, store }));
  const random = seededRandom(seed);
  const below = (bound: number): number => Math.floor(random.next() * bound);
  const near = (at: number, bound: number): number =>
    Math.min(bound - 1, Math.max(0, at + below(5) - 2));
  const anyEnds = (): readonly string[] => {
    const [row, column] = [below(rows), below(columns)];
    const ends = new Set([`h${row}-${column}:eth1`]);
    for (let end = below(4) === 0 ? 2 : 1; end > 0; end -= 1) {
      ends.add(`h${near(row, rows)}-${near(column, columns)}:eth1`);
    }
    return ends.size < 2 ? anyEnds() : [...ends];
  };
  for (let n = 0; n < count; n += AT_ONCE) {
    const projects = Array.from({ length: Math.min(AT_ONCE, count - n) }, (_, i) => `p${n + i}`);
    const calls = projects.map((project) =>
      agent.setupPhysicalNetwork(project, anyEnds(), "1Mbps"),
    );
    for (const result of await Promise.all(calls)) value(result);
  }
  await agent.close();
  await store.close();
}
