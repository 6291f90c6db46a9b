import type { Random } from "dcns/testing";
import type { Arrival, Fabric, Workload } from "./workload.ts";

/** A ring of 24 nodes with twelve chords by chance. */
export function generatedFabric(random: Random): Fabric {
  const ring = Array.from({ length: NODES }, (_, at) => [at, (at + 1) % NODES] as const);
  const chords = Array.from({ length: NODES / 2 }, () => twoOf(NODES, random));
  return { name: "ring-with-chords", nodes: NODES, capacity: 100, links: [...ring, ...chords] };
}

/** Poisson arrivals, each of 1 to 10 and nodes by chance, that stay for exponential times. */
export function generatedWorkload(fabric: Fabric, random: Random, count = 4_000): Workload {
  let arrive = 0;
  const arrivals = Array.from({ length: count }, (): Arrival => {
    arrive += exponential(random) / (RATE * fabric.nodes);
    const endpoints = requestedNodes(fabric, random);
    return { arrive, hold: exponential(random), bandwidth: 1 + 9 * random.next(), endpoints };
  });
  return { name: `${fabric.name}-generated`, fabric, arrivals };
}

/** A random time with mean 1. */
export function exponential(random: Random): number {
  return -Math.log(1 - random.next());
}

/** Two nodes, one time out of five three to six. */
export function requestedNodes({ nodes }: Fabric, random: Random): readonly number[] {
  const count = random.next() < 0.8 ? 2 : 3 + Math.floor(random.next() * 4);
  return distinct(Math.min(nodes, count), nodes, random);
}

const NODES = 24;

/** Arrivals for each node in the mean time that one stays. */
const RATE = 5;

function twoOf(nodes: number, random: Random): readonly [number, number] {
  const [a = 0, b = 0] = distinct(2, nodes, random);
  return [a, b];
}

function distinct(count: number, nodes: number, random: Random): readonly number[] {
  const chosen = new Set<number>();
  while (chosen.size < count) chosen.add(Math.floor(random.next() * nodes));
  return [...chosen];
}
