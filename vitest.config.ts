import { configDefaults, defineConfig } from "vitest/config";
import { revisionOfSources, seedOf } from "./scripts/revision.ts";
import { CountReporter } from "./test/support/count-reporter.ts";
import { StallReporter } from "./test/support/stall-reporter.ts";

/** Suites with real switches, real stores, child processes or real time that is short: one file at a time, after all others. */
const alone = [
  "test/ovs/**/*.test.ts",
  "test/**/*.ovs.test.ts",
  "test/**/*.etcd.test.ts",
  "test/**/*.tshark.test.ts",
  "test/bench/**/*.test.ts",
  "test/dcns/storm.test.ts",
  "test/nsi-provider/killed-clouds.test.ts",
  "test/examples.test.ts",
  "test/pce-docs.test.ts",
  "test/sim/mutations.test.ts",
  "test/readme.test.ts",
];

const { CI } = process.env;

export default defineConfig({
  test: {
    reporters: ["default", new CountReporter(), new StallReporter()],
    coverage: { provider: "v8", include: ["src/**"], reporter: ["text-summary"] },
    testTimeout: 90_000,
    setupFiles: ["test/support/property-seed.ts"],
    provide: { propertySeed: CI ? seedOf(revisionOfSources()) : undefined },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: [...configDefaults.exclude, ...alone],
        },
      },
      {
        extends: true,
        test: {
          name: "alone",
          include: alone,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
