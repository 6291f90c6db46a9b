import { match } from "ts-pattern";
import type { DriverBase } from "../drivers/driver-base.ts";
import type { DriverEvent } from "../drivers/driver-event.ts";
import type { Clock } from "../model/clock.ts";
import type { DomainId, LinkId, NetworkNumber, NodeId, PortRef, ProjectId } from "../model/ids.ts";
import type { FlapDamping } from "../network/flap-damping.ts";
import { networkOfSegment, segmentIdOf } from "../network/forwarding.ts";
import { networkState } from "../network/info.ts";
import { linksInUse } from "../network/links-in-use.ts";
import { standbyOf, wholeOf } from "../network/realisation.ts";
import { currentOf, latestOf, type NetworkRecord, type Quarantine } from "../network/record.ts";
import type { AgentEvent } from "./agent-event.ts";
import type { Books, Concerns } from "./books.ts";
import type { EventStream } from "./event-stream.ts";
import { LinkDamper } from "./link-damper.ts";
import { LostNodes } from "./lost-nodes.ts";
import type { Registry } from "./registry.ts";

/** What a watch works with. */
export interface WatchContext {
  readonly registry: Registry;
  readonly books: Books;
  readonly events: EventStream<AgentEvent>;
  readonly clock: Clock;
  /** Absent, links are believed at once. */
  readonly flapDamping: FlapDamping | undefined;
  /** How long a node may be away before its links count as down; absent, for as long as it likes. */
  readonly nodeGraceMs: number | undefined;
  /** Called when a node is back, or seen clean, that a project's teardown may have waited for. */
  readonly resumeTeardown: (project: ProjectId) => void;
  /** Called when a link has failed or is back, a node is back or has room again, or what was held back is free. */
  readonly fabricChanged: () => void;
}

type SegmentEvent = Extract<DriverEvent, { readonly type: "segment-down" | "segment-up" }>;

/** Listens to the drivers: link state, nodes that come and go, quarantines that end. */
export class Watch implements Disposable {
  readonly #context: WatchContext;
  readonly #damper: LinkDamper | undefined;
  readonly #lostNodes: LostNodes | undefined;
  readonly #subscriptions: Disposable[] = [];
  readonly #nodesUp = new Set<NodeId>();
  #isResuming = false;
  readonly #waiters = new Set<() => void>();

