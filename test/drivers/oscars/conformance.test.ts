import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
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

  test("are noticed where they are not what they should be", () => {
    const copy = mkdtempSync(join(tmpdir(), "dcns-conformance-"));
    try {
      cpSync(join(folder, "samples"), copy, { recursive: true });
      const spoil = (file: string, from: string, to: string): void => {
        const text = readFileSync(join(copy, file), "utf8");
        expect(text).toContain(from);
        writeFileSync(join(copy, file), text.replace(from, to));
      };
      const spoilt = [
        "idcp/v06/createReservation.request.xml",
        "nsi/request/reserve-minimal.xml",
        "rest/oscars-1.x/hold-p2p.request.json",
        "rest/recorded-opennsa/01-create-request.json",
      ] as const;
      spoil(spoilt[0], "<bandwidth>", "<bandwidth>x");
      spoil(spoilt[1], "<capacity>", "<capacity>x");
      spoil(spoilt[2], '"begin"', '"began"');
      spoil(spoilt[3], "{", "[");
      expect(conformanceReport(copy).failed.map(({ file }) => file)).toEqual(spoilt);
    } finally {
      rmSync(copy, { recursive: true });
    }
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
