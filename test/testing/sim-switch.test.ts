import { err } from "neverthrow";
import { describe, expect, test } from "vitest";
import type { SwitchSession } from "../../src/drivers/openflow/session.ts";
import type { Transport } from "../../src/drivers/openflow/transport.ts";
import { flowFlag } from "../../src/drivers/openflow/wire/constants.ts";
import { encodeMessage } from "../../src/drivers/openflow/wire/encode.ts";
import { flowMod } from "../../src/drivers/openflow/wire/flow.ts";
import { helloFor } from "../../src/drivers/openflow/wire/hello.ts";
import { OPENFLOW_1_3 } from "../../src/drivers/openflow/wire/version.ts";
import { frame } from "../../src/model/frame.ts";
import { datapathId } from "../../src/model/ids.ts";
import { SimSwitch } from "../../src/testing/sim-switch.ts";
import { Desk, toPort2 } from "./desk.ts";

describe("a simulated switch", () => {
  test("shakes hands and says what it is", async () => {
    using desk = new Desk();
    const session = await desk.connect();
    expect(session.state).toBe("up");
    expect(desk.device.connected).toBe(true);
    const asked = session.multipart({ type: "port-desc" });
    const [ports] = (await desk.clock.until(asked))._unsafeUnwrap();
    expect(ports?.ports.map(({ port, name }) => `${port} ${name}`)).toEqual([
      "1 uplink",
      "2 port2",
    ]);
  });

  test("carries flow-mods out and forwards frames by them", async () => {
    using desk = new Desk();
    const session = await desk.connect();
    desk.device.receive(1, frame());
    expect(desk.transmitted).toEqual([]);
    await desk.clock.until(session.batch([toPort2]));
    desk.device.receive(1, frame());
    expect(desk.transmitted).toEqual([2]);
    expect(desk.device.flows()).toMatchObject([{ packetCount: 1n }]);
  });

  test("answers what it refuses with the whole message", async () => {
    using desk = new Desk();
    const session = await desk.connect();
    const refused = flowMod({ bufferId: 5 });
    const batch = await desk.clock.until(session.batch([refused]));
    const error = batch._unsafeUnwrapErr();
    const [rejection] = error.rejections;
    const data = rejection?.error.data ?? new Uint8Array(0);
    const xid = new DataView(data.buffer, data.byteOffset).getUint32(4);
    expect(rejection?.error).toMatchObject({ kind: "bad-request", code: "buffer-unknown" });
    expect(data).toEqual(encodeMessage(OPENFLOW_1_3, xid, refused));
  });

  test("goes on forwarding without a controller, and is as it was when it comes back", async () => {
    using desk = new Desk();
    const session = await desk.connect();
    await desk.clock.until(session.batch([toPort2]));
    desk.device.disconnect();
    await desk.clock.advance(60_000);
    expect(desk.device.connected).toBe(false);
    expect(desk.sessions).toHaveLength(1);
    desk.device.receive(1, frame());
    expect(desk.transmitted).toEqual([2]);
    desk.device.connect();
    await desk.clock.advance(10);
    expect(desk.session(1).state).toBe("up");
    expect(desk.device.flows()).toHaveLength(1);
  });

  test("dials again after a pause that doubles up to a limit", async () => {
    using desk = new Desk();
    const dialled: number[] = [];
    const startMs = desk.clock.now();
    const device = new SimSwitch({
      datapathId: datapathId("00000000000000ac"),
      ports: [],
      clock: desk.clock,
      dial: [
        (answer) => {
          dialled.push(desk.clock.now() - startMs);
          answer(err({ type: "dial-refused", reason: "nobody is there" }));
        },
      ],
      minBackOffMs: 1_000,
      maxBackOffMs: 3_000,
    });
    device.connect();
    await desk.clock.advance(12_500);
    expect(dialled).toEqual([0, 1_000, 3_000, 6_000, 9_000, 12_000]);
    device[Symbol.dispose]();
    await desk.clock.advance(20_000);
    expect(dialled).toHaveLength(6);
  });

  test("is back by itself when its connection breaks", async () => {
    using desk = new Desk();
    await desk.connect();
    desk.device.breakConnections();
    expect(desk.device.connected).toBe(false);
    await desk.clock.advance(1_010);
    expect(desk.session(1).state).toBe("up");
  });

  test("hangs up on a controller that does not answer", async () => {
    using desk = new Desk();
    await desk.listener.listen((transport: Transport) => {
      transport.open({ onData: () => {}, onDrain: () => {}, onClose: () => {} });
      transport.send(encodeMessage(OPENFLOW_1_3, 1, helloFor([OPENFLOW_1_3])));
    });
    desk.device.connect();
    await desk.clock.advance(9_900);
    expect(desk.device.connected).toBe(true);
    await desk.clock.advance(200);
    expect(desk.events.at(-1)).toEqual({
      type: "disconnected",
      reason: "the controller is silent",
    });
  });

  test("refuses a controller that does not speak OpenFlow 1.3", async () => {
    using desk = new Desk();
    await desk.listener.listen((transport: Transport) => {
      transport.open({ onData: () => {}, onDrain: () => {}, onClose: () => {} });
      transport.send(encodeMessage(OPENFLOW_1_3, 1, helloFor([1, 6])));
    });
    desk.device.connect();
    await desk.clock.advance(10);
    expect(desk.events).toContainEqual(
      expect.objectContaining({
        type: "message",
        message: expect.objectContaining({ kind: "hello-failed", code: "incompatible" }),
      }),
    );
    expect(desk.device.connected).toBe(false);
  });

  test("loses flows, groups, meters and frames with its power, and dials when it is on again", async () => {
    using desk = new Desk();
    const session = await desk.connect();
    await desk.clock.until(session.batch([toPort2]));
    desk.device.powerOff();
    desk.device.receive(1, frame());
    expect(desk.transmitted).toEqual([]);
    await desk.clock.advance(60_000);
    expect(desk.sessions).toHaveLength(1);
    desk.device.powerOn();
    await desk.clock.advance(10);
    expect(desk.session(1).state).toBe("up");
    expect(desk.device.flows()).toEqual([]);
  });

  test("tells of ports and of flows whose time is up", async () => {
    using desk = new Desk();
    const session = await desk.connect();
    const told: unknown[] = [];
    session.subscribe((event) => told.push(event));
    await desk.clock.until(
      session.batch([{ ...toPort2, hardTimeoutS: 3, flags: flowFlag.sendFlowRemoved }]),
    );
    desk.device.setLink(2, false);
    await desk.clock.advance(3_001);
    expect(told).toMatchObject([
      { type: "port-status", port: { port: 2, state: 1 } },
      { type: "flow-removed", reason: "hard-timeout" },
    ]);
    expect(desk.device.flows()).toEqual([]);
  });

  test("takes foreign changes as if from another controller", async () => {
    using desk = new Desk();
    expect(desk.device.inject(toPort2).isOk()).toBe(true);
    expect(desk.device.inject({ ...toPort2, bufferId: 1 })._unsafeUnwrapErr()).toEqual({
      kind: "bad-request",
      code: "buffer-unknown",
    });
    expect(desk.device.flows()).toHaveLength(1);
  });

  test("lets a slave look but not touch, and tells it of ports only", async () => {
    using desk = new Desk(2);
    await desk.connect();
    const [first, second] = [desk.session(0), desk.session(1)];
    const claim = { type: "role-request", role: "master", generationId: 1n } as const;
    const become = async (session: SwitchSession, generationId: bigint): Promise<unknown> =>
      (await desk.clock.until(session.request({ ...claim, generationId })))._unsafeUnwrap();
    expect(await become(first, 1n)).toMatchObject({ role: "master", generationId: 1n });
    expect(await become(second, 2n)).toMatchObject({ role: "master", generationId: 2n });
    const batch = await desk.clock.until(first.batch([toPort2]));
    expect(batch._unsafeUnwrapErr().rejections).toMatchObject([{ error: { code: "is-slave" } }]);
    const looked = await desk.clock.until(first.multipart({ type: "desc" }));
    expect(looked.isOk()).toBe(true);
    const told: string[] = [];
    first.subscribe((event) => told.push(`first ${event.type}`));
    second.subscribe((event) => told.push(`second ${event.type}`));
    const timed = { ...toPort2, hardTimeoutS: 1, flags: flowFlag.sendFlowRemoved };
    await desk.clock.until(second.batch([timed]));
    desk.device.setLink(1, false);
    await desk.clock.advance(1_001);
    expect(told).toEqual(["first port-status", "second port-status", "second flow-removed"]);
  });

  test("tells a controller what it wants to hear", async () => {
    using desk = new Desk();
    const session = await desk.connect();
    const told: string[] = [];
    session.subscribe((event) => told.push(event.type));
    const settings = [{ type: "port-status-master", mask: 0 }] as const;
    await desk.clock.until(session.batch([{ type: "set-async", settings }]));
    const asked = await desk.clock.until(session.request({ type: "get-async-request" }));
    expect(asked._unsafeUnwrap().settings).toContainEqual(settings[0]);
    desk.device.setLink(1, false);
    await desk.clock.advance(10);
    expect(told).toEqual([]);
  });

  test("leaves no timer behind", async () => {
    const desk = new Desk();
    const session = await desk.connect();
    await desk.clock.until(session.batch([{ ...toPort2, idleTimeoutS: 100 }]));
    desk[Symbol.dispose]();
    await desk.clock.advance(1);
    expect(desk.clock.countTimers()).toBe(0);
  });
});