  constructor(context: WatchContext) {
    this.#context = context;
    const { clock, flapDamping, nodeGraceMs: graceMs } = context;
    if (graceMs !== undefined) {
      const changed = (node: NodeId, lost: boolean): void => this.#nodeState(node, lost);
      this.#lostNodes = new LostNodes({ clock, graceMs, changed });
    }
    if (flapDamping === undefined) return;
    this.#damper = new LinkDamper({
      clock,
      damping: flapDamping,
      hold: (link, forMs) => this.#hold(link, forMs),
      release: (link) => this.#release(link),
    });
  }

  /** Listens to one domain's driver from now on. */
  follow(domain: DomainId, driver: DriverBase): void {
    this.#subscriptions.push(driver.subscribe((event) => this.#hear(domain, event)));
  }

  /** The nodes that are there and hold what they should, in the order of their ids. */
  get nodesUp(): readonly NodeId[] {
    return [...this.#nodesUp].sort();
  }

  /** Resolves with those of `nodes` that are not up when all are, or when `signal` is raised. */
  async untilUp(nodes: readonly NodeId[], signal: AbortSignal): Promise<readonly NodeId[]> {
    const missing = (): readonly NodeId[] => nodes.filter((node) => !this.#nodesUp.has(node));
    while (missing().length > 0 && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiters.delete(wake);
          signal.removeEventListener("abort", wake);
          resolve();
        };
        this.#waiters.add(wake);
        signal.addEventListener("abort", wake);
      });
    }
    return missing();
  }

  /** From now on unfinished teardowns are taken up again, and others told of what has changed. */
  startResuming(): void {
    this.#isResuming = true;
    this.#resumeTeardowns();
    this.#tellFabricChanged();
  }

  /** Notes that a node is not in the topology any more: nobody will ever see it clean. */
  gone(node: NodeId): void {
    this.#nodesUp.delete(node);
    this.#lostNodes?.back(node);
    this.#clean(node, () => true);
  }

  /** Notes that a node was seen clean of a network. */
  seenClean(node: NodeId, network: NetworkNumber): void {
    this.#clean(node, ({ number }) => number === network);
  }

  [Symbol.dispose](): void {
    this.#damper?.[Symbol.dispose]();
    this.#lostNodes?.[Symbol.dispose]();
    for (const subscription of this.#subscriptions.splice(0)) subscription[Symbol.dispose]();
  }

  #hear(domain: DomainId, event: DriverEvent): void {
    const { events } = this.#context;
    match(event)
      .with({ type: "node-up" }, ({ node, pending }) => {
        const isPending = new Set(pending);
        this.#nodesUp.add(node);
        this.#lostNodes?.back(node);
        for (const wake of [...this.#waiters]) wake();
        events.emit({ type: "node-up", node });
        this.#clean(node, (quarantine) => !isPending.has(segmentIdOf(quarantine, domain)));
        this.#resumeTeardowns();
        this.#tellFabricChanged();
      })
      .with({ type: "node-down" }, ({ node, reason, isConnected }) => {
        this.#nodesUp.delete(node);
        if (isConnected !== true) this.#lostNodes?.away(node);
        events.emit({ type: "node-down", node, reason });
      })
      // What follows from the one is told by `node-down`, and names are asked for when they are shown.
      .with({ type: "role-lost" }, { type: "segment-named" }, () => {})
      .with({ type: "port-state" }, ({ port, up }) => this.#portState(port, up))
      .with({ type: "segment-down" }, (told) => this.#outage(domain, told))
      .with({ type: "segment-up" }, (told) => this.#outage(domain, told))
      .with({ type: "confirmed" }, ({ node, segment }) => {
        this.#clean(node, (quarantine) => segmentIdOf(quarantine, domain) === segment);
        const record = this.#context.registry.recordOf(networkOfSegment(segment));
        if (record !== undefined) this.#resumeTeardowns([record]);
      })
      .with(
        { type: "switch-refused" },
        { type: "packet-ins-dropped" },
        { type: "address-held" },
        { type: "miswired" },
        { type: "wired" },
        (told) => events.emit(told),
      )
      .with({ type: "addresses-full" }, ({ network, ...told }) => {
        const project = this.#context.registry.recordOf(network)?.project;
        if (project !== undefined) events.emit({ ...told, project });
      })
      .with({ type: "capacity-regained" }, (told) => {
        events.emit(told);
        this.#tellFabricChanged();
      })
      .with({ type: "drift" }, ({ node, what, repaired }) =>
        events.emit({ type: "drift", node, what, repaired }),
      )
      .exhaustive();
  }

  /** A node that holds exactly what it should holds nothing of what is in quarantine. */
  #clean(node: NodeId, concerns: Concerns): void {
    this.quarantinesOver(this.#context.books.seenClean(node, concerns));
  }

  /** Tells of quarantines that are over: what they held is free again. */
  quarantinesOver(over: readonly Quarantine[]): void {
    for (const { project } of over) {
      this.#context.events.emit({ type: "quarantine-over", project });
    }
    if (over.length > 0) this.#tellFabricChanged();
  }

  #resumeTeardowns(records = this.#context.registry.records()): void {
    if (!this.#isResuming) return;
    const { resumeTeardown } = this.#context;
    for (const { phase, project } of records) {
      if (phase === "teardown") resumeTeardown(project);
    }
  }

  /** A part of a network carries nothing, or does again. */
  #outage(domain: DomainId, told: SegmentEvent): void {
    const { registry, events } = this.#context;
    const { outages } = registry;
    const network = networkOfSegment(told.segment);
    const record = registry.recordOf(network);
    const wasOut = outages.has(network, domain);
    if (told.type === "segment-down" && record !== undefined)
      outages.begin(network, domain, told.refused);
    else outages.end(network, domain);
    if (record === undefined) return;
    const { project } = record;
    if (told.type === "segment-up") events.emit({ type: "segment-up", project, domain });
    else events.emit({ type: "segment-down", project, domain, reason: told.reason });
    if (wasOut !== outages.has(network, domain)) this.announce(record);
    this.#tellFabricChanged();
  }

  #portState(port: PortRef, up: boolean): void {
    const { registry } = this.#context;
    const { links, topology } = registry;
    const whole = topology.linksAt(port).filter(({ id }) => links.isWhole(id));
    const changed = links.setPort(port, up);
    for (const { id } of whole) if (!links.isWhole(id)) this.#damper?.failed(id);
    for (const link of changed) this.#linkState(link, up);
  }

  /** Nobody knows any more how a node fares, or it is back: so are its links. */
  #nodeState(node: NodeId, lost: boolean): void {
    for (const link of this.#context.registry.links.setLost(node, lost)) {
      if (lost) this.#damper?.failed(link);
      this.#linkState(link, !lost);
    }
  }

  /** A link fails again and again: it is down until it has been quiet. */
  #hold(link: LinkId, forMs: number): void {
    const { registry, events } = this.#context;
    registry.links.setHeld(link, true);
    events.emit({ type: "link-damped", link, forMs });
  }

  #release(link: LinkId): void {
    if (this.#context.registry.links.setHeld(link, false)) this.#linkState(link, true);
  }

  #linkState(link: LinkId, up: boolean): void {
    const { registry, events } = this.#context;
    events.emit({ type: "link-state", link, up });
    for (const record of registry.records()) {
      const latest = latestOf(record);
      if (!wholeOf(latest).links.some((one) => one.link === link)) continue;
      this.#tellSwitched(record, link, up);
      this.announce(record);
    }
    this.#tellFabricChanged();
  }

  /** Tells if the change of a link made the switches change over to the other path. */
  #tellSwitched(record: NetworkRecord, changed: LinkId, up: boolean): void {
    const { registry, events } = this.#context;
    const current = currentOf(record);
    if (current === undefined || standbyOf(current) === undefined) return;
    const { isUp } = registry.links;
    const wasUp = (link: LinkId): boolean => (link === changed ? !up : isUp(link));
    const [from, to] = [linksInUse(current, wasUp), linksInUse(current, isUp)];
    if (from === undefined || to === undefined || from.join() === to.join()) return;
    events.emit({ type: "protection-switched", project: record.project, from, to });
  }

  #tellFabricChanged(): void {
    if (this.#isResuming) this.#context.fabricChanged();
  }

  /** Tells everybody how a network fares now. */
  announce(record: NetworkRecord): void {
    const { registry, events } = this.#context;
    const { project } = record;
    const { generation } = latestOf(record);
    const state = networkState(record, registry);
    events.emit({ type: "network-state", project, state, generation });
  }
}
