import { err, errAsync, type Result, ResultAsync } from "neverthrow";
import type { AgentEvent } from "./agent/agent-event.ts";
import type { AgentOptions } from "./agent/agent-options.ts";
import type { AgentParts } from "./agent/agent-parts.ts";
import { assemble } from "./agent/assemble.ts";
import { Deadline } from "./agent/deadline.ts";
import type { NetworkPlan } from "./agent/dry-run.ts";
import type { EventStream } from "./agent/event-stream.ts";
import { driverFaults } from "./agent/option-faults.ts";
import { Serial } from "./agent/serial.ts";
import type { NetworkStatistics } from "./agent/statistics.ts";
import { replaceTopology, type TopologyUpdate } from "./agent/topology-update.ts";
import type { VerifyReport } from "./agent/verification.ts";
import type { DcnsError } from "./model/errors.ts";
import type { NodeId, ProjectId } from "./model/ids.ts";
import type { NetworkInfo } from "./model/network.ts";
import { onAbort } from "./model/on-abort.ts";
import {
  parseModify,
  parseProjectCall,
  parseSetup,
  type SetupArguments,
} from "./network/request.ts";
import {
  type BandwidthInput,
  type HostPortInput,
  limitOptions,
  type ModifyOptions,
  type OperationOptions,
  type SetupOptions,
  type StatisticsOptions,
  statisticsOptions,
  type TeardownOptions,
  teardownOptions,
  type VerifyOptions,
  type VlanInput,
  verifyOptions,
} from "./network/request-options.ts";
import type { Topology } from "./topology.ts";

/**
 * Gives projects private, bandwidth-guaranteed layer-2 networks between host ports.
 *
 * Every call is all or nothing: it ends with the network as asked, or with an error and the network
 * as it was. Calls on one project run one after another, calls on different projects side by side.
 * Nothing throws but for programmer errors.
 */
export class DcnsAgent implements AsyncDisposable {
  /** Everything that happens, for listeners and for `for await`. */
  readonly events: EventStream<AgentEvent>;
  readonly #parts: AgentParts;
  /** One topology after another. */
  readonly #updates = new Serial<"topology">();
  #callsUnderWay = 0;

  private constructor(parts: AgentParts) {
    this.events = parts.events;
    this.#parts = parts;
  }

  /**
   * Takes the drivers into service, and finishes or undoes what an earlier agent on the same store
   * had begun. Errors: `invalid-request` (a domain without a driver), `driver-failed`,
   * `store-unavailable`.
   */
  static start(options: AgentOptions): ResultAsync<DcnsAgent, DcnsError> {
    return new ResultAsync(assemble(options)).map((parts) => new DcnsAgent(parts));
  }

