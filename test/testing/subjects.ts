import type { CommandMessage } from "../../src/drivers/openflow/channel/message-roles.ts";
import { socketListener } from "../../src/drivers/openflow/listener-socket.ts";
import type { SwitchSession } from "../../src/drivers/openflow/session.ts";
import { SessionServer } from "../../src/drivers/openflow/session-server.ts";
import {
  GROUP_ANY,
  METER_ALL,
  PORT_ANY,
  PORT_MAX,
  TABLE_ALL,
} from "../../src/drivers/openflow/wire/constants.ts";
import type { PacketIn } from "../../src/drivers/openflow/wire/packet.ts";
import { datapathId } from "../../src/model/ids.ts";
import { systemClock } from "../../src/system-clock.ts";
import { encodeFrame, type Frame, SimSwitch, socketDial } from "../../src/testing/index.ts";
import { type FakeClock, fakeClock } from "../support/fake-clock.ts";
import { DummyOvs } from "./dummy-ovs.ts";
import { wipe } from "./programs.ts";

/** What came out of a switch, as hexadecimal digits, port by port, and what its controller got. */
export interface Outcome {
  readonly ports: Readonly<Record<number, readonly string[]>>;
  readonly packetIns: readonly unknown[];
}

/** A switch under comparison. */
export interface Subject {
  /** Takes away all flows, groups and meters. */
  wipe(): Promise<void>;
  /** Sends commands; gives which of them were refused, and why. */
  program(messages: readonly CommandMessage[]): Promise<readonly string[]>;
  /** What the switch says that it holds, in an order that does not depend on the switch. */
  readBack(): Promise<unknown>;
  /** Puts a frame in by a port and gives what it causes. */
  exchange(port: number, frame: Frame): Promise<Outcome>;
  /** Gives these ports a signal, and takes it from the others. */
  setPorts(up: readonly number[]): Promise<void>;
  /** Which ports are live, as the switch says. */
  ports(): Promise<readonly string[]>;
  /** Lets time pass. */
  advance(ms: number): Promise<void>;
  /** What it tells of a flow that has gone since the last wipe, but for how long it lived. */
  removal(): Promise<unknown>;
}

/** A simulated switch and an Open vSwitch, both on the same controller. */
export interface Contest {
  readonly subjects: readonly [simulated: Subject, real: Subject];
  stop(): Promise<void>;
}

/** Starts both, with these ports; time stands still for both. */
export async function startContest(ports: readonly number[]): Promise<Contest> {
  const server = new SessionServer(socketListener({ host: "127.0.0.1", port: 0 }), systemClock);
  const sessions = new Map<boolean, SwitchSession>();
  let announce = (): void => {};
  const bothUp = new Promise<void>((resolve) => {
    announce = resolve;
  });
  const address = await server.listen((session, features) => {
    sessions.set(features.datapathId === SIMULATED, session);
    if (sessions.size === 2) announce();
  });
  const { port } = address._unsafeUnwrap();
  const ovs = await DummyOvs.start(ports, port);
  const simulated = new SimulatedWires(ports, port);
  await bothUp;
  await ovs.stopClock();
  const session = (isSimulated: boolean): SwitchSession => {
    const found = sessions.get(isSimulated);
    if (found === undefined) throw new Error("a switch has not connected");
    return found;
  };
  return {
    subjects: [
      new ControlledSwitch(session(true), simulated, ports),
      new ControlledSwitch(session(false), new RealWires(ovs), ports),
    ],
    stop: async () => {
      simulated.stop();
      await server.close();
      await ovs.stop();
    },
  };
}

const SIMULATED = datapathId("00000000000000aa");

/** A switch without its controller. */
interface Wires {
  /** Makes sure that what was programmed holds for the next frame, and that counters are exact. */
  settle(): Promise<void>;
  /** Puts a frame in by a port; a barrier later it has been forwarded. */
  inject(port: number, frame: Frame): Promise<void>;
  /** What came out since the last call. */
  collect(): Promise<Outcome["ports"]>;
  setPort(port: number, up: boolean): Promise<void>;
  advance(ms: number): Promise<void>;
}

class SimulatedWires implements Wires {
  readonly #clock: FakeClock = fakeClock();
  readonly #ports: readonly number[];
  readonly #switch: SimSwitch;
  #sent: Record<number, string[]> = {};

  constructor(ports: readonly number[], controllerPort: number) {
    this.#ports = ports;
    this.#switch = new SimSwitch({
      datapathId: SIMULATED,
      ports: ports.map((port) => ({ port })),
      clock: this.#clock,
      dial: [socketDial({ host: "127.0.0.1", port: controllerPort })],
      probeMs: 0,
      transmit: (port, frame) => this.#sent[port]?.push(hex(frame)),
    });
    this.#switch.connect();
  }

  async settle(): Promise<void> {}

  async inject(port: number, frame: Frame): Promise<void> {
    this.#sent = Object.fromEntries(this.#ports.map((number) => [number, []]));
    this.#switch.receive(port, frame);
  }

  async collect(): Promise<Outcome["ports"]> {
    return this.#sent;
  }

  async setPort(port: number, up: boolean): Promise<void> {
    this.#switch.setLink(port, up);
  }

  async advance(ms: number): Promise<void> {
    await this.#clock.advance(ms);
  }

  stop(): void {
    this.#switch[Symbol.dispose]();
  }
}

