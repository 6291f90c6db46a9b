import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const SCRIPT = fileURLToPath(new URL("./answers.ts", import.meta.url));

test("two processes that are asked the same give the same paths, trees and refusals", {
  timeout: 120_000,
}, async () => {
  const run = async (): Promise<string> => {
    const args = ["--import", "tsx", SCRIPT];
    return (await promisify(execFile)(process.execPath, args)).stdout;
  };
  const [first, second] = await Promise.all([run(), run()]);
  expect(second).toBe(first);
  const answers = first.trim().split("\n");
  expect(answers.some((answer) => answer.includes('"type"'))).toBe(true);
  expect(answers.filter((answer) => answer.includes('"endpoints"')).length).toBeGreaterThan(6);
});
