import { ok, type Result } from "neverthrow";
import type { FlowStats } from "../drivers/openflow/wire/flow.ts";
import type { GroupDesc } from "../drivers/openflow/wire/group.ts";
import type { OfMessage } from "../drivers/openflow/wire/message.ts";
import type { MeterConfig } from "../drivers/openflow/wire/meter.ts";
import type { QueueStats } from "../drivers/openflow/wire/queue.ts";
import type { RoleState } from "../drivers/openflow/wire/switch.ts";
import type { Clock } from "../model/clock.ts";
import type { DatapathId } from "../model/ids.ts";
import { Bundles } from "./bundles.ts";
import type { ConnectionEvent, ControllerConnection, Request } from "./controller-connection.ts";
import { ControllerLink, type LinkTiming, linkTimingDefaults } from "./controller-link.ts";
import { Datapath, type DatapathOptions } from "./datapath/datapath.ts";
import type { Effect } from "./datapath/effect.ts";
import { type Refusal, refusal, refuse } from "./datapath/refusal.ts";
import { FaultPlan } from "./faults.ts";
import type { Dial } from "./memory-link.ts";
import { seededRandom } from "./random.ts";
import { Mastership, type RoleHolder } from "./role.ts";
import type { WireFrame } from "./wire-frame.ts";

/** What a simulated switch is made of. */
export interface SimSwitchOptions extends Omit<DatapathOptions, "datapathId">, LinkTiming {
  readonly datapathId: DatapathId;
  readonly clock: Clock;
  /** How it reaches its controllers, one each. */
  readonly dial: readonly Dial[];
  /** Whether it has bundles, by the ONF's extension 230 for OpenFlow 1.3; not when absent. */
  readonly bundles?: boolean;
  /** What its controllers' messages meet; nothing when absent. */
  readonly faults?: FaultPlan;
  /** Puts a frame on the wire of a port. */
  readonly transmit?: (port: number, frame: WireFrame) => void;
}

/** What a switch does, for whoever looks on: all of its conversations with controllers. */
export type SwitchEvent = ConnectionEvent;

/**
 * A software OpenFlow 1.3 switch that speaks the wire protocol and executes tables, groups and
 * meters on frames. It stands in for Open vSwitch with `fail_mode=secure`: without a controller it
 * goes on forwarding.
 */
export class SimSwitch implements Disposable {
  readonly datapathId: DatapathId;
  readonly faults: FaultPlan;
  readonly #clock: Clock;
  readonly #datapath: Datapath;
  readonly #links: readonly ControllerLink[];
  readonly #mastership = new Mastership();
  readonly #bundles: Bundles | undefined;
  readonly #observers = new Set<(event: SwitchEvent) => void>();
  readonly #transmit: (port: number, frame: WireFrame) => void;
  #powered = true;
  /** The pending removal of flows whose time is up, and when it is due. */
  #expiry: { readonly timer: unknown; readonly atMs: number } | undefined;

