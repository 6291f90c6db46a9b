import { err, ok, type Result } from "neverthrow";
import type { DriverBase } from "../../drivers/driver-base.ts";
import type { Clock } from "../../model/clock.ts";
import { type DcnsError, invalidRequest, type StoreError } from "../../model/errors.ts";
import type { DomainId, NodeId, ProjectId, SegmentId } from "../../model/ids.ts";
import type { Segment } from "../../model/segment.ts";
import { segmentIdOf } from "../../network/forwarding.ts";
import type { NetworkRecord, Quarantine } from "../../network/record.ts";
import type { Stage } from "../../network/transition.ts";
import type { Store } from "../../store/store.ts";
import type { RecordChanged } from "../books.ts";
import { journeyOf } from "../journey.ts";
import type { Registry } from "../registry.ts";
import { type Charge, Charges } from "./charges.ts";
import { Mastership } from "./mastership.ts";
import { type JoinError, Membership, SLOTS } from "./membership.ts";
import { Orphans } from "./orphans.ts";
import { QuarantineKeeper } from "./quarantine-keeper.ts";
import { mirrorRecords } from "./record-mirror.ts";
import { ranked } from "./rendezvous.ts";
import { SharedBooks } from "./shared-books.ts";
import { SharedDriver } from "./shared-driver.ts";
import { SharedJournal } from "./shared-journal.ts";
import { digestOf } from "./state-digest.ts";
import { StepExecutor } from "./step-executor.ts";
import { stepsOf } from "./steps.ts";
import { StoreView } from "./store-view.ts";

/** How an agent shares its store and its switches with others. */
export interface SharingOptions {
  /** What the agent is called, without a slash; no other agent on the store has this name. */
  readonly agentId: string;
  /**
   * How long an agent may be silent before the others take its part, in milliseconds; default
   * 10,000, at least 1,000. A store may make it a little longer.
   */
  readonly leaseMs?: number;
}

/** What sharing works with. */
export interface SharingContext {
  readonly options: SharingOptions;
  readonly store: Store;
  readonly registry: Registry;
  readonly drivers: ReadonlyMap<DomainId, DriverBase>;
  readonly clock: Clock;
}

/** What sharing tells. */
export interface SharingEvents {
  readonly changed: RecordChanged;
  readonly quarantineOver: (quarantine: Quarantine) => void;
  /** Agents have come or gone: what is done by one of them may be this one's turn now. */
  readonly turnsChanged: () => void;
  /** Undoes or finishes what an agent had begun that is gone; it had come so far. */
  readonly take: (record: NetworkRecord, begun: readonly Stage[]) => Promise<void>;
}

const DEFAULT_LEASE_MS = 10_000;

/** An agent's part in a topology that several agents serve. */
export class Sharing {
  readonly books: SharedBooks;
  readonly drivers: ReadonlyMap<DomainId, DriverBase>;
  readonly #context: SharingContext;
  readonly #view: StoreView;
  readonly #shared: ReadonlyMap<DomainId, SharedDriver>;
  readonly #membership: Membership;
  readonly #charges: Charges;
  readonly #mastership: Mastership;
  readonly #executor: StepExecutor;
  readonly #quarantines: QuarantineKeeper;
  #orphans: Orphans | undefined;

