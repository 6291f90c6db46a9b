import { err, ok, type Result } from "neverthrow";
import type { Clock } from "../../model/clock.ts";
import type { NodeView } from "../../model/domain-view.ts";
import type { NetworkNumber, NodeId, PortRef, SegmentId } from "../../model/ids.ts";
import type { ForwardingRule } from "../../model/segment.ts";
import type { DriverEvent } from "../driver-base.ts";
import { pause, sharedAbort } from "../driver-call.ts";
import { describeCloseReason, type SwitchFeatures } from "./channel/channel-effect.ts";
import type { NodeDiscrepancy } from "./compile/discrepancies.ts";
import type { Holdings } from "./compile/holdings.ts";
import { refusalsOf } from "./compile/refusals.ts";
import type { SwitchProfile } from "./compile/switch-profile.ts";
import type { ProgramOptions } from "./driver-options.ts";
import { LiveSwitch } from "./live-switch.ts";
import { NodeWants } from "./node-wants.ts";
import type { SwitchProber } from "./probe/switch-prober.ts";
import type { SessionEvent, SwitchSession } from "./session.ts";
import { describeSessionError } from "./session-error.ts";
import type { SwitchPorts } from "./switch-ports.ts";
import type { NodeProblem } from "./switch-problem.ts";
import type { PortStatus } from "./wire/port.ts";

/** What a node of the domain is made with. */
export interface SwitchNodeContext {
  readonly view: NodeView;
  readonly clock: Clock;
  readonly options: ProgramOptions;
  readonly emit: (event: DriverEvent) => void;
}

/** How a call at one node ended, if not with what was asked. */
export interface NodeFailure {
  /** Whether the switch is not, or no longer, connected. */
  readonly isUnreachable: boolean;
  readonly problems: readonly NodeProblem[];
}

/** Limits on the work at one node. */
export interface NodeCallOptions {
  readonly signal: AbortSignal;
  /** Do not wait for a switch that is not connected. */
  readonly allowPending: boolean;
}

/** One connection of the switch. */
interface Link {
  readonly session: SwitchSession;
  /** Raised when the connection is over. */
  readonly gone: AbortController;
  /** There as soon as everything has been read that the switch holds. */
  live: LiveSwitch | undefined;
  /** What the switch told of its ports before that. */
  readonly early: PortStatus[];
  /** Whether it was said that the node is up. */
  isAnnounced: boolean;
}

/**
 * A node of the domain over all connections of its switch: it knows what the switch should hold, and
 * brings every switch that connects to that.
 */
export class SwitchNode {
  #context: SwitchNodeContext;
  readonly #wants = new NodeWants();
  readonly #portStates = new Map<PortRef, boolean>();
  readonly #waiting = new Set<() => void>();
  #link: Link | undefined;
  #profile: SwitchProfile | undefined;
  /** Why there is no link. */
  #absence = "it has not connected yet";

  constructor(context: SwitchNodeContext) {
    this.#context = context;
  }

  get id(): NodeId {
    return this.#context.view.id;
  }

  /** What the switch could do when it last connected; undefined when it never has. */
  get profile(): SwitchProfile | undefined {
    return this.#profile;
  }

  /** Sends and catches packets at the switch; undefined while it is not connected. */
  get prober(): SwitchProber | undefined {
    return this.#link?.live?.prober;
  }

