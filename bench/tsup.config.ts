import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { defineConfig, type Options } from "tsup";

type Plugin = NonNullable<Options["esbuildPlugins"]>[number];

/** Benchmarks find the scripts beside them wherever they are bundled to. */
const whereItWas: Plugin = {
  name: "where-it-was",
  setup: ({ onLoad }) => {
    onLoad({ filter: /\/(?:bench|test)\/.*\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const contents = source
        .replaceAll("import.meta.url", JSON.stringify(pathToFileURL(path).href))
        .replaceAll("import.meta.dirname", JSON.stringify(dirname(path)));
      return { contents, loader: "ts" };
    });
  },
};

/** What is measured is what is delivered: tsx would have every function keep its name. */
export default defineConfig({
  entry: { main: "bench/main.ts" },
  outDir: "bench/.build",
  format: "esm",
  target: "node20",
  platform: "node",
  silent: true,
  skipNodeModulesBundle: true,
  esbuildPlugins: [whereItWas],
});
