import { sharedAbort } from "../../drivers/driver-call.ts";
import type { DriverCause } from "../../model/errors.ts";
import type { DomainId, NetworkNumber, NodeId } from "../../model/ids.ts";
import type { Hold, Wanted } from "./domain-wants.ts";
import type { Done } from "./steps.ts";

/** A step that an agent carries out at its own nodes. */
export interface Task {
  readonly number: NetworkNumber;
  readonly domain: DomainId;
  /** The revision of the step. */
  readonly step: number;
  /** What the domain is to hold. */
  readonly wanted: Wanted["segment"];
  /** What it is asked to keep room for, if that is what the step asks. */
  readonly hold: Hold | undefined;
  readonly nodes: ReadonlySet<NodeId>;
  readonly confirmed: Set<NodeId>;
  readonly causes: Map<NodeId, DriverCause>;
  /** Raised when another state is wanted: until then the nodes are brought to this one, step or not. */
  readonly over: AbortController;
  /** Whether this agent knows the state that the step names. */
  readonly isKnown: boolean;
}

/** A task of which nothing is done yet. */
export function newTask(
  at: Pick<Task, "number" | "domain" | "step" | "nodes">,
  wanted: Wanted | undefined,
): Task {
  const { number, domain, step, nodes } = at;
  const over = sharedAbort();
  const state = { confirmed: new Set<NodeId>(), causes: new Map<NodeId, DriverCause>(), over };
  const asked = { wanted: wanted?.segment, hold: wanted?.hold, isKnown: wanted !== undefined };
  return { number, domain, step, nodes, ...asked, ...state };
}

/** What there is to say of a task. */
export function doneBy({ step, confirmed, causes }: Task): Done {
  return { step, nodes: [...confirmed], causes: [...causes.values()] };
}
