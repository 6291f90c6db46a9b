import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { conformanceReport, hardenedReport } from "../../../scripts/conformance/main.ts";
import { hasXmllint } from "../../../scripts/conformance/schemas.ts";
import { writeNsi } from "../../../src/drivers/oscars/nsi/envelope.ts";
import { nsiHeader } from "../../support/nsi-header.ts";

const { DCNS_SHARED, CI } = process.env;
const folder = resolve(DCNS_SHARED ?? "../shared", "data/wan");

test.runIf(CI !== undefined)("xmllint is there where everything is tested", () => {
  expect(hasXmllint()).toBe(true);
});

describe("the command that judges samples", { timeout: 60_000 }, () => {
  const sample = writeNsi({ header: nsiHeader, body: { type: "acknowledgment" } });

  /** Runs it where there is no xmllint, on one sample. */
  function runWithout(hasSchemas: boolean) {
    const data = mkdtempSync(join(tmpdir(), "dcns-conformance-"));
    try {
      mkdirSync(join(data, "samples"));
      writeFileSync(join(data, "samples/acknowledgment.xml"), sample);
      if (hasSchemas) mkdirSync(join(data, "schemas"));
      const command = ["--import", "tsx", "scripts/conformance/main.ts", "--json", "--data", data];
      const env = { ...process.env, PATH: data };
      const { status, stdout } = spawnSync(process.execPath, command, { encoding: "utf8", env });
      const report: unknown = JSON.parse(stdout);
      return { status, report };
    } finally {
      rmSync(data, { recursive: true });
    }
  }

  test("fails where there are schemas and no xmllint, and says what they were not asked of", () => {
    const { status, report } = runWithout(true);
    expect(report).toEqual({
      ...{ total: 1, passed: 1, failed: [], validated: 0 },
      unvalidated: { missing: "xmllint", files: ["acknowledgment.xml"] },
    });
    expect(status).toBe(1);
  });

  test("is content with samples that come without schemas, and says so", () => {
    const { status, report } = runWithout(false);
    expect(report).toMatchObject({ unvalidated: { missing: "schemas" } });
    expect(status).toBe(0);
  });
});

describe.skipIf(!existsSync(folder))("the samples of the shared data", { timeout: 60_000 }, () => {
  test("are read, written again with the same meaning, and valid by the official schemas", () => {
    const report = conformanceReport(folder);
    expect(report.failed).toEqual([]);
    expect(report.total).toBeGreaterThan(200);
    if (hasXmllint()) expect(report.validated).toBeGreaterThan(140);
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
    if (!hasXmllint()) return;
    expect(reduced.total).toBeGreaterThan(500);
    expect(instances.total).toBeGreaterThan(700);
  });
});
