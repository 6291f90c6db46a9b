import { existsSync } from "node:fs";
import { describe, type TestOptions, test, vi } from "vitest";

const TOOLS = [
  "ip",
  "tc",
  "ping",
  "ethtool",
  "iperf3",
  "ovs-ofctl",
  "ovs-vsctl",
  "ovsdb-server",
  "ovs-vswitchd",
];

/** Real switches take their time, above all on a busy machine. */
const TIMEOUT_MS = 30_000;

/**
 * `describe` for suites that need root and Open vSwitch: skipped where they are missing, unless
 * `DCNS_REQUIRE_OVS` is set, which turns what is missing into a failure.
 */
export function describeWithOvs(title: string, suite: () => void): void {
  vi.setConfig({ testTimeout: TIMEOUT_MS, hookTimeout: TIMEOUT_MS });
  describe.skipIf(mustSkip())(title, suite);
}

/** A single test that needs root and Open vSwitch, on the same terms. */
export function testWithOvs(title: string, options: TestOptions, body: () => Promise<void>): void {
  test.skipIf(mustSkip())(title, options, body);
}

function mustSkip(): boolean {
  const missing = missingForOvs();
  if (missing.length > 0 && isRequired()) {
    throw new Error(`DCNS_REQUIRE_OVS is set, but there is no ${missing.join(", ")}`);
  }
  return missing.length > 0;
}

/** What an Open vSwitch lab needs and this machine does not give. */
export function missingForOvs(): readonly string[] {
  const missing = TOOLS.filter((tool) => !isInstalled(tool));
  return process.getuid?.() === 0 ? missing : [...missing, "root"];
}

function isRequired(): boolean {
  const { DCNS_REQUIRE_OVS = "" } = process.env;
  return DCNS_REQUIRE_OVS !== "" && DCNS_REQUIRE_OVS !== "0";
}

function isInstalled(tool: string): boolean {
  const { PATH = "" } = process.env;
  return [...PATH.split(":"), "/usr/sbin", "/sbin"].some((folder) =>
    existsSync(`${folder}/${tool}`),
  );
}
