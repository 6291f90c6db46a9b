import type { Reporter, TestModule } from "vitest/node";

/**
 * Ends a run with a line that counts: `N passed, N failed`, and `, N skipped` when some were.
 * What keeps tests from running (a file that does not load, a failing hook, an error that nobody
 * caught) counts as failed.
 */
export class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const count = { passed: 0, failed: unhandled.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) count[test.result().state] += 1;
      const scopes = [module, ...module.children.allSuites()];
      count.failed += scopes.filter((scope) => scope.errors().length > 0).length;
    }
    const skipped = count.skipped + count.pending;
    const tail = skipped === 0 ? "" : `, ${skipped} skipped`;
    process.stdout.write(`${count.passed} passed, ${count.failed} failed${tail}\n`);
  }
}