  /**
   * Gives `project` a network between `hostPorts`: computes the tree, reserves it, programs it.
   *
   * `bw` is bit/s of layer-2 frames, or text with a unit; `vlan` one ID, a set, or absent for any.
   * An identical request for a network that exists gives that network; a different one gives
   * `network-exists`. Errors: `invalid-request`, `unknown-host-port`, `network-exists`, `no-path`,
   * `vlan-unavailable`, `driver-failed`, `timeout`, `aborted`, `store-*`, `wrong-state`, `closed`.
   */
  // biome-ignore lint/complexity/useMaxParams: the contract's own signature
  setupPhysicalNetwork(
    project: string,
    hostPorts: readonly HostPortInput[],
    bw: BandwidthInput,
    vlan?: VlanInput,
    options?: SetupOptions,
  ): ResultAsync<NetworkInfo, DcnsError> {
    const args = { project, hostPorts, bw, vlan, options, ...this.#defaults(project) };
    const parsed = parseSetup(this.topology, args);
    if (parsed.isErr()) return errAsync(parsed.error);
    const { project: id, spec } = parsed.value;
    const { calls } = this.#parts;
    return this.#run("setup", id, options, (deadline) => calls.setUp(id, spec, deadline));
  }

  /**
   * Adds and removes host ports, and changes the bandwidth or the VLAN, in place where that is
   * possible; endpoints that stay lose no frame. What is absent stays as it is. Adding a member and
   * removing a stranger change nothing. Down to one endpoint the network is `partial`; down to none
   * is refused. Errors as for setup, and `network-not-found`.
   */
  // biome-ignore lint/complexity/useMaxParams: the contract's own signature
  modifyPhysicalNetwork(
    project: string,
    addHostPorts: readonly HostPortInput[],
    remHostPorts: readonly HostPortInput[],
    bw?: BandwidthInput,
    vlan?: VlanInput,
    options?: ModifyOptions,
  ): ResultAsync<NetworkInfo, DcnsError> {
    const args = { project, add: addHostPorts, remove: remHostPorts, bw, vlan, options };
    const parsed = parseModify(this.topology, args);
    if (parsed.isErr()) return errAsync(parsed.error);
    const { project: id, change } = parsed.value;
    const { calls } = this.#parts;
    return this.#run("modify", id, options, (deadline) => calls.modify(id, change, deadline));
  }

  /**
   * Removes everything that setup made, and nothing else; returns when every node has confirmed it.
   * A call that fails leaves the network `releasing`: the teardown goes on by itself after a
   * `timeout` or `aborted`, and when the nodes return; call again with `force` for nodes that will not. Errors: `network-not-found`,
   * `driver-failed`, `timeout`, `aborted`, `store-*`, `closed`.
   */
  teardownPhysicalNetwork(
    project: string,
    options?: TeardownOptions,
  ): ResultAsync<void, DcnsError> {
    const parsed = parseProjectCall(project, teardownOptions, options);
    if (parsed.isErr()) return errAsync(parsed.error);
    const { project: id, options: limits } = parsed.value;
    const { calls, resumeTeardown } = this.#parts;
    return this.#run("teardown", id, options, async (deadline) => {
      const ended = await calls.tearDown(id, limits.force, deadline);
      if (deadline.interruption !== undefined) resumeTeardown(id);
      return ended;
    });
  }

  /** What exists for `project`. Errors: `invalid-request`, `network-not-found`. */
  getNetworkInfo(project: string): Result<NetworkInfo, DcnsError> {
    return parseProjectCall(project, limitOptions, undefined).andThen(({ project: id }) =>
      this.#parts.calls.info(id),
    );
  }

  /** The inventory as it is now. */
  get topology(): Topology {
    return this.#parts.registry.topology;
  }

  /** The nodes that are connected and hold exactly what they should, ordered by id. */
  get nodesUp(): readonly NodeId[] {
    return this.#parts.watch.nodesUp;
  }

  /** Every network there is, ordered by project. */
  listNetworks(): readonly NetworkInfo[] {
    return this.#parts.calls.list();
  }

  /** What setup would do, computed on what is free now; changes nothing. Errors as for setup. */
  // biome-ignore lint/complexity/useMaxParams: the contract's own signature
  planPhysicalNetwork(
    project: string,
    hostPorts: readonly HostPortInput[],
    bw: BandwidthInput,
    vlan?: VlanInput,
    options?: SetupOptions,
  ): Result<NetworkPlan, DcnsError> {
    const args = { project, hostPorts, bw, vlan, options, ...this.#defaults(project) };
    return parseSetup(this.topology, args).andThen(({ project: id, spec }) =>
      this.#parts.calls.plan(id, spec),
    );
  }

  /**
   * Compares what the nodes hold with what they should; changes nothing. With `dataPlane` it also
   * sends probe frames from every host port to every other, and says where they get lost; no host
   * sees one. Errors: `network-not-found`, `wrong-state` (before its start), `driver-failed`, `timeout`,
   * `aborted`, `closed`.
   */
  verifyNetwork(project: string, options?: VerifyOptions): ResultAsync<VerifyReport, DcnsError> {
    const parsed = parseProjectCall(project, verifyOptions, options);
    if (parsed.isErr()) return errAsync(parsed.error);
    const { project: id, options: read } = parsed.value;
    const { calls } = this.#parts;
    return this.#run("verify", id, options, (limit) => calls.verify(id, read.dataPlane, limit));
  }

  /**
   * What the network's host ports have sent, and what policing dropped, with the age of each sample.
   * Errors: `network-not-found`, `wrong-state` (before its start), `driver-failed`, `timeout`, `aborted`,
   * `closed`.
   */
  getNetworkStatistics(
    project: string,
    options?: StatisticsOptions,
  ): ResultAsync<NetworkStatistics, DcnsError> {
    const parsed = parseProjectCall(project, statisticsOptions, options);
    if (parsed.isErr()) return errAsync(parsed.error);
    const { project: id, options: read } = parsed.value;
    const { calls } = this.#parts;
    return this.#run("statistics", id, options, (limit) =>
      calls.statistics(id, read.maxAgeMs, limit),
    );
  }

  /**
   * Puts another inventory in the place of the topology; networks that cannot stay as they are get
   * another tree, make-before-break, and keep their tag. Every domain must have had a driver from the
   * start. Errors: `invalid-request`, `driver-failed`, `closed`.
   */
  updateTopology(next: Topology): ResultAsync<TopologyUpdate, DcnsError> {
    if (this.#parts.closing.signal.aborted) return errAsync({ type: "closed", what: "the agent" });
    const drivers = Object.fromEntries(this.#parts.drivers);
    const faults = driverFaults(next, drivers);
    if (faults.length > 0) return errAsync({ type: "invalid-request", faults });
    return new ResultAsync(this.#updates.run("topology", () => replaceTopology(this.#parts, next)));
  }

  /**
   * Detaches: calls under way are undone, drivers are closed, and the data plane keeps forwarding
   * what it has. Idempotent.
   */
  async close(): Promise<void> {
    const { books, serial, watch, restorer, scheduler, drivers, events, sharing } = this.#parts;
    this.#parts.closing.abort();
    await this.#updates.idle();
    await serial.idle();
    watch[Symbol.dispose]();
    restorer[Symbol.dispose]();
    scheduler[Symbol.dispose]();
    await books.close();
    await sharing?.leave();
    await Promise.all([...drivers.values()].map((driver) => driver.close()));
    events.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #defaults(project: string): Pick<SetupArguments, "defaultDelivery" | "now"> {
    const { calls, clock } = this.#parts;
    return { defaultDelivery: calls.defaultDelivery(project), now: clock.now() };
  }

  /**
   * Runs `task` when earlier calls on the project have ended. A call that is ended while it waits
   * gives its error at once and never runs.
   */
  #run<T>(
    operation: string,
    project: ProjectId,
    limits: OperationOptions | undefined,
    task: (deadline: Deadline) => Promise<Result<T, DcnsError>>,
  ): ResultAsync<T, DcnsError> {
    const { clock, serial, operationTimeoutMs, closing: agentClosing } = this.#parts;
    const { maxCalls } = this.#parts.limits;
    const closing = agentClosing.signal;
    if (closing.aborted) return errAsync({ type: "closed", what: "the agent" });
    if (this.#callsUnderWay >= maxCalls) {
      return errAsync({ type: "limit-reached", what: "calls", limit: maxCalls });
    }
    const timeoutMs = limits?.timeoutMs ?? operationTimeoutMs;
    const deadline = new Deadline(clock, { operation, timeoutMs, signal: limits?.signal, closing });
    if (deadline.interruption !== undefined) {
      deadline[Symbol.dispose]();
      return errAsync(deadline.interruption);
    }
    let started = false;
    this.#callsUnderWay += 1;
    const run = serial.run(project, async () => {
      if (deadline.interruption !== undefined) return err(deadline.interruption);
      started = true;
      return task(deadline);
    });
    const endedWaiting = new Promise<Result<T, DcnsError>>((resolve) => {
      onAbort(deadline.signal, () => {
        if (!started && deadline.interruption !== undefined) resolve(err(deadline.interruption));
      });
    });
    const first = Promise.race([run, endedWaiting]);
    return new ResultAsync(
      first.finally(() => {
        this.#callsUnderWay -= 1;
        deadline[Symbol.dispose]();
      }),
    );
  }
}
