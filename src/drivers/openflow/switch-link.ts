import type { Result } from "neverthrow";
import type { Clock } from "../../model/clock.ts";
import type { NodeView } from "../../model/domain-view.ts";
import type { DriverEvent } from "../driver-event.ts";
import { describeCloseReason, type SwitchFeatures } from "./channel/channel-effect.ts";
import type { ProgramOptions } from "./driver-options.ts";
import type { LiveSwitch } from "./live-switch.ts";
import type { NodeWants } from "./node-wants.ts";
import { openSwitch } from "./open-switch.ts";
import type { PortStates } from "./port-states.ts";
import { ProberVisit } from "./probe/prober-visit.ts";
import type { SelfTestRecord } from "./self-test/self-test-record.ts";
import type { SwitchSession } from "./session.ts";
import { describeSessionError } from "./session-error.ts";
import type { SessionEvent } from "./session-event.ts";
import type { SwitchPeer } from "./switch-admission.ts";
import type { SwitchPorts } from "./switch-ports.ts";
import type { NodeProblem } from "./switch-problem.ts";
import type { RoleConnection, RoleRefusal, SwitchRole } from "./switch-role.ts";
import { SwitchTenure } from "./switch-tenure.ts";
import type { PortStatus } from "./wire/port.ts";

/** What a link needs of its node. */
export interface LinkContext {
  readonly clock: Clock;
  readonly options: ProgramOptions;
  readonly role: SwitchRole;
  readonly wants: NodeWants;
  readonly portStates: PortStates;
  readonly selfTests: SelfTestRecord;
  readonly emit: (event: DriverEvent) => void;
  /** The inventory of the node at this moment. */
  readonly view: () => NodeView;
  /** It is known what the switch is and can do. */
  readonly opened: (live: LiveSwitch) => void;
  /** Networks may be worked on. */
  readonly inService: () => void;
  /** The connection is over. */
  readonly closed: (reason: string) => void;
}

/**
 * One connection of a node's switch: our role is claimed on it, the switch is read, and, where it is
 * ours to change, brought to what is wanted and announced.
 */
export class SwitchLink {
  readonly #context: LinkContext;
  readonly #session: SwitchSession;
  readonly #features: SwitchFeatures;
  /** There as soon as it is known what the switch is. */
  #live: LiveSwitch | undefined;
  /** There while the switch is ours to change. */
  #tenure: SwitchTenure | undefined;
  /** Whether everything was read that it holds, so that there may be work on it. */
  #isInService = false;
  /** What the switch told of its ports before it was known. */
  readonly #early: PortStatus[] = [];
  /** Whether it was said that the node is up. */
  #isAnnounced = false;
  #isClosed = false;

