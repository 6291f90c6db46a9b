import type { Result } from "neverthrow";
import * as v from "valibot";
import type { Fault, InvalidRequest } from "../model/errors.ts";
import type { OptionsSchema } from "./request-options.ts";

/** Collects what is wrong, so that a caller hears of everything at once. */
export class Faults {
  readonly found: Fault[] = [];

  add(path: Fault["path"], value: unknown, message: string): void {
    this.found.push({ path, value, message });
  }

  take<T>(path: Fault["path"], value: unknown, parsed: Result<T, string>): T | undefined {
    if (parsed.isOk()) return parsed.value;
    this.add(path, value, parsed.error);
    return undefined;
  }

  error(): InvalidRequest {
    return { type: "invalid-request", faults: this.found };
  }

  /** Reads a call's options; absent ones are empty ones. */
  options<T extends object>(schema: OptionsSchema<T>, value: unknown): T | undefined {
    const parsed = v.safeParse(schema, value ?? {});
    if (parsed.success) return parsed.output;
    for (const issue of parsed.issues) {
      const path = issue.path?.map((item) => String(item.key)) ?? [];
      this.add(["options", ...path], issue.input, issue.message);
    }
    return undefined;
  }
}
