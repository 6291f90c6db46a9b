import type { Notice } from "./channel/channel-effect.ts";

/**
 * A token bucket: lets through so many a second, and as many at once after a quiet second. What it
 * does not let through it counts.
 */
export class PacketInLimit {
  readonly #perSecond: number;
  #tokens: number;
  #filledAtMs: number;
  #dropped = 0;
  #toldAtMs = Number.NEGATIVE_INFINITY;

  constructor(perSecond: number, nowMs: number) {
    this.#perSecond = perSecond;
    this.#tokens = perSecond;
    this.#filledAtMs = nowMs;
  }

  /** Whether one more may pass now. */
  admits(nowMs: number): boolean {
    const filled = ((nowMs - this.#filledAtMs) / 1_000) * this.#perSecond;
    this.#tokens = Math.min(this.#perSecond, this.#tokens + Math.max(0, filled));
    this.#filledAtMs = nowMs;
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      return true;
    }
    this.#dropped += 1;
    return false;
  }

  /** How many were dropped since this was last told, once a second at most; undefined if none. */
  news(nowMs: number): number | undefined {
    if (this.#dropped === 0 || nowMs - this.#toldAtMs < 1_000) return undefined;
    const dropped = this.#dropped;
    this.#dropped = 0;
    this.#toldAtMs = nowMs;
    return dropped;
  }
}

/** Whether a switch sends us a packet, in whatever words. */
export function isPacketIn({ type }: Notice): boolean {
  return type === "packet-in" || type === "nx-packet-in" || type === "nx-packet-in2";
}
