import { err, ok, type Result } from "neverthrow";
import type { SelfTest } from "../compile/switch-profile.ts";
import { describeSessionError, type SessionError } from "../session-error.ts";
import { type SelfTestBench, selfTest } from "./self-test.ts";

/** How often a test may come to nothing before a switch is taken as it says that it is. */
const MAX_INTERRUPTED = 2;

/**
 * What was found by trying at the switch of one node, for as long as it says that it is the same. What
 * works is not tried again. Where something does not, all is tried anew at each connection: a message
 * that was lost or overtaken on the way looks the same.
 */
export class SelfTestRecord {
  #identity = "";
  #found: Extract<SelfTest, { status: "done" }> | undefined;
  #interrupted = 0;
  #isSpared: boolean;

  /** `isSpared` leaves the switch alone the first time: it may carry what stood before the agent. */
  constructor(isSpared: boolean) {
    this.#isSpared = isSpared;
  }

  /** What is known of a switch; it is tried if that is not known yet. An error: the connection broke. */
  async of(identity: string, bench: SelfTestBench): Promise<Result<SelfTest, SessionError>> {
    if (identity !== this.#identity) {
      this.#identity = identity;
      this.#found = undefined;
      this.#interrupted = 0;
    }
    if (this.#isSpared) {
      this.#isSpared = false;
      return ok({ status: "not-done", reason: "the agent has come back to networks that stand" });
    }
    const known = this.#found;
    if (known?.lacks.length === 0) return ok(known);
    if (this.#interrupted >= MAX_INTERRUPTED) {
      return ok(known ?? { status: "not-done", reason: "it was interrupted each time" });
    }
    const found = await selfTest(bench);
    if (found.isOk()) {
      this.#interrupted = 0;
      if (found.value.status === "done") this.#found = found.value;
      return ok(this.#found ?? found.value);
    }
    this.#interrupted += 1;
    const { error } = found;
    if (error.type === "session-closed") return err(error);
    return ok(known ?? { status: "not-done", reason: describeSessionError(error) });
  }
}
