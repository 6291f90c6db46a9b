import type { Clock } from "../../model/clock.ts";
import type { NodeId } from "../../model/ids.ts";

/** How long is waited before what is in doubt is looked at again, in milliseconds: longer each time. */
export const FIRST_WAIT_MS = 1_000;
export const LONGEST_WAIT_MS = 30_000;

/** What a pace works with. */
export interface AuditPaceContext {
  readonly clock: Clock;
  readonly node: NodeId;
  /** 0 for audits only where something is in doubt. */
  readonly auditIntervalMs: number;
  readonly audit: () => void;
}

/** When a switch is audited: from time to time, and sooner where something is in doubt. */
export class AuditPace {
  readonly #context: AuditPaceContext;
  #timer: unknown;
  #state: "not begun" | "begun" | "ended" = "not begun";
  /** How long was waited last for an audit that looks again; 0 when nothing is in doubt. */
  #lookAgainMs = 0;

  constructor(context: AuditPaceContext) {
    this.#context = context;
  }

  /** Whether there is going to be an audit because something is in doubt. */
  get isInDoubt(): boolean {
    return this.#lookAgainMs > 0;
  }

  /** Audits the switch from now on. */
  begin(): void {
    if (this.#state === "not begun") this.#state = "begun";
    const { auditIntervalMs, node } = this.#context;
    this.#auditAfter(this.#lookAgainMs || auditIntervalMs * spread(node));
  }

  /**
   * What could not be read, or was not seen to be as wanted, does not wait for the next audit: it is
   * looked at sooner, and later each time; unless that is not needed any more by then.
   */
  lookAgain(isNeeded?: () => boolean): void {
    const waitMs = Math.max(FIRST_WAIT_MS, 2 * this.#lookAgainMs);
    this.#lookAgainMs = Math.min(waitMs, this.#context.auditIntervalMs || LONGEST_WAIT_MS);
    this.#auditAfter(this.#lookAgainMs, isNeeded);
  }

  /** Nothing is in doubt: the next audit may take its time. */
  settled(): void {
    this.#lookAgainMs = 0;
    this.#auditAfter(this.#context.auditIntervalMs);
  }

  /** There are no more audits. */
  end(): void {
    this.#state = "ended";
    this.#context.clock.clearTimeout(this.#timer);
  }

  #auditAfter(ms: number, isNeeded: () => boolean = () => true): void {
    const { clock, audit } = this.#context;
    if (this.#state !== "begun") return;
    clock.clearTimeout(this.#timer);
    // Nothing is in doubt, and nobody wants to look all the same.
    if (ms === 0) return;
    this.#timer = clock.setTimeout(() => {
      if (isNeeded()) audit();
      else this.settled();
    }, ms);
  }
}

/**
 * When in its interval a node is audited, from a half to one, so that switches that have connected
 * together are not audited together (FNV-1a of the node's id).
 */
function spread(node: NodeId): number {
  let hash = 0x811c_9dc5;
  for (const char of node) hash = Math.imul(hash ^ char.charCodeAt(0), 0x0100_0193);
  return 0.5 + (hash >>> 0) / 2 ** 33;
}
