import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runBench, TIMEOUT_MS } from "./run-bench.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dcns-scenarios-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

test("questions to links with nothing free, between nodes of any name, in a folder of any name", {
  timeout: TIMEOUT_MS,
}, async () => {
  const [x, y, z] = ["São Paulo:1", "y", "z"];
  const link = { metric: 1, residual: 2.5, vlans: "2-4094" };
  write("some graph.json", {
    nodes: [x, y, z],
    translators: [],
    links: [
      { ...link, id: "1", a: x, b: y, residual: 0 },
      { ...link, id: "2", a: x, b: y, metric: 0.5, vlans: "" },
      { ...link, id: "3", a: x, b: y, metric: 7, residual: 2.4 },
      { ...link, id: "4", a: y, b: x, metric: 9 },
    ],
    queries: [
      { type: "p2p", src: x, dst: y, bw: 2.4, translate: false, cost: 7 },
      { type: "p2p", src: x, dst: y, bw: 2.5, translate: true, cost: 9 },
      { type: "p2p", src: x, dst: z, bw: 1, translate: false, cost: null },
      { type: "mp2mp", terminals: [y, x], bw: 0.000001, cost: 7 },
      { type: "disjoint-pair", src: x, dst: y, bw: 1, mode: "node", cost: 7.5 },
      { type: "ksp", src: x, dst: y, bw: 1, k: 9, costs: [0.5, 7, 9] },
    ],
  });
  expect((await answers()).summary).toEqual({ total: 6, right: 6, wrong: 0 });
});

test("distances in a graph in pieces, with nothing else beside it", {
  timeout: TIMEOUT_MS,
}, async () => {
  writeFileSync(join(folder, "g.el"), "4 2\n0 1 3\n1 2 0\n");
  writeFileSync(join(folder, "g.p2p.csv"), "src,dst,dist\n0,2,3\n2,2,0\n0,3,\n");
  expect((await answers()).summary).toEqual({ total: 3, right: 3, wrong: 0 });
});

test("a file that cannot be read is a wrong answer, and one without questions is none", {
  timeout: TIMEOUT_MS,
}, async () => {
  write("other.json", { nodes: [] });
  writeFileSync(join(folder, "torn.json"), "{");
  const { cases, summary } = await answers();
  expect(cases).toMatchObject([{ case: "torn.json", type: "unread", wrong: 1 }]);
  expect(summary).toEqual({ total: 1, right: 0, wrong: 1 });
});

function write(name: string, content: unknown): void {
  writeFileSync(join(folder, name), JSON.stringify(content));
}

function answers(): ReturnType<typeof runBench> {
  return runBench("scenarios", "--data", folder);
}