  constructor(options: SimSwitchOptions) {
    const { datapathId, clock, dial, faults = new FaultPlan(seededRandom(0)) } = options;
    this.datapathId = datapathId;
    this.faults = faults;
    this.#clock = clock;
    this.#transmit = options.transmit ?? (() => {});
    this.#datapath = new Datapath(
      { ...options, datapathId: BigInt(`0x${datapathId}`) },
      clock.now(),
    );
    if (options.bundles) this.#bundles = new Bundles(this.#datapath, faults);
    this.#links = dial.map(
      (dialOne) =>
        new ControllerLink({
          ...linkTimingDefaults,
          ...options,
          dial: dialOne,
          faults,
          carryOut: (request, connection) => this.#carryOut(request, connection),
          forget: ({ message }) => {
            if (message.type === "flow-mod") this.#datapath.forget(message);
          },
          observe: (event) => {
            for (const observer of this.#observers) observer(event);
          },
        }),
    );
  }

  /** Whether some controller and the switch have said hello to each other. */
  get connected(): boolean {
    return this.#links.some((link) => link.connection?.greeted === true);
  }

  /** Whether it is on. */
  get powered(): boolean {
    return this.#powered;
  }

  /** What each controller that is connected is to it. */
  get roles(): readonly RoleHolder["role"][] {
    return this.#connections().map(({ role }) => role);
  }

  /** Dials its controllers, and again whenever a connection is gone. */
  connect(): void {
    for (const link of this.#links) link.start();
  }

  /** Hangs up and dials no more, until `connect`. Forwarding goes on. */
  disconnect(reason = "disconnected"): void {
    for (const link of this.#links) link.stop(reason);
  }

  /** Breaks its connections once; it dials again after the usual pause. */
  breakConnections(reason = "connection broken"): void {
    for (const link of this.#links) link.connection?.close(reason);
  }

  /** Turns it off: connections are gone, frames are lost, so are all flows, groups and meters. */
  powerOff(): void {
    this.#powered = false;
    this.disconnect("power lost");
    this.#datapath.reset();
    this.#disarmExpiry();
  }

  /** Turns it on again, blank; it dials at once. */
  powerOn(): void {
    this.#powered = true;
    this.connect();
  }

  /** Takes a frame in by a port. Everything it causes at this switch happens during the call. */
  receive(port: number, frame: WireFrame): void {
    if (!this.#powered) return;
    this.#spread(this.#datapath.forward(frame, port, this.#clock.now()));
  }

  /** Gives a port a signal or takes it away; controllers are told. */
  setLink(port: number, up: boolean): void {
    this.#spread(this.#datapath.setLink(port, up));
  }

  /**
   * Carries out a message as if another controller had sent it: to install foreign flows, groups
   * and meters, or to take away what somebody else installed.
   */
  inject(message: OfMessage): Result<void, Refusal> {
    const effects = this.#change(message);
    this.#spread(effects);
    const refused = effects.find((effect) => effect.type === "refuse");
    return refused === undefined ? ok(undefined) : refuse(refused.kind, refused.code);
  }

  /** The flows it holds, in the order of their tables. */
  flows(): readonly FlowStats[] {
    return this.#datapath.flows(this.#clock.now());
  }

  /** The groups it holds. */
  groups(): readonly GroupDesc[] {
    return this.#datapath.groups();
  }

  /** The meters it holds. */
  meters(): readonly MeterConfig[] {
    return this.#datapath.meters();
  }

  /** What left by the queues of its ports. */
  queues(): readonly QueueStats[] {
    return this.#datapath.queues();
  }

  /** Calls `observer` with everything that happens on its connections, until disposed. */
  observe(observer: (event: SwitchEvent) => void): Disposable {
    this.#observers.add(observer);
    return { [Symbol.dispose]: () => this.#observers.delete(observer) };
  }

  /** Turns it off for good; no timer is left. */
  [Symbol.dispose](): void {
    this.powerOff();
  }

  #carryOut(request: Request, connection: ControllerConnection): void {
    const { message } = request;
    switch (message.type) {
      case "role-request":
        this.#claimRole({ ...request, message }, connection);
        return;
      case "get-async-request":
        connection.reply(request, { type: "get-async-reply", settings: connection.asyncSettings });
        return;
      case "set-async":
        connection.asyncSettings = message.settings;
        return;
      default:
        this.#answer(request, connection);
    }
  }

  /** As Open vSwitch does, tells a master that was deposed, by the ONF's extension 191 for 1.3. */
  #claimRole(
    request: Request & { readonly message: RoleState },
    connection: ControllerConnection,
  ): void {
    const masters = this.#connections().filter(({ role }) => role === "master");
    this.#mastership.claim(connection, this.#connections(), request.message).match(
      (state) => {
        connection.reply(request, { type: "role-reply", ...state });
        for (const deposed of masters) {
          if (deposed === connection || deposed.role !== "slave") continue;
          deposed.tell({ ...state, type: "role-status", role: "slave", reason: "master-request" });
        }
      },
      (reason) => connection.refuse(request, reason),
    );
  }

  #answer(request: Request, connection: ControllerConnection): void {
    if (connection.role === "slave" && changesState.has(request.message.type)) {
      connection.refuse(request, refusal("bad-request", "is-slave"));
      return;
    }
    if (this.#bundles?.takes(request.message)) {
      this.#spread(this.#bundles.handle(request, connection, this.#clock.now()));
      return;
    }
    const effects = this.#change(request.message);
    for (const effect of effects) {
      if (effect.type === "reply") connection.reply(request, effect.message);
      if (effect.type === "refuse") connection.refuse(request, effect);
    }
    this.#spread(effects);
  }

  #change(message: OfMessage): readonly Effect[] {
    const nowMs = this.#clock.now();
    if (message.type === "flow-mod" && message.idleTimeoutS + message.hardTimeoutS > 0) {
      this.#armExpiry(nowMs);
    }
    return this.#datapath.receive(message, nowMs);
  }

  /** Carries out what concerns others than the one who asked. */
  #spread(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.type === "transmit") this.#transmit(effect.port, effect.frame);
      if (effect.type === "learned") this.#armExpiry(effect.expiresMs);
      if (effect.type !== "notify") continue;
      for (const connection of this.#connections()) connection.notify(effect.message);
    }
  }

  #connections(): readonly ControllerConnection[] {
    return this.#links.flatMap((link) => link.connection ?? []);
  }

  /** Sees to it that flows whose time is up are removed; asks again when others are due. */
  #armExpiry(atMs: number): void {
    if (this.#expiry !== undefined && this.#expiry.atMs <= atMs) return;
    this.#disarmExpiry();
    const timer = this.#clock.setTimeout(
      () => {
        this.#expiry = undefined;
        const nowMs = this.#clock.now();
        this.#spread(this.#datapath.expire(nowMs));
        const nextMs = this.#datapath.nextExpiryMs();
        if (nextMs !== undefined) this.#armExpiry(nextMs);
      },
      Math.max(0, Math.ceil(atMs - this.#clock.now())),
    );
    this.#expiry = { timer, atMs };
  }

  #disarmExpiry(): void {
    if (this.#expiry !== undefined) this.#clock.clearTimeout(this.#expiry.timer);
    this.#expiry = undefined;
  }
}

/** What a slave may not send (OpenFlow 1.3.5 §6.3.4). */
const changesState: ReadonlySet<OfMessage["type"]> = new Set([
  "packet-out",
  "flow-mod",
  "group-mod",
  "port-mod",
  "table-mod",
  "meter-mod",
  "bundle-control",
  "bundle-add",
]);
