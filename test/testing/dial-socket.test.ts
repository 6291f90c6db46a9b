import { expect, test } from "vitest";
import { socketListener } from "../../src/drivers/openflow/listener-socket.ts";
import { SessionServer } from "../../src/drivers/openflow/session-server.ts";
import { datapathId } from "../../src/model/ids.ts";
import { systemClock } from "../../src/system-clock.ts";
import { socketDial } from "../../src/testing/dial-socket.ts";
import { SimSwitch } from "../../src/testing/sim-switch.ts";

test("a simulated switch dials a controller over TCP", async () => {
  const server = new SessionServer(socketListener({ host: "127.0.0.1", port: 0 }), systemClock);
  let connected = (_: string): void => {};
  const features = new Promise<string>((resolve) => {
    connected = resolve;
  });
  const address = await server.listen((_, { datapathId: id }) => connected(id));
  const device = new SimSwitch({
    datapathId: datapathId("00000000000000ab"),
    ports: [{ port: 1 }],
    clock: systemClock,
    dial: [socketDial(address._unsafeUnwrap())],
  });
  device.connect();
  expect(await features).toBe("00000000000000ab");
  device[Symbol.dispose]();
  await server.close();
});

test("a dial to a port where nobody listens is refused", async () => {
  const listener = socketListener({ host: "127.0.0.1", port: 0 });
  const address = (await listener.listen(() => undefined))._unsafeUnwrap();
  await listener.close();
  const reason = await new Promise<string>((resolve) => {
    socketDial(address)((answer) => resolve(answer.isErr() ? answer.error.reason : "connected"));
  });
  expect(reason).toContain("ECONNREFUSED");
});
