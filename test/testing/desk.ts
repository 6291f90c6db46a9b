import { SwitchSession } from "../../src/drivers/openflow/session.ts";
import { type FlowMod, flowMod } from "../../src/drivers/openflow/wire/flow.ts";
import { datapathId } from "../../src/model/ids.ts";
import { MemoryListener } from "../../src/testing/memory-link.ts";
import { SimSwitch, type SwitchEvent } from "../../src/testing/sim-switch.ts";
import { type FakeClock, fakeClock } from "../support/fake-clock.ts";

/** Everything leaves by port 2. */
export const toPort2: FlowMod = flowMod({
  priority: 1,
  instructions: [{ type: "apply-actions", actions: [{ type: "output", port: 2, maxLen: 0 }] }],
});

/** A switch of two ports and a controller that takes whatever dials in, on one still clock. */
export class Desk implements Disposable {
  readonly clock: FakeClock = fakeClock();
  readonly listener: MemoryListener = new MemoryListener({ clock: this.clock });
  readonly sessions: SwitchSession[] = [];
  readonly transmitted: number[] = [];
  readonly events: SwitchEvent[] = [];
  readonly device: SimSwitch;

  constructor(controllers = 1) {
    this.device = new SimSwitch({
      datapathId: datapathId("00000000000000ab"),
      ports: [{ port: 1, name: "uplink" }, { port: 2 }],
      clock: this.clock,
      dial: Array.from({ length: controllers }, () => this.listener.dial),
      transmit: (port) => this.transmitted.push(port),
    });
    this.device.observe((event) => this.events.push(event));
  }

  /** Makes the controller listen and the switch dial; gives their session. */
  async connect(): Promise<SwitchSession> {
    await this.listener.listen((transport) => {
      const session = new SwitchSession(transport, this.clock);
      this.sessions.push(session);
      void session.open();
    });
    this.device.connect();
    await this.clock.advance(10);
    return this.session(0);
  }

  /** The sessions in the order in which the switch dialled. */
  session(index: number): SwitchSession {
    const session = this.sessions[index];
    if (session === undefined) throw new Error(`session ${index} is missing`);
    return session;
  }

  [Symbol.dispose](): void {
    for (const session of this.sessions) session.close();
    this.device[Symbol.dispose]();
  }
}