  private constructor(context: SharingContext, view: StoreView) {
    const { store, registry, drivers, clock, options } = context;
    const { agentId: agent, leaseMs = DEFAULT_LEASE_MS } = options;
    this.#context = context;
    this.#view = view;
    const lease = (): string | undefined => this.#membership.lease;
    const isOwn = (node: NodeId): boolean => this.#mastership.isOwn(node);
    const journal = new SharedJournal({
      ...{ view, agent, lease, agents: () => this.#agents },
      topology: () => registry.topology,
    });
    this.books = new SharedBooks({
      ...{ view, registry, journal, clock, agent, lease },
      untilJoined: (signal) => this.#membership.untilJoined(signal),
      released: () => this.#orphans?.considerAll(),
      seenClean: (node, concerns) => this.#quarantines.seenClean(node, concerns),
    });
    // Drivers want what a step says before anybody claims a node because of what came with it.
    this.#executor = new StepExecutor({
      ...{ view, registry, clock, agent, lease, drivers, isOwn },
      worker: (number) => journal.worker(number),
      progressed: () => this.#wakeAll(),
    });
    this.#membership = new Membership({
      ...{ store, view, clock, agent, leaseMs },
      lost: () => this.#lost(),
      joined: () => this.#joined(),
    });
    this.#charges = new Charges({
      ...{ registry, drivers },
      unsettled: (domain) => this.#executor.unsettled(domain),
      doubtful: (domain) => this.#doubtful(domain),
    });
    this.#mastership = new Mastership({
      ...{ view, membership: this.#membership, clock, agent, charges: this.#charges },
      changed: (charge, up) => this.#tell(charge, up),
    });
    const [membership, mastership, executor] = [this.#membership, this.#mastership, this.#executor];
    const charges = this.#charges;
    const common = { clock, view, registry, journal, mastership, executor };
    this.#quarantines = new QuarantineKeeper(common);
    this.#shared = new Map(
      [...drivers].map(([domain, inner]) => [
        domain,
        new SharedDriver({ ...common, domain, inner, membership, agent, charges }),
      ]),
    );
    this.drivers = this.#shared;
  }

  /** Reads the store, and has the registry know what is in it from now on. */
  static async open(
    context: SharingContext,
    events: SharingEvents,
  ): Promise<Result<Sharing, DcnsError>> {
    const view = await StoreView.follow(context.store);
    if (view.isErr()) return err(view.error);
    let unreadable: string | undefined;
    let sharing: Sharing | undefined;
    mirrorRecords(view.value, context.registry, {
      changed: (before, after) => {
        events.changed(before, after);
        sharing?.noteChange(before, after);
      },
      quarantineOver: events.quarantineOver,
      unreadable: (message) => {
        unreadable ??= message;
        sharing?.books.lose(message);
      },
    });
    if (unreadable !== undefined) {
      view.value[Symbol.dispose]();
      return err({ type: "store-unavailable", message: unreadable });
    }
    sharing = new Sharing(context, view.value);
    return ok(sharing);
  }

  /** Notes what has become of a network. */
  noteChange(before: NetworkRecord | undefined, after: NetworkRecord | undefined): void {
    this.#orphans?.changed(before, after);
  }

  /** What a driver is to want when it is attached. */
  segments(domain: DomainId): readonly Segment[] {
    return this.#executor.segments(domain);
  }

  /** Takes the agent's place among the others, once its drivers are attached. */
  async join({ take, turnsChanged }: SharingEvents): Promise<Result<void, DcnsError>> {
    const { registry, clock, options } = this.#context;
    const joined = await this.#membership.join();
    if (joined.isErr()) return err(refusalOf(joined.error, options.agentId));
    this.#shareNumbers();
    this.#executor.start();
    this.serve();
    this.#orphans = new Orphans({
      ...{ view: this.#view, registry, clock, membership: this.#membership },
      agent: options.agentId,
      isOrphan: (record) => this.books.isOrphan(record),
      take: (record) => take(record, this.#begunOf(record)),
    });
    this.#view.subscribe(({ puts, deletes }) => {
      const keys = [...puts.map(({ key }) => key), ...deletes];
      if (keys.some((key) => key.startsWith("agent/"))) turnsChanged();
    });
    return ok(undefined);
  }

  /** Whether it is this agent's turn to see to a project's network by itself. */
  isTurn(project: ProjectId): boolean {
    const isFirst = ranked(project, this.#agents)[0] === this.#context.options.agentId;
    return isFirst && this.#membership.lease !== undefined;
  }

  /** Serves the nodes of the present topology. */
  serve(): void {
    const charges = this.#charges.all();
    this.#mastership.serve(charges);
    // A node that is new may belong to a domain that is in service.
    for (const node of this.#context.registry.topology.nodes.keys()) {
      if (this.#mastership.isUp(node)) this.#tell(this.#charges.of(node), true);
    }
  }

  /** Hands over what is this agent's, and leaves; calls have ended by then. */
  async leave(): Promise<void> {
    await this.#orphans?.close();
    await this.#mastership.retire();
    await this.#executor.close();
    await this.#quarantines.close();
    await this.#mastership.close();
    await this.#membership.leave();
    this.#view[Symbol.dispose]();
  }

  get #agents(): readonly string[] {
    return this.#membership.agents;
  }

  /** How far an agent had come that is gone: the stages up to the last one that it has asked for. */
  #begunOf(record: NetworkRecord): readonly Stage[] {
    const { from, way } = journeyOf(this.#context.registry, record);
    const steps = [...stepsOf(this.#view, record.number)];
    const last = way.findLastIndex(({ state }) =>
      steps.some(([domain, step]) => step.state === digestOf(state.get(domain))),
    );
    if (last >= 0) return way.slice(0, last + 1);
    // It was on its way back, and had not seen all nodes there.
    const isBack = steps.some(([domain, { state }]) => state === digestOf(from.get(domain)));
    return isBack ? way.slice(0, 1) : steps.length > 0 ? way : [];
  }

  #doubtful(domain: DomainId): ReadonlySet<SegmentId> {
    const quarantines = this.#context.registry.quarantines();
    const left = quarantines.map((quarantine) => segmentIdOf(quarantine, domain));
    return new Set([...this.#executor.holding(domain), ...left]);
  }

  #tell(charge: Charge, up: boolean): void {
    const { domain, nodes } = this.#charges.nodesOf(charge);
    for (const node of nodes) this.#shared.get(domain)?.tellNode(node, up);
  }

  #shareNumbers(): void {
    this.#context.registry.shareNumbers(this.#membership.slot, SLOTS);
  }

  #lost(): void {
    this.#mastership.dropAll();
    this.#wakeAll();
  }

  #joined(): void {
    this.#shareNumbers();
    this.#mastership.rejoin();
  }

  #wakeAll(): void {
    for (const driver of this.#shared.values()) driver.wake();
  }
}

function refusalOf(error: JoinError, agentId: string): DcnsError {
  if (error.type === "full") {
    const message = `more than ${SLOTS} agents cannot share a store`;
    return invalidRequest(["sharing"], agentId, message);
  }
  return error.type === "store-conflict"
    ? invalidRequest(["sharing", "agentId"], agentId, "is the name of an agent that is there")
    : (error satisfies StoreError);
}