class RealWires implements Wires {
  readonly #ovs: DummyOvs;

  constructor(ovs: DummyOvs) {
    this.#ovs = ovs;
  }

  settle(): Promise<void> {
    return this.#ovs.flushCache();
  }

  inject(port: number, frame: Frame): Promise<void> {
    return this.#ovs.inject(port, encodeFrame(frame));
  }

  async collect(): Promise<Outcome["ports"]> {
    return Object.fromEntries(await this.#ovs.collect());
  }

  setPort(port: number, up: boolean): Promise<void> {
    return this.#ovs.setPort(port, up);
  }

  advance(ms: number): Promise<void> {
    return this.#ovs.advance(ms);
  }
}

class ControlledSwitch implements Subject {
  readonly #session: SwitchSession;
  readonly #wires: Wires;
  readonly #ports: readonly number[];
  #packetIns: PacketIn[] = [];
  #removals: unknown[] = [];

  constructor(session: SwitchSession, wires: Wires, ports: readonly number[]) {
    this.#ports = ports;
    this.#session = session;
    this.#wires = wires;
    session.subscribe((event) => {
      if (event.type === "packet-in") this.#packetIns.push(event);
      if (event.type !== "flow-removed") return;
      const { durationS: _s, durationNs: _ns, ...rest } = event;
      this.#removals.push(rest);
    });
  }

  async wipe(): Promise<void> {
    await this.program(wipe);
    this.#removals = [];
  }

  async program(messages: readonly CommandMessage[]): Promise<readonly string[]> {
    const done = await this.#session.batch(messages);
    await this.#wires.settle();
    return done.match(
      () => [],
      (error) =>
        error.rejections.map(({ index, error: { kind, code } }) => `${index} ${kind}/${code}`),
    );
  }

  async readBack(): Promise<unknown> {
    await this.#wires.settle();
    const filter = { table: TABLE_ALL, outPort: PORT_ANY, outGroup: GROUP_ANY, match: [] };
    const flows = await this.#session.multipart({
      type: "flow",
      ...filter,
      cookie: 0n,
      cookieMask: 0n,
    });
    const groups = await this.#session.multipart({ type: "group-desc" });
    const meters = await this.#session.multipart({ type: "meter-config", meter: METER_ALL });
    return {
      flows: sorted(
        flows
          ._unsafeUnwrap()
          .flatMap((part) => part.flows.map(({ durationS: _s, durationNs: _ns, ...flow }) => flow)),
      ),
      groups: sorted(groups._unsafeUnwrap().flatMap((part) => part.groups)),
      meters: sorted(meters._unsafeUnwrap().flatMap((part) => part.meters)),
    };
  }

  async exchange(port: number, frame: Frame): Promise<Outcome> {
    this.#packetIns = [];
    await this.#wires.inject(port, frame);
    await this.#session.request({ type: "barrier-request" });
    const ports = await this.#wires.collect();
    const packetIns = this.#packetIns.map(({ data, ...rest }) => ({
      ...rest,
      data: Buffer.from(data).toString("hex"),
    }));
    return { ports, packetIns };
  }

  async setPorts(up: readonly number[]): Promise<void> {
    for (const port of this.#ports) await this.#wires.setPort(port, up.includes(port));
    // Open vSwitch needs a few turns of its main loop before groups go by the new state.
    for (let turn = 0; turn < 4; turn++) await this.#session.request({ type: "barrier-request" });
    await this.#wires.settle();
  }

  async ports(): Promise<readonly string[]> {
    const parts = await this.#session.multipart({ type: "port-desc" });
    return parts
      ._unsafeUnwrap()
      .flatMap((part) => part.ports)
      .filter(({ port }) => port < PORT_MAX)
      .map(({ port, state }) => `${port}: ${state}`)
      .sort();
  }

  advance(ms: number): Promise<void> {
    return this.#wires.advance(ms);
  }

  async removal(): Promise<unknown> {
    // Open vSwitch tells it some time after the flow is gone.
    for (let turn = 0; turn < 1_000 && this.#removals.length === 0; turn++) {
      await this.#session.request({ type: "barrier-request" });
    }
    return this.#removals[0];
  }
}

/** As text, so that a difference can be read. */
function sorted(items: readonly object[]): readonly string[] {
  return items.map(textOf).sort();
}

function textOf(item: object): string {
  return JSON.stringify(item, (_, value) => {
    if (typeof value === "bigint") return value.toString();
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

function hex(frame: Frame): string {
  return Buffer.from(encodeFrame(frame)).toString("hex");
}
