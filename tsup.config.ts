import { defineConfig } from "tsup";

export default defineConfig({
  entry: {
    index: "src/index.ts",
    "pce/index": "src/pce/index.ts",
    "drivers/openflow/index": "src/drivers/openflow/index.ts",
    "store/etcd/index": "src/store/etcd/index.ts",
    "nsi-provider/index": "src/nsi-provider/index.ts",
    "testing/index": "src/testing/index.ts",
  },
  format: ["esm", "cjs"],
  target: "node20",
  platform: "node",
  dts: true,
  sourcemap: true,
  splitting: true,
  clean: true,
  treeshake: true,
  tsconfig: "tsconfig.build.json",
});