  /** Why the switch cannot carry these rules; empty when it can, or is not known. */
  refusals(rules: readonly ForwardingRule[]): readonly NodeProblem[] {
    if (this.#profile === undefined) return [];
    return refusalsOf(rules, { ...this.#context.options, profile: this.#profile });
  }

  /** Takes another inventory of the same node; another datapath id means another switch. */
  update(view: NodeView): void {
    const isSameSwitch = view.datapathId === this.#context.view.datapathId;
    this.#context = { ...this.#context, view };
    const link = this.#link;
    if (!isSameSwitch) {
      this.#profile = undefined;
      link?.session.close("the node is another switch now");
    } else if (link?.live !== undefined) {
      void this.#changePorts(link, link.live, (ports) => ports.setView(view));
    }
  }

  /** Lets the switch go, with what it holds. */
  retire(): void {
    this.#link?.session.close("the node is not in the topology any more");
  }

  /** From now on the node should hold these rules for a segment; no rules, nothing. */
  want(segment: SegmentId, network: NetworkNumber, rules: readonly ForwardingRule[]): void {
    this.#wants.set(segment, network, rules);
  }

  /** The networks under which the switch may hold something else for a segment than is wanted. */
  pendingNetworks(segment: SegmentId): readonly NetworkNumber[] {
    return this.#wants.pendingNetworks(segment);
  }

  /** Brings the switch to what is wanted for a network; `segment` is what the caller waits for. */
  async converge(
    network: NetworkNumber,
    segment: SegmentId,
    { signal, allowPending }: NodeCallOptions,
  ): Promise<Result<void, NodeFailure>> {
    const mayWait = !allowPending || this.#link !== undefined;
    const live = mayWait ? await this.#connected(signal) : undefined;
    if (live === undefined) return err(this.#unreachable());
    const outcome = await this.#bring(live, network, signal);
    return outcome
      .map(({ confirmed }) => this.#confirm(confirmed.filter((id) => id !== segment)))
      .mapErr((problems) => this.#failure(live, problems));
  }

  /** In what the switch differs from what is wanted for a network. */
  async verify(
    network: NetworkNumber,
    signal: AbortSignal,
  ): Promise<Result<readonly NodeDiscrepancy[], NodeFailure>> {
    const live = this.#link?.live;
    if (live === undefined) return err(this.#unreachable());
    const found = await live.on(network, (its) =>
      its.verify(() => this.#wants.rules(network), signal),
    );
    return found.mapErr((problems) => this.#failure(live, problems));
  }

  /** Everything of ours that the switch holds; undefined when it cannot be read. */
  async holdings(): Promise<Holdings | undefined> {
    const held = await this.#link?.live?.holdings();
    return held?.unwrapOr(undefined);
  }

  /** Takes a new connection of the switch into service, in place of the one there was. */
  connect(session: SwitchSession, features: SwitchFeatures): void {
    this.#link?.session.close("the switch has connected once more");
    const link: Link = {
      session,
      gone: sharedAbort(),
      live: undefined,
      early: [],
      isAnnounced: false,
    };
    this.#link = link;
    session.subscribe((event) => this.#onEvent(link, event));
    void LiveSwitch.open(session, { ...this.#context, features }).match(
      (live) => this.#takeUp(link, live),
      (error) => session.close(`it cannot be read: ${describeSessionError(error)}`),
    );
  }

  /** Brings one network to what is wanted. */
  async #bring(
    live: LiveSwitch,
    network: NetworkNumber,
    signal: AbortSignal,
  ): Promise<Result<Brought, readonly NodeProblem[]>> {
    let version = 0;
    const rules = (): readonly ForwardingRule[] => {
      version = this.#wants.version;
      return this.#wants.rules(network);
    };
    const changes = await live.on(network, (its) => its.converge(rules, signal));
    return changes.map((changed) => ({
      changed,
      confirmed: this.#wants.settle(network, version),
    }));
  }

  /** Audits a switch that has just connected, and announces it. */
  async #takeUp(link: Link, live: LiveSwitch): Promise<void> {
    link.live = live;
    this.#profile = live.profile;
    for (const status of link.early.splice(0)) live.ports.update(status);
    for (const wake of this.#waiting) wake();
    const orphans = live.removeOrphans();
    const outcomes = await this.#repair(link, live, [...live.networks, ...this.#wants.networks]);
    const removed = (await orphans).unwrapOr([]);
    if (link !== this.#link) return;
    link.isAnnounced = true;
    this.#context.emit({ type: "node-up", node: this.id });
    this.#reportPorts(live);
    this.#report([ok({ changed: removed, confirmed: [] }), ...outcomes]);
  }

  #repair(
    link: Link,
    live: LiveSwitch,
    networks: readonly NetworkNumber[],
  ): Promise<readonly Outcome[]> {
    const unique = [...new Set(networks)];
    return Promise.all(unique.map((network) => this.#bring(live, network, link.gone.signal)));
  }

  /** Tells what an audit found: what nobody was waiting for is drift. */
  #report(outcomes: readonly Outcome[]): void {
    const brought = outcomes.flatMap((outcome) => (outcome.isOk() ? outcome.value : []));
    this.#confirm(brought.flatMap(({ confirmed }) => confirmed));
    const drifted = brought.filter(({ confirmed }) => confirmed.length === 0);
    this.#reportDrift(
      drifted.flatMap(({ changed }) => changed.map(({ kind, what }) => `${kind} ${what}`)),
      true,
    );
    const problems = outcomes.flatMap((outcome) => (outcome.isErr() ? outcome.error : []));
    this.#reportDrift(
      problems.map(({ message }) => message),
      false,
    );
  }

  #reportDrift(what: readonly string[], repaired: boolean): void {
    if (what.length === 0) return;
    this.#context.emit({ type: "drift", node: this.id, what, repaired });
  }

  #confirm(segments: readonly SegmentId[]): void {
    for (const segment of segments) {
      this.#context.emit({ type: "confirmed", node: this.id, segment });
    }
  }

  #onEvent(link: Link, event: SessionEvent): void {
    if (link !== this.#link) return;
    if (event.type === "closed") this.#lost(link, describeCloseReason(event.reason));
    if (event.type !== "port-status") return;
    if (link.live === undefined) link.early.push(event);
    else void this.#changePorts(link, link.live, (ports) => ports.update(event));
  }

  #lost(link: Link, reason: string): void {
    this.#link = undefined;
    this.#absence = reason;
    link.gone.abort();
    if (link.isAnnounced) this.#context.emit({ type: "node-down", node: this.id, reason });
  }

  /** A port that came or has another number may be what some networks have been missing. */
  async #changePorts(
    link: Link,
    live: LiveSwitch,
    change: (ports: SwitchPorts) => void,
  ): Promise<void> {
    const before = live.ports.numbers();
    change(live.ports);
    if (link.isAnnounced) this.#reportPorts(live);
    const moved = [...live.ports.numbers()].some(([ref, number]) => before.get(ref) !== number);
    if (!moved) return;
    const outcomes = await this.#repair(link, live, this.#wants.networks);
    if (link === this.#link) this.#report(outcomes);
  }

  /** Tells of ports that are not as they were when last heard of; at first all count as up. */
  #reportPorts(live: LiveSwitch): void {
    for (const [port, up] of live.ports.states()) {
      if ((this.#portStates.get(port) ?? true) === up) continue;
      this.#portStates.set(port, up);
      this.#context.emit({ type: "port-state", port, up });
    }
  }

  /** The connected switch, after a wait if need be; undefined when it does not come. */
  async #connected(signal: AbortSignal): Promise<LiveSwitch | undefined> {
    if (this.#link?.live !== undefined) return this.#link.live;
    const { clock, options } = this.#context;
    const arrived = new AbortController();
    const wake = (): void => arrived.abort();
    this.#waiting.add(wake);
    await pause(clock, options.connectTimeoutMs, AbortSignal.any([signal, arrived.signal]));
    this.#waiting.delete(wake);
    return this.#link?.live;
  }

  #failure(live: LiveSwitch, problems: readonly NodeProblem[]): NodeFailure {
    return live === this.#link?.live ? { isUnreachable: false, problems } : this.#unreachable();
  }

  #unreachable(): NodeFailure {
    const message = `the switch is not connected: ${this.#absence}`;
    return { isUnreachable: true, problems: [{ kind: "unreachable", message }] };
  }
}

/** What came of bringing a network to what is wanted. */
interface Brought {
  readonly changed: readonly NodeDiscrepancy[];
  /** The segments that had been waiting for it. */
  readonly confirmed: readonly SegmentId[];
}

type Outcome = Result<Brought, readonly NodeProblem[]>;