  constructor(session: SwitchSession, features: SwitchFeatures, context: LinkContext) {
    this.#session = session;
    this.#features = features;
    this.#context = context;
    session.subscribe((event) => this.#onEvent(event));
  }

  /** The far end. */
  get peer(): SwitchPeer {
    return this.#session;
  }

  /** The switch, once it is known what it is. */
  get live(): LiveSwitch | undefined {
    return this.#live;
  }

  /** The work on it, while networks may be worked on. */
  get tenure(): SwitchTenure | undefined {
    return this.#isInService ? this.#tenure : undefined;
  }

  /** Ends the connection. */
  close(reason: string): void {
    this.#session.close(reason);
  }

  /** Takes the switch into service; called once. */
  async start(): Promise<void> {
    this.#context.role.connected();
    await this.#claim();
    if (!this.#isClosed) await this.#open();
  }

  /** Claims the role that is wanted now, which was not so before. */
  async claimAgain(): Promise<Result<void, readonly NodeProblem[]>> {
    const { role } = this.#context;
    if (role.isSlave) this.#endTenure("we are a slave of it now");
    const claimed = await this.#claim();
    // While it is being opened it will be found to be ours.
    const isIdle = this.#live !== undefined && this.#tenure === undefined;
    if (role.mayWrite && isIdle && !this.#isClosed) void this.#open();
    return claimed.mapErr(({ problems }) => problems);
  }

  /** Notes a change of ports; one that came or has another number may be what networks lacked. */
  changePorts(change: (ports: SwitchPorts) => void): void {
    const live = this.#live;
    if (live === undefined) return;
    const before = live.ports.numbers();
    change(live.ports);
    if (this.#isAnnounced || !this.#context.role.mayWrite) this.#tellPorts(live);
    const moved = [...live.ports.numbers()].some(([ref, number]) => before.get(ref) !== number);
    if (moved) void this.#bringMoved(live);
  }

  /** Brings networks to ports that have come or have other numbers, with their queues. */
  async #bringMoved(live: LiveSwitch): Promise<void> {
    await live.readQueues();
    if (live === this.#live) await this.tenure?.bringAll();
  }

  /** Sends and catches packets at the switch: undefined when it cannot be asked, or will not have it. */
  async visit(): Promise<ProberVisit | undefined> {
    const { role } = this.#context;
    const live = role.isSlave ? this.#live : this.tenure?.live;
    if (live === undefined) return undefined;
    const isAdmitted = (await role.visit(this.#connection)).isOk();
    const end = (): Promise<void> => this.#endVisit();
    if (!isAdmitted || this.#isClosed) return void (await end());
    return new ProberVisit(live.prober, role, end);
  }

  /** A switch that does not let us go is left alone. */
  async #endVisit(): Promise<void> {
    if (this.#isClosed) return;
    const left = await this.#context.role.leave(this.#connection);
    if (left.isErr() && !this.#isClosed) {
      this.close(`it does not let a visitor go: ${describeSessionError(left.error.error)}`);
    }
  }

  get #connection(): RoleConnection {
    return { session: this.#session, version: this.#features.version };
  }

  async #claim(): Promise<Result<void, RoleRefusal>> {
    const claimed = await this.#context.role.claim(this.#connection);
    if (this.#isClosed || claimed.isOk()) return claimed;
    const { error, generation } = claimed.error;
    if (error.type === "rejected") this.#loseRole(generation);
    else this.close(`it does not answer a claim: ${describeSessionError(error)}`);
    return claimed;
  }

  async #open(): Promise<void> {
    this.#live = undefined;
    const { options, role, selfTests } = this.#context;
    const opened = await openSwitch(this.#session, {
      ...this.#context,
      view: this.#context.view(),
      features: this.#features,
      selfTests: options.selfTest && role.mayWrite ? selfTests : undefined,
    });
    if (this.#isClosed) return;
    if (opened.isErr()) return this.#unreadable(describeSessionError(opened.error));
    const live = opened.value;
    this.#live = live;
    this.#context.opened(live);
    live.ports.setView(this.#context.view());
    for (const status of this.#early.splice(0)) live.ports.update(status);
    if (this.#context.role.mayWrite) await this.#serve(live);
    else this.#tellPorts(live);
  }

  /** Audits a switch that is ours to change, and announces it. */
  async #serve(live: LiveSwitch): Promise<void> {
    const { inService, view } = this.#context;
    const context = { ...this.#context, node: view().id, live, lost: () => this.#loseRole() };
    const tenure = new SwitchTenure(context);
    this.#tenure = tenure;
    const found = await tenure.examine();
    if (this.#tenure !== tenure) return;
    if (found.isErr()) return this.#unreadable(found.error.map((each) => each.message).join("; "));
    this.#isInService = true;
    inService();
    const mended = await tenure.takeOver(found.value);
    if (this.#tenure === tenure) await tenure.resumeLearning();
    if (this.#tenure !== tenure) return;
    if (mended.isErr())
      return this.#unreadable(mended.error.map((each) => each.message).join("; "));
    this.#isAnnounced = true;
    tenure.announce();
    this.#tellPorts(live);
    tenure.tell(mended.value);
    tenure.auditRegularly();
  }

  #unreadable(why: string): void {
    this.close(`it cannot be read: ${why}`);
  }

  #onEvent(event: SessionEvent): void {
    if (this.#isClosed) return;
    switch (event.type) {
      case "closed": {
        const reason = describeCloseReason(event.reason);
        this.#isClosed = true;
        this.#context.closed(reason);
        this.#endTenure(reason);
        break;
      }
      case "role-status":
        if (this.#context.role.isLostBy(event)) this.#loseRole(event.generationId);
        break;
      case "port-status":
        if (this.#live === undefined) this.#early.push(event);
        else this.changePorts((ports) => ports.update(event));
        break;
      case "packet-ins-dropped": {
        const { emit, view } = this.#context;
        emit({ type: "packet-ins-dropped", node: view().id, count: event.count });
        break;
      }
      default:
    }
  }

  #loseRole(generation?: bigint): void {
    const { role, emit, view } = this.#context;
    role.lose();
    const heard = generation === undefined ? {} : { generation };
    emit({ type: "role-lost", node: view().id, ...heard });
    this.#endTenure("another controller is its master");
  }

  /** The switch is not ours to change any more, or gone. */
  #endTenure(reason: string): void {
    this.#tenure?.end();
    this.#tenure = undefined;
    this.#isInService = false;
    // Until a node of ours is announced, nothing was said of its ports.
    if (!this.#isClosed && this.#live !== undefined) this.#tellPorts(this.#live);
    if (!this.#isAnnounced) return;
    this.#isAnnounced = false;
    const { emit, view } = this.#context;
    const isConnected = this.#isClosed ? {} : { isConnected: true };
    emit({ type: "node-down", node: view().id, reason, ...isConnected });
  }

  #tellPorts(live: LiveSwitch): void {
    this.#context.portStates.tell(live.ports.states());
  }
}
