import { err, ok, type Result } from "neverthrow";
import type { Clock } from "../../model/clock.ts";
import type { NodeView } from "../../model/domain-view.ts";
import type { NetworkNumber, NodeId, SegmentId } from "../../model/ids.ts";
import type { ForwardingRule } from "../../model/segment.ts";
import { pause } from "../driver-call.ts";
import type { DriverEvent } from "../driver-event.ts";
import type { NodeRole } from "../roles.ts";
import type { NodeAudit } from "./audit-report.ts";
import type { SwitchFeatures } from "./channel/channel-effect.ts";
import { policersOf } from "./compile/count-items.ts";
import type { NodeDiscrepancy } from "./compile/discrepancies.ts";
import type { Holdings } from "./compile/holdings.ts";
import { meterKbps } from "./compile/meter.ts";
import { missingQueues } from "./compile/missing-queues.ts";
import { refusalsOf } from "./compile/refusals.ts";
import type { SwitchProfile } from "./compile/switch-profile.ts";
import type { ProgramOptions } from "./driver-options.ts";
import { queuesAt } from "./egress-queues.ts";
import type { LiveSwitch } from "./live-switch.ts";
import { NodeWants, type PendingChanged } from "./node-wants.ts";
import { PortStates } from "./port-states.ts";
import type { ProberVisit } from "./probe/prober-visit.ts";
import type { SwitchProber } from "./probe/switch-prober.ts";
import type { Way } from "./room-keeper.ts";
import { SelfTestRecord } from "./self-test/self-test-record.ts";
import type { SwitchSession } from "./session.ts";
import type { SwitchPeer } from "./switch-admission.ts";
import { SwitchLink } from "./switch-link.ts";
import type { NetworkOnSwitch } from "./switch-network.ts";
import type { NodeProblem } from "./switch-problem.ts";
import { SwitchRole } from "./switch-role.ts";
import type { SwitchTenure } from "./switch-tenure.ts";

/** What a node of the domain is made with. */
export interface SwitchNodeContext {
  readonly view: NodeView;
  readonly clock: Clock;
  readonly options: ProgramOptions;
  /** Who we are to its switch at first. */
  readonly role: NodeRole;
  /** Networks stand already: nothing is tried on the switch when it first connects. */
  readonly isRecovering?: boolean;
  readonly emit: (event: DriverEvent) => void;
  readonly pendingChanged: PendingChanged;
}

/** How a call at one node ended, if not with what was asked. */
export interface NodeFailure {
  /** Whether the switch is not connected, or not ours to change, now or any longer. */
  readonly isAway: boolean;
  readonly problems: readonly NodeProblem[];
}

/** Limits on the work at one node. */
export interface NodeCallOptions {
  readonly signal: AbortSignal;
  /** Do not wait for a switch that is not connected. */
  readonly allowPending: boolean;
}

/**
 * A node of the domain over all connections of its switch: it knows what the switch should hold, and
 * brings every switch that connects to that, as far as it is ours to change.
 */
export class SwitchNode {
  #context: SwitchNodeContext;
  readonly #wants: NodeWants;
  readonly #role: SwitchRole;
  readonly #portStates: PortStates;
  readonly #waiting = new Set<() => void>();
  #link: SwitchLink | undefined;
  #profile: SwitchProfile | undefined;
  readonly #selfTests: SelfTestRecord;
  /** What was found out about rules, which is asked before anything is touched and again at the end. */
  readonly #refused = new WeakMap<
    readonly ForwardingRule[],
    { readonly profile: SwitchProfile; readonly problems: readonly NodeProblem[] }
  >();
  /** Why there is no link. */
  #absence = "it has not connected yet";

