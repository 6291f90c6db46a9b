import { pause } from "../../drivers/driver-call.ts";
import type { Clock } from "../../model/clock.ts";
import type { NetworkNumber, SegmentId } from "../../model/ids.ts";
import { segmentIdOf } from "../../network/forwarding.ts";
import { Serial } from "../serial.ts";
import { causeJson } from "./cause-json.ts";
import { doneBy, type Task } from "./step-task.ts";
import { doneKey, stepKey } from "./steps.ts";
import type { StoreView } from "./store-view.ts";

/** What a teller works with. */
export interface StepTellerContext {
  readonly view: StoreView;
  readonly clock: Clock;
  readonly agent: string;
  /** The lease of this agent; undefined while it has none. */
  readonly lease: () => string | undefined;
  /** The lease under which a network is being worked on. */
  readonly worker: (number: NetworkNumber) => string | undefined;
  /** Whether a task's step still stands. */
  readonly isCurrent: (task: Task) => boolean;
  /** Raised when nothing is to be told any more. */
  readonly closing: AbortSignal;
}

/** How long is waited before a master says again what the store did not take. */
const AGAIN_MS = 200;

/** Tells in the store how far this agent's nodes are, where another agent waits for that. */
export class StepTeller {
  readonly #context: StepTellerContext;
  /** What is said of a step follows what was said before. */
  readonly #tellings = new Serial<SegmentId>();

  constructor(context: StepTellerContext) {
    this.#context = context;
  }

  tell(task: Task): Promise<void> {
    return this.#tellings.run(segmentIdOf(task, task.domain), () => this.#write(task));
  }

  /** Resolves when nothing is being told. */
  idle(): Promise<void> {
    return this.#tellings.idle();
  }

  async #write(task: Task): Promise<void> {
    const { view, clock, agent, lease, worker, isCurrent, closing } = this.#context;
    const { number, domain, step, over } = task;
    const key = doneKey(number, domain, agent);
    for (;;) {
      const held = lease();
      const done = doneBy(task);
      const isSilent = done.nodes.length + done.causes.length === 0;
      if (!isCurrent(task) || held === undefined || isSilent) return;
      if (worker(number) === held || closing.aborted) return;
      const { nodes, causes } = done;
      const value = { step, nodes, causes: causes.map(causeJson) };
      const written = await view.commit({
        compare: [{ key: stepKey(number, domain), revision: step }],
        writes: [{ type: "put", key, value, lease: held }],
      });
      if (written.isOk() || written.error.type !== "store-unavailable") return;
      await pause(clock, AGAIN_MS, AbortSignal.any([over.signal, closing]));
    }
  }
}
