import { err, ok, type Result } from "neverthrow";
import type { Confirmation } from "../../drivers/driver-base.ts";
import { type Clock, steadyMs } from "../../model/clock.ts";
import type { DriverCause, DriverError, DriverFailed } from "../../model/errors.ts";
import type { DomainId, NetworkNumber, NodeId } from "../../model/ids.ts";
import { journeyOf, nodesOf } from "../journey.ts";
import type { Registry } from "../registry.ts";
import { Serial } from "../serial.ts";
import { hear } from "./hearsay.ts";
import type { Mastership } from "./mastership.ts";
import type { Membership } from "./membership.ts";
import type { SharedJournal } from "./shared-journal.ts";
import type { StepExecutor } from "./step-executor.ts";
import { type Done, doneOf, type Step, stepKey } from "./steps.ts";
import type { StoreView } from "./store-view.ts";

/** What waits work with. */
export interface StepWaitsContext {
  readonly domain: DomainId;
  readonly clock: Clock;
  readonly view: StoreView;
  readonly registry: Registry;
  readonly journal: SharedJournal;
  readonly membership: Membership;
  readonly mastership: Mastership;
  readonly executor: StepExecutor;
  readonly agent: string;
  /** For how long calls wait for the next master of a node, in milliseconds. */
  readonly handoverMs: (node: NodeId) => number;
}

/** A step that is waited for. */
export interface StepWait {
  readonly number: NetworkNumber;
  readonly step: number;
  readonly nodes: readonly NodeId[];
  readonly allowPending: boolean;
}

/** What is known of the nodes of a step. */
interface Standing {
  readonly confirmed: ReadonlySet<NodeId>;
  readonly causes: readonly DriverCause[];
  readonly absent: readonly NodeId[];
  /** When to look again, if nothing is heard before. */
  readonly untilMs: number;
}

/** For how long the next master is waited for by calls that do not need the node, in milliseconds. */
const GLANCE_MS = 300;
/** How often is looked whether we still have our lease. */
const REST_MS = 1_000;

/** Asks a domain for steps through the store, and waits until the masters of all its nodes have answered. */
export class StepWaits {
  readonly #context: StepWaitsContext;
  readonly #waiting = new Set<() => void>();
  /** Steps of a network are written one after the other, whoever still waits for them. */
  readonly #writing = new Serial<NetworkNumber>();

  constructor(context: StepWaitsContext) {
    this.#context = context;
  }

  /** Something may have come that a call waits for. */
  wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  /** Writes a step, unless the signal is raised before its turn comes. */
  async begin(
    { number, allowPending }: Pick<StepWait, "number" | "allowPending">,
    asked: Omit<Step, "revision">,
    signal: AbortSignal,
  ): Promise<Result<StepWait, DriverError>> {
    const { registry, domain } = this.#context;
    const record = registry.recordOf(number);
    const nodes = record === undefined ? [] : [...nodesOf(journeyOf(registry, record), domain)];
    const step = await this.#writing.run(number, () => this.#write(number, asked, signal));
    return step.map((revision) => ({ number, step: revision, nodes, allowPending }));
  }

  async #write(
    number: NetworkNumber,
    asked: Omit<Step, "revision">,
    signal: AbortSignal,
  ): Promise<Result<number, DriverError>> {
    const { journal, view, clock, domain } = this.#context;
    while (!signal.aborted) {
      using hearing = hear(view);
      const written = await journal.writeStep(number, domain, asked);
      if (written.isOk()) return ok(written.value);
      const { error } = written;
      if (error.type === "store-unavailable") {
        return err(this.#failed([{ kind: "unreachable", message: `the store: ${error.message}` }]));
      }
      const isOvertaken = error.type === "store-conflict" && error.key === stepKey(number, domain);
      if (!isOvertaken) return err(this.#failed([TAKEN_OVER]));
      // A step that was asked for before, and of which nobody knew whether it was written, has come after all.
      await hearing.until(error.key, clock);
    }
    return err(NOT_ASKED_FOR);
  }

  /** Waits until every node has been heard of, or cannot be. */
  async until(wait: StepWait, signal: AbortSignal): Promise<Result<Confirmation, DriverError>> {
    const { membership, journal, clock } = this.#context;
    while (!signal.aborted) {
      const { lease } = membership;
      if (lease === undefined || journal.worker(wait.number) !== lease) {
        return err(this.#failed([TAKEN_OVER]));
      }
      const { confirmed, causes, absent, untilMs } = this.#standing(wait);
      if (wait.nodes.length === confirmed.size + causes.length + absent.length) {
        const pending = wait.nodes.filter((node) => !confirmed.has(node));
        const fatal = [...causes, ...(wait.allowPending ? [] : absent.map(unserved))];
        return fatal.length === 0 ? ok({ pending }) : err({ ...this.#failed(fatal), pending });
      }
      await this.#news(signal, untilMs - steadyMs(clock));
    }
    return err(NOT_ASKED_FOR);
  }

  /** The nodes that are not known to be as asked. */
  unconfirmed(wait: StepWait): readonly NodeId[] {
    const { confirmed } = this.#standing(wait);
    return wait.nodes.filter((node) => !confirmed.has(node));
  }

  /** What is known of each node; with those of which nothing will be heard until then. */
  #standing({ number, step, nodes, allowPending }: StepWait): Standing {
    const { executor, view, membership, mastership, domain, agent, clock } = this.#context;
    const others = membership.agents.filter((one) => one !== agent);
    const told = [
      executor.done(number, domain, step),
      ...others.map((one) => doneOf(view, { number, domain, step }, one)),
    ].filter((one): one is Done => one !== undefined);
    const confirmed = new Set(told.flatMap((one) => one.nodes));
    const causes = told
      .flatMap((one) => one.causes)
      .filter(({ node }) => node === undefined || !confirmed.has(node));
    const isHeardOf = new Set([...confirmed, ...causes.map(({ node }) => node)]);
    const lapses = nodes.flatMap((node) => {
      const since = isHeardOf.has(node) ? undefined : mastership.downSince(node);
      const patienceMs = allowPending ? GLANCE_MS : this.#context.handoverMs(node);
      return since === undefined ? [] : [{ node, at: since + patienceMs }];
    });
    const now = steadyMs(clock);
    const absent = lapses.filter(({ at }) => at <= now).map(({ node }) => node);
    const next = lapses.map(({ at }) => at).filter((at) => at > now);
    return { confirmed, causes, absent, untilMs: Math.min(...next, now + REST_MS) };
  }

  /** Resolves when something is heard, when so much time is over, or when `signal` is raised. */
  #news(signal: AbortSignal, ms: number): Promise<void> {
    const { clock } = this.#context;
    return new Promise((resolve) => {
      const done = (): void => {
        clock.clearTimeout(timer);
        this.#waiting.delete(done);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = clock.setTimeout(done, ms);
      this.#waiting.add(done);
      signal.addEventListener("abort", done);
      if (signal.aborted) done();
    });
  }

  #failed(causes: readonly DriverCause[]): DriverFailed {
    return { type: "driver-failed", domain: this.#context.domain, causes };
  }
}

/** Nobody waits for the step any more. */
const NOT_ASKED_FOR: DriverError = { type: "aborted", operation: "step" };

const TAKEN_OVER: DriverCause = {
  kind: "not-master",
  message: "this agent was not heard of for too long, and another one ends what it had begun",
};

function unserved(node: NodeId): DriverCause {
  return { node, kind: "unreachable", message: "is in service with no agent" };
}
