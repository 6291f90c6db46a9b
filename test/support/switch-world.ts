import type { DriverEvent } from "../../src/drivers/driver-event.ts";
import { OpenFlowDriver } from "../../src/drivers/openflow/driver.ts";
import type { OpenFlowDriverOptions } from "../../src/drivers/openflow/driver-options.ts";
import { GROUP_ALL, METER_ALL, TABLE_ALL } from "../../src/drivers/openflow/wire/constants.ts";
import { flowMod } from "../../src/drivers/openflow/wire/flow.ts";
import type { OfMessage } from "../../src/drivers/openflow/wire/message.ts";
import type { DomainView } from "../../src/model/domain-view.ts";
import { type NodeId, nodeId } from "../../src/model/ids.ts";
import type { Segment } from "../../src/model/segment.ts";
import { conformanceDomain } from "../../src/testing/conformance-segments.ts";
import type { Dial } from "../../src/testing/memory-link.ts";
import { MemoryListener } from "../../src/testing/memory-link.ts";
import { SimSwitch } from "../../src/testing/sim-switch.ts";
import { type FakeClock, fakeClock } from "./fake-clock.ts";
import type { Lacks } from "./lacking.ts";

/** What a world is made with: options of its drivers, and what its switches can do. */
export interface WorldOptions extends Partial<OpenFlowDriverOptions> {
  readonly bundles?: boolean;
  /** What they cannot do; nothing when absent. */
  readonly lacks?: Lacks;
}

/** The two switches of `conformanceDomain`, simulated, and drivers that come and go. */
export class SwitchWorld {
  readonly clock: FakeClock = fakeClock();
  readonly events: DriverEvent[] = [];
  readonly #switches: ReadonlyMap<NodeId, SimSwitch>;
  readonly #options: Partial<OpenFlowDriverOptions>;
  #dial: Dial = () => {};
  #driver: OpenFlowDriver | undefined;

  /** `bundles` says whether the switches have any. */
  constructor({ bundles = false, lacks, ...options }: WorldOptions = {}) {
    this.#options = options;
    const switches = conformanceDomain.nodes.map(({ id, datapathId, ports }) => {
      if (datapathId === undefined) throw new Error("a datapath id is needed");
      const dial: Dial = (answer) => this.#dial(answer);
      const numbers = ports.map(({ ofPort }) => ({ port: ofPort ?? 0 }));
      const made = new SimSwitch({
        datapathId,
        clock: this.clock,
        dial: [dial],
        ports: numbers,
        bundles,
        ...(lacks && { lacks }),
      });
      return [id, made] as const;
    });
    this.#switches = new Map(switches);
  }

  /** The driver in service. */
  get driver(): OpenFlowDriver {
    if (this.#driver === undefined) throw new Error("no driver is attached");
    return this.#driver;
  }

  /** Puts a driver into service, in place of the one there was; waits until every node is up. */
  async attach(segments: readonly Segment[] = [], domain: DomainView = conformanceDomain) {
    await this.listen(segments, domain);
    await Promise.all([...this.#switches.keys()].map((node) => this.setReachable(node, true)));
    return this.driver;
  }

  /** Puts a driver into service to which no switch is connected yet. */
  async listen(segments: readonly Segment[] = [], domain: DomainView = conformanceDomain) {
    await this.#driver?.close();
    for (const each of this.#switches.values()) each.disconnect();
    const listener = new MemoryListener({ clock: this.clock });
    this.#dial = listener.dial;
    const driver = new OpenFlowDriver({ ...this.#options, listen: listener });
    this.#driver = driver;
    driver.subscribe((event) => this.events.push(event));
    (await driver.attach({ domain, clock: this.clock, segments }))._unsafeUnwrap();
    return driver;
  }

  /** The switch of a node. */
  at(node: string): SimSwitch {
    const found = this.#switches.get(nodeId(node));
    if (found === undefined) throw new Error(`no switch ${node}`);
    return found;
  }

  /** Connects or disconnects the switch of a node, and waits until the driver has noticed. */
  async setReachable(node: NodeId, reachable: boolean): Promise<void> {
    const noticed = this.nextEvent(reachable ? "node-up" : "node-down", node);
    if (reachable) this.at(node).connect();
    else this.at(node).disconnect();
    await this.clock.until(noticed);
  }

  /** The next event of this type about a node. */
  nextEvent(type: DriverEvent["type"], node: string): Promise<DriverEvent> {
    return new Promise((resolve) => {
      const subscription = this.driver.subscribe((event) => {
        if (event.type !== type || !("node" in event) || event.node !== node) return;
        subscription[Symbol.dispose]();
        resolve(event);
      });
    });
  }

  /** Takes everything away that a switch holds, whoever put it there. */
  wipe(node: string): void {
    const messages: readonly OfMessage[] = [
      flowMod({ command: "delete", table: TABLE_ALL }),
      { type: "group-mod", command: "delete", groupType: "all", group: GROUP_ALL, buckets: [] },
      { type: "meter-mod", command: "delete", flags: 0, meter: METER_ALL, bands: [] },
    ];
    for (const message of messages) this.at(node).inject(message)._unsafeUnwrap();
  }

  /** The types of the messages that change something, as a switch gets them from now on. */
  changesAt(node: string): string[] {
    const changes: string[] = [];
    this.at(node).observe((event) => {
      if (event.type !== "message" || event.direction !== "to-switch") return;
      const { message } = event;
      const isCommit = message.type === "bundle-control" && message.control === "commit-request";
      if (isCommit) changes.push("bundle commit");
      const mod = message.type === "bundle-add" ? message.inner.message : message;
      if ("command" in mod) changes.push(`${mod.type} ${mod.command}`);
    });
    return changes;
  }

  /** Takes everything down and lets the bytes under way arrive. */
  async close(): Promise<void> {
    await this.#driver?.close();
    for (const each of this.#switches.values()) each[Symbol.dispose]();
    await this.clock.advance(1);
  }
}