  constructor(context: SwitchNodeContext) {
    this.#context = context;
    this.#wants = new NodeWants(context.pendingChanged);
    this.#role = new SwitchRole(context.role);
    this.#portStates = new PortStates(context.emit);
    this.#selfTests = new SelfTestRecord(context.isRecovering ?? false, () => {
      const rules = this.#wants.networks.flatMap((network) => this.#wants.rules(network));
      return new Set(rules.flatMap(policersOf).map(({ rate }) => meterKbps(rate)));
    });
  }

  get id(): NodeId {
    return this.#context.view.id;
  }

  /** What the switch could do when it last connected; undefined when it never has. */
  get profile(): SwitchProfile | undefined {
    return this.live?.profile ?? this.#profile;
  }

  /** The far end of its connection, if there is one. */
  get peer(): SwitchPeer | undefined {
    return this.#link?.peer;
  }

  /** The switch while it is connected, once it is known what it is. */
  get live(): LiveSwitch | undefined {
    return this.#link?.live;
  }

  /** The same, while it is ours to change. */
  get ours(): LiveSwitch | undefined {
    return this.#link?.tenure?.live;
  }

  /** Whether somebody else is to change the switch. */
  get isSlave(): boolean {
    return this.#role.isSlave;
  }

  /** Sends and catches packets at the switch, while it is ours to change. */
  get prober(): SwitchProber | undefined {
    return this.ours?.prober;
  }

  /** The same, beside whoever is its master, until the visit is disposed of; undefined when that cannot be. */
  async visit(): Promise<ProberVisit | undefined> {
    return await this.#link?.visit();
  }

  /** Why the switch cannot carry these rules; empty when it can, or is not known. */
  refusals(rules: readonly ForwardingRule[], network: NetworkNumber): readonly NodeProblem[] {
    const { profile, live } = this;
    if (profile === undefined || live?.canCarry(rules, network) === true) return [];
    const known = this.#refused.get(rules);
    if (known?.profile === profile) return known.problems;
    const { options, view } = this.#context;
    const lacking = refusalsOf(rules, { ...options, profile });
    const numbers = live?.ports.numbers();
    const queues = queuesAt(view, options.egressQueues);
    if (queues.size > 0 && numbers !== undefined) {
      return [...lacking, ...missingQueues(rules, numbers, { queues, profile })];
    }
    this.#refused.set(rules, { profile, problems: lacking });
    return lacking;
  }

  /**
   * Why there is no room for a network to go this way, from what the switch holds of it; empty where there
   * is, and where that is not known because the switch is away or not ours.
   */
  shortages(network: NetworkNumber, way: Way): readonly NodeProblem[] {
    return this.ours?.room.shortages(network, way) ?? [];
  }

  /** Keeps room for a network to go this way, and back, until it is disposed of. */
  promise(network: NetworkNumber, way: Way): Disposable | undefined {
    return this.ours?.room.promise(network, way);
  }

  /** Takes another inventory of the same node; another datapath id means another switch. */
  update(view: NodeView): void {
    const isSameSwitch = view.datapathId === this.#context.view.datapathId;
    this.#context = { ...this.#context, view };
    const link = this.#link;
    if (!isSameSwitch) {
      this.#profile = undefined;
      link?.close("the node is another switch now");
    } else {
      link?.changePorts((ports) => ports.setView(view));
    }
  }

  /** Lets the switch go, with what it holds. */
  retire(): void {
    this.#link?.close("the node is not in the topology any more");
  }

  /** From now on the node should hold these rules for a segment; no rules, nothing. */
  want(segment: SegmentId, network: NetworkNumber, rules: readonly ForwardingRule[]): void {
    // A slave may see any number of networks come and go, of which nobody tells it that they are gone.
    if (this.#role.isSlave) this.#wants.forgetRemoved();
    this.#wants.set(segment, network, rules);
    // Also while the switch is being examined: nothing else would tell of what is not wanted any more.
    this.live?.room.want(network, this.#wants.rules(network));
  }

  /** The networks under which the switch may hold something else for a segment than is wanted. */
  pendingNetworks(segment: SegmentId): readonly NetworkNumber[] {
    return this.#wants.pendingNetworks(segment);
  }

  /**
   * Whether the switch, in service and ours to change, was seen to hold what is wanted for a network and a
   * segment of it, and nothing is under way.
   */
  isSettled(network: NetworkNumber, segment: SegmentId): boolean {
    const live = this.#link?.tenure?.live;
    return live?.isSettled(network) === true && this.#wants.pendingNetworks(segment).length === 0;
  }

  /** Brings the switch to what is wanted for a network; `segment` is what the caller waits for. */
  async converge(
    network: NetworkNumber,
    segment: SegmentId,
    { signal, allowPending }: NodeCallOptions,
  ): Promise<Result<void, NodeFailure>> {
    const mayWait = !allowPending || this.#link !== undefined;
    const tenure = mayWait ? await this.#inService(signal) : undefined;
    if (tenure === undefined) return err(this.#away());
    const outcome = await tenure.bring(network, signal);
    return outcome
      .map(({ confirmed }) => tenure.confirm(confirmed, segment))
      .orTee(() => tenure.owe(segment))
      .mapErr((problems) => this.#failure(tenure, problems));
  }

  /** In what the switch differs from what is wanted for a network. */
  async verify(
    network: NetworkNumber,
    signal: AbortSignal,
  ): Promise<Result<readonly NodeDiscrepancy[], NodeFailure>> {
    const ours = this.#link?.tenure?.live;
    const live = ours ?? (this.#role.isSlave ? this.#link?.live : undefined);
    if (live === undefined) return err(this.#away());
    const check = (
      its: NetworkOnSwitch,
    ): Promise<Result<readonly NodeDiscrepancy[], readonly NodeProblem[]>> =>
      its.verify(() => this.#wants.rules(network), signal);
    const found = await (live === ours ? live.on(network, check) : live.lookAt(network, check));
    return found.mapErr((problems) =>
      live === this.#link?.live ? { isAway: false, problems } : this.#away(),
    );
  }

  /** Compares everything that the switch holds with what it should, and repairs what is not right. */
  async audit(): Promise<Result<NodeAudit, NodeFailure>> {
    const tenure = this.#link?.tenure;
    if (tenure === undefined) return err(this.#away());
    return (await tenure.audit()).mapErr((problems) => this.#failure(tenure, problems));
  }

  /** Everything of ours that the switch holds; undefined when it cannot be read. */
  async holdings(): Promise<Holdings | undefined> {
    const held = await this.#link?.live?.holdings();
    return held?.unwrapOr(undefined);
  }

  /** Says who we are to the switch from now on; see `DriverBase.setRole`. */
  async setRole(role: NodeRole): Promise<Result<void, readonly NodeProblem[]>> {
    this.#role.want(role);
    return this.#link === undefined ? ok(undefined) : this.#link.claimAgain();
  }

  /** Takes a new connection of the switch into service, in place of the one there was. */
  connect(session: SwitchSession, features: SwitchFeatures): void {
    this.#link?.close("the switch has connected once more");
    const link = new SwitchLink(session, features, {
      ...this.#context,
      role: this.#role,
      wants: this.#wants,
      portStates: this.#portStates,
      selfTests: this.#selfTests,
      view: () => this.#context.view,
      opened: ({ profile }) => {
        this.#profile = profile;
      },
      inService: () => {
        for (const wake of this.#waiting) wake();
      },
      closed: (reason) => {
        this.#profile = this.profile;
        this.#link = undefined;
        this.#absence = reason;
      },
    });
    this.#link = link;
    void link.start();
  }

  /** The switch in service, after a wait if need be; undefined when it does not come, or is not ours. */
  async #inService(signal: AbortSignal): Promise<SwitchTenure | undefined> {
    if (this.#link?.tenure !== undefined) return this.#link.tenure;
    if (this.#role.isSlave) return undefined;
    const { clock, options } = this.#context;
    const arrived = new AbortController();
    const wake = (): void => arrived.abort();
    this.#waiting.add(wake);
    await pause(clock, options.connectTimeoutMs, AbortSignal.any([signal, arrived.signal]));
    this.#waiting.delete(wake);
    return this.#link?.tenure;
  }

  #failure(tenure: SwitchTenure, problems: readonly NodeProblem[]): NodeFailure {
    return tenure === this.#link?.tenure ? { isAway: false, problems } : this.#away();
  }

  #away(): NodeFailure {
    if (this.#role.isSlave) {
      const message = "the switch is not ours to change: we are its slave";
      return { isAway: true, problems: [{ kind: "not-master", message }] };
    }
    const message = `the switch is not connected: ${this.#absence}`;
    return { isAway: true, problems: [{ kind: "unreachable", message }] };
  }
}
