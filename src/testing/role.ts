import { ok, type Result } from "neverthrow";
import type { ControllerRole, RoleState } from "../drivers/openflow/wire/switch.ts";
import { type Refusal, refuse } from "./datapath/refusal.ts";

/** A controller's connection, as far as roles go. */
export interface RoleHolder {
  role: Exclude<ControllerRole, "no-change">;
}

/** What a switch reports as long as nobody has claimed mastership. */
const NO_GENERATION = 0xffffffffffffffffn;

/**
 * Which of several controllers may change a switch (OpenFlow 1.3.5 §6.3.4). The generation id
 * outlives every connection, so that a claim older than the last one is refused for good.
 */
export class Mastership {
  #generationId: bigint | undefined;

  /** Carries out a role request of `claimant`, who is one of `all`; gives what the reply says. */
  claim(
    claimant: RoleHolder,
    all: Iterable<RoleHolder>,
    request: RoleState,
  ): Result<RoleState, Refusal> {
    const { role, generationId } = request;
    if (typeof role === "number") return refuse("role-request-failed", "bad-role");
    if (role === "master" || role === "slave") {
      if (this.#isStale(generationId)) return refuse("role-request-failed", "stale");
      this.#generationId = generationId;
    }
    if (role === "master") {
      for (const holder of all) {
        if (holder.role === "master") holder.role = "slave";
      }
    }
    if (role !== "no-change") claimant.role = role;
    return ok({ role: claimant.role, generationId: this.#generationId ?? NO_GENERATION });
  }

  /** Generation ids wrap around, so what counts is the sign of their 64-bit distance. */
  #isStale(generationId: bigint): boolean {
    if (this.#generationId === undefined) return false;
    return BigInt.asIntN(64, generationId - this.#generationId) < 0n;
  }
}
