import type { Clock } from "../model/clock.ts";
import type { ProjectId } from "../model/ids.ts";
import type { AgentEvent } from "./agent-event.ts";
import type { Books } from "./books.ts";
import type { Registry } from "./registry.ts";
import type { Serial } from "./serial.ts";
import type { Transactions } from "./transaction.ts";

/** What those parts of an agent work with that change networks when nobody asks. */
export interface UnaskedContext {
  readonly registry: Registry;
  /** Whether this agent sees to a project's network, and not another one. */
  readonly isTurn: (project: ProjectId) => boolean;
  readonly transactions: Pick<Transactions, "change" | "reserve" | "tearDown">;
  readonly books: Pick<Books, "untilFree" | "attempts">;
  readonly serial: Serial<ProjectId>;
  readonly clock: Clock;
  /** Raised when the agent closes. */
  readonly closing: AbortSignal;
  readonly emit: (event: AgentEvent) => void;
  /** How long one network may take to change, in milliseconds. */
  readonly timeoutMs: number;
}
