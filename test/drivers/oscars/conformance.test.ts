import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { conformanceReport, hardenedReport } from "../../../scripts/conformance/main.ts";

const { DCNS_SHARED, CI } = process.env;
const folder = resolve(DCNS_SHARED ?? "../shared", "data/wan");

describe.skipIf(!existsSync(folder))("the samples of the shared data", { timeout: 60_000 }, () => {
  test("are read, written again with the same meaning, and valid by the official schemas", () => {
    const report = conformanceReport(folder);
    expect(report.failed).toEqual([]);
    expect(report.total).toBeGreaterThan(200);
    const hasXmllint = spawnSync("xmllint", ["--version"]).error === undefined;
    if (CI !== undefined) expect(hasXmllint).toBe(true);
    if (hasXmllint) expect(report.validated).toBeGreaterThan(140);
  });

  test("mean the same however they are written, and so do messages of every type in the schemas", () => {
    const { variants, reduced, instances } = hardenedReport(folder, 1);
    expect([...variants.failed, ...reduced.failed, ...instances.failed]).toEqual([]);
    expect(variants.total).toBeGreaterThan(2_000);
    const hasXmllint = spawnSync("xmllint", ["--version"]).error === undefined;
    if (!hasXmllint) return;
    expect(reduced.total).toBeGreaterThan(500);
    expect(instances.total).toBeGreaterThan(700);
  });
});
