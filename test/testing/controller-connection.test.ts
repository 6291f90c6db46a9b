import { describe, expect, test } from "vitest";
import { Desk, toPort2 } from "./desk.ts";

describe("a fault", () => {
  test("that drops a message is silent", async () => {
    using desk = new Desk();
    const session = await desk.connect();
    desk.device.faults.add({ on: "flow-mod", fault: { type: "drop" } });
    expect((await desk.clock.until(session.batch([toPort2]))).isOk()).toBe(true);
    expect(desk.device.flows()).toEqual([]);
  });

  test("that delays a message delays what is behind it, too", async () => {
    using desk = new Desk();
    const session = await desk.connect();
    desk.device.faults.add({ on: "flow-mod", fault: { type: "delay", delayMs: 500 } });
    const startMs = desk.clock.now();
    await desk.clock.until(session.batch([toPort2]));
    expect(desk.clock.now() - startMs).toBeGreaterThanOrEqual(500);
    expect(desk.device.flows()).toHaveLength(1);
  });

  test("that disconnects does so before the message counts", async () => {
    using desk = new Desk();
    const session = await desk.connect();
    desk.device.faults.add({ on: "flow-mod", nth: 2, fault: { type: "disconnect" } });
    const batch = await desk.clock.until(
      session.batch([toPort2, { ...toPort2, priority: 2 }, { ...toPort2, priority: 3 }]),
    );
    expect(batch._unsafeUnwrapErr().type).toBe("session-closed");
    expect(desk.device.flows().map((flow) => flow.priority)).toEqual([1]);
  });

  test("that rejects answers with the error of the script", async () => {
    using desk = new Desk();
    const session = await desk.connect();
    const fault = { type: "reject", kind: "flow-mod-failed", code: "table-full" } as const;
    desk.device.faults.add({ on: "flow-mod", fault });
    const batch = await desk.clock.until(session.batch([toPort2]));
    expect(batch._unsafeUnwrapErr().rejections).toMatchObject([{ error: { code: "table-full" } }]);
    expect(desk.device.flows()).toEqual([]);
  });

  test("that forgets makes the barrier lie", async () => {
    using desk = new Desk();
    const session = await desk.connect();
    desk.device.faults.add({ on: "flow-mod", fault: { type: "forget" } });
    expect((await desk.clock.until(session.batch([toPort2]))).isOk()).toBe(true);
    expect(desk.device.flows()).toEqual([]);
    expect(desk.events).toContainEqual(expect.objectContaining({ type: "fault" }));
  });

  test("that hangs leaves the connection open until the controller has had enough", async () => {
    using desk = new Desk();
    const session = await desk.connect();
    desk.device.faults.add({ on: "barrier-request", fault: { type: "hang" } });
    const batch = desk.clock.until(session.batch([toPort2]));
    expect((await batch)._unsafeUnwrapErr().type).toBe("timeout");
    await desk.clock.advance(20_000);
    expect(session.state).toBe("closed");
  });
});
