/**
 * Flap damping (after RFC 2439, with the figures of common routers for interfaces): every failure of
 * a link adds to its penalty, which halves with time. Above one threshold the link is held down,
 * however well it looks, until the penalty has fallen below another.
 */
export interface FlapDamping {
  /** In how many milliseconds a penalty halves; 5,000 by default. A failure adds 1,000 to it. */
  readonly halfLifeMs: number;
  /** From which penalty on a link is held down; 2,000 by default: three failures in short order. */
  readonly suppressAt: number;
  /** Below which penalty it is believed again; 1,000 by default. */
  readonly reuseBelow: number;
  /** How long a link that has been quiet is held down at most, in milliseconds; 20,000 by default. */
  readonly maxHoldMs: number;
}

/** The defaults. */
export const defaultFlapDamping: FlapDamping = {
  halfLifeMs: 5_000,
  suppressAt: 2_000,
  reuseBelow: 1_000,
  maxHoldMs: 20_000,
};

/** What is remembered of a link that has failed. */
export interface FlapHistory {
  /** What the penalty was at `atMs`. */
  readonly penalty: number;
  readonly atMs: number;
  readonly isHeld: boolean;
}

const PENALTY_OF_FAILURE = 1_000;

/** The history after one more failure. */
export function failedOnceMore(
  history: FlapHistory | undefined,
  atMs: number,
  damping: FlapDamping,
): FlapHistory {
  const before = history === undefined ? 0 : penaltyAt(history, atMs, damping);
  const ceiling = damping.reuseBelow * 2 ** (damping.maxHoldMs / damping.halfLifeMs);
  const penalty = Math.min(ceiling, before + PENALTY_OF_FAILURE);
  const wasHeld = history?.isHeld === true && before >= damping.reuseBelow;
  return { penalty, atMs, isHeld: wasHeld || penalty >= damping.suppressAt };
}

/** When a link that is held down is believed again, if it does not fail until then. */
export function releaseAtMs({ penalty, atMs }: FlapHistory, damping: FlapDamping): number {
  const halvings = Math.log2(penalty / damping.reuseBelow);
  return atMs + Math.max(0, Math.ceil(halvings * damping.halfLifeMs));
}

function penaltyAt({ penalty, atMs }: FlapHistory, nowMs: number, damping: FlapDamping): number {
  return penalty * 2 ** (-(nowMs - atMs) / damping.halfLifeMs);
}
