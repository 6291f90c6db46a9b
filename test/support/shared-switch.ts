import type { DriverEvent } from "../../src/drivers/driver-event.ts";
import { OpenFlowDriver } from "../../src/drivers/openflow/driver.ts";
import type { SessionOptions } from "../../src/drivers/openflow/session-options.ts";
import { nodeId } from "../../src/model/ids.ts";
import type { Segment } from "../../src/model/segment.ts";
import { conformanceDomain } from "../../src/testing/conformance-segments.ts";
import { MemoryListener } from "../../src/testing/memory-link.ts";
import { SimSwitch, type SimSwitchOptions } from "../../src/testing/sim-switch.ts";
import { type FakeClock, fakeClock } from "./fake-clock.ts";

/** One of the drivers that share a switch. */
export interface Sharer {
  readonly driver: OpenFlowDriver;
  readonly events: DriverEvent[];
}

/** The switch `n1` of `conformanceDomain`, with two drivers that are its slaves at first. */
export class SharedSwitch {
  readonly clock: FakeClock = fakeClock();
  readonly node = nodeId("n1");
  readonly at: SimSwitch;
  readonly sharers: readonly [Sharer, Sharer];
  readonly #listeners: readonly MemoryListener[];

  /** `session` is how both talk to it. */
  constructor(options: Pick<SimSwitchOptions, "bundles"> = {}, session: SessionOptions = {}) {
    const view = conformanceDomain.nodes.find(({ id }) => id === this.node);
    if (view?.datapathId === undefined) throw new Error("a datapath id is needed");
    const listeners = [this.clock, this.clock].map((clock) => new MemoryListener({ clock }));
    this.#listeners = listeners;
    this.at = new SimSwitch({
      ...options,
      datapathId: view.datapathId,
      clock: this.clock,
      dial: listeners.map(({ dial }) => dial),
      ports: view.ports.map(({ ofPort }) => ({ port: ofPort ?? 0 })),
    });
    const [first, second] = listeners.map(
      (listen) => new OpenFlowDriver({ listen, session, selfTest: false }),
    );
    if (first === undefined || second === undefined) throw new Error("two are needed");
    this.sharers = [
      { driver: first, events: [] },
      { driver: second, events: [] },
    ];
  }

  /** Attaches both drivers, connects the switch, and waits until both know what it is. */
  async start(segments: readonly Segment[] = []): Promise<void> {
    const nodes = conformanceDomain.nodes.filter(({ id }) => id === this.node);
    const domain = { ...conformanceDomain, nodes };
    for (const { driver, events } of this.sharers) {
      driver.subscribe((event) => events.push(event));
      const context = { domain, clock: this.clock, segments, role: "slave" } as const;
      (await driver.attach(context))._unsafeUnwrap();
    }
    this.at.connect();
    await this.clock.advance(100);
  }

  async close(): Promise<void> {
    for (const { driver } of this.sharers) await driver.close();
    for (const listener of this.#listeners) await listener.close();
    this.at[Symbol.dispose]();
    await this.clock.settle();
  }
}
