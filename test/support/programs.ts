import type { CompileOptions } from "../../src/drivers/openflow/compile/compile.ts";
import type { ModMessage } from "../../src/drivers/openflow/compile/stages.ts";
import type { OfVersion } from "../../src/drivers/openflow/wire/version.ts";
import { profileOf } from "./switch-profiles.ts";

/** What tests compile by, for a capable switch of this version. */
export function compileOptionsOf(version: OfVersion): CompileOptions {
  return {
    table: 0,
    priority: 20_000,
    cookiePrefix: 0xdc05,
    burstMs: 100,
    agingS: 300,
    profile: profileOf(version),
  };
}

/** Each stage in an order drawn by `draw`: between barriers a switch may take any. */
export function shuffled(
  stages: readonly (readonly ModMessage[])[],
  draw: () => number,
): ModMessage[] {
  return stages.flatMap((stage) =>
    stage
      .map((message) => ({ message, at: draw() }))
      .sort((a, b) => a.at - b.at)
      .map(({ message }) => message),
  );
}
