import type { Reporter, TestModule } from "vitest/node";

/** How long a file of tests may go without ending before its name is printed, in milliseconds. */
const STALLED_MS = 300_000;

/**
 * Names the files that take suspiciously long. A test that never yields cannot be timed out; without
 * this, a run that it stops would not say where it stands.
 */
export class StallReporter implements Reporter {
  readonly #timers = new Map<string, NodeJS.Timeout>();

  onTestModuleStart({ moduleId }: TestModule): void {
    const tell = (): void => {
      process.stdout.write(`still running after ${STALLED_MS / 1_000} s: ${moduleId}\n`);
    };
    this.#timers.set(moduleId, setTimeout(tell, STALLED_MS).unref());
  }

  onTestModuleEnd({ moduleId }: TestModule): void {
    clearTimeout(this.#timers.get(moduleId));
    this.#timers.delete(moduleId);
  }
}
