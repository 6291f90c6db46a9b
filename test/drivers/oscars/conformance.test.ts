import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { conformanceReport } from "../../../scripts/conformance/main.ts";

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
});
