import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A fabric whose links all have the same capacity, which both directions share. */
export interface Fabric {
  readonly name: string;
  readonly nodes: number;
  readonly capacity: number;
  /** The two nodes of each link. */
  readonly links: readonly (readonly [number, number])[];
}

/** A network that somebody asks for at the time `arrive` and is rid of `hold` later. */
export interface Arrival {
  readonly arrive: number;
  readonly hold: number;
  /** What it takes of every link of its tree. */
  readonly bandwidth: number;
  /** Distinct nodes. */
  readonly endpoints: readonly number[];
}

/** What arrives at a fabric, in order of time. */
export interface Workload {
  readonly name: string;
  readonly fabric: Fabric;
  readonly arrivals: readonly Arrival[];
}

/** Every `NAME.net.json` of a folder. */
export function readFabrics(folder: string): readonly Fabric[] {
  const files = readdirSync(folder).filter((file) => file.endsWith(FABRIC));
  return files.sort().map((file) => {
    const fabric: Omit<Fabric, "name"> = JSON.parse(readFileSync(join(folder, file), "utf8"));
    return { ...fabric, name: file.slice(0, -FABRIC.length) };
  });
}

/** Every `NAME-loadN.csv` of the fabric's folder, the lower loads first. */
export function readWorkloads(folder: string, fabric: Fabric): readonly Workload[] {
  const loadOf = (file: string): number => Number(/-load(\d+)/.exec(file)?.[1]);
  const files = readdirSync(folder).filter(
    (file) => file.startsWith(`${fabric.name}-load`) && file.endsWith(".csv"),
  );
  return files
    .sort((x, y) => loadOf(x) - loadOf(y))
    .map((file) => {
      const [, ...lines] = readFileSync(join(folder, file), "utf8").trim().split("\n");
      return { name: file.slice(0, -".csv".length), fabric, arrivals: lines.map(readArrival) };
    });
}

const FABRIC = ".net.json";

function readArrival(line: string): Arrival {
  const [arrive, hold, bandwidth, endpoints = ""] = line.split(",");
  return {
    arrive: Number(arrive),
    hold: Number(hold),
    bandwidth: Number(bandwidth),
    endpoints: endpoints.split(";").map(Number),
  };
}
