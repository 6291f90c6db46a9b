import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  type ListenerTls,
  type SocketListenerOptions,
  socketListener,
  socketTransport,
} from "../../../src/drivers/openflow/listener-socket.ts";
import type { SwitchSession } from "../../../src/drivers/openflow/session.ts";
import { SessionServer } from "../../../src/drivers/openflow/session-server.ts";
import type {
  RefusedPeer,
  SwitchListener,
  Transport,
} from "../../../src/drivers/openflow/transport.ts";
import { flowMod } from "../../../src/drivers/openflow/wire/flow.ts";
import { MessageSplitter } from "../../../src/drivers/openflow/wire/message-splitter.ts";
import { systemClock } from "../../../src/system-clock.ts";
import { Authority, type Credentials } from "../../support/authority.ts";
import { hello13, messagesIn, obedient, of13 } from "../../support/scripted-switch.ts";

const here = { host: "127.0.0.1", port: 0 };
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** Listens, and closes after the test. Gives the port, and each transport as it is accepted. */
async function listen(options: Partial<SocketListenerOptions> = {}) {
  const listener = socketListener({ ...here, ...options });
  cleanups.push(() => listener.close());
  const accepted: Transport[] = [];
  const refused: RefusedPeer[] = [];
  const listening = await listener.listen(
    (transport) => accepted.push(transport),
    (peer) => refused.push(peer),
  );
  const { port } = listening._unsafeUnwrap();
  return { listener, port, accepted, refused };
}

async function dial(port: number): Promise<Socket> {
  const socket = connect({ host: here.host, port });
  cleanups.push(() => socket.destroy());
  await once(socket, "connect");
  return socket;
}

/** Makes a socket behave as an obedient switch. */
function actAsSwitch(socket: Socket): void {
  const splitter = new MessageSplitter();
  socket.on("data", (bytes) => {
    for (const whole of splitter.push(bytes)._unsafeUnwrap()) {
      for (const { xid, message } of messagesIn(whole)) {
        for (const answer of obedient(message, xid)) socket.write(of13(xid, answer));
      }
    }
  });
  socket.write(of13(1, hello13));
}

/** Serves switches over this listener until the test ends; gives the next session. */
async function serve(listener: SwitchListener) {
  const server = new SessionServer(listener, systemClock);
  cleanups.push(() => server.close());
  let accept: (session: SwitchSession) => void = () => {};
  const session = new Promise<SwitchSession>((resolve) => {
    accept = resolve;
  });
  const { port } = (await server.listen((accepted) => accept(accepted)))._unsafeUnwrap();
  return { server, port, session };
}

describe("over TCP", () => {
  test("a switch that dials in becomes a session that answers requests and takes batches", async () => {
    const { port, session, server } = await serve(socketListener(here));
    const socket = await dial(port);
    actAsSwitch(socket);
    const switchSession = await session;
    expect(switchSession.remote).toBe(`127.0.0.1:${socket.localPort}`);
    const flows = Array.from({ length: 20_000 }, (_, i) => flowMod({ priority: i }));
    expect((await switchSession.batch(flows)).isOk()).toBe(true);
    await server.close();
    expect(switchSession.state).toBe("closed");
  });

  test("an address that is taken, or makes no sense, is an error with its reason", async () => {
    const { port } = await listen();
    const taken = (await socketListener({ ...here, port }).listen(() => {}))._unsafeUnwrapErr();
    expect(taken).toMatchObject({ type: "listen-failed", address: { port } });
    expect(taken.reason).toContain("EADDRINUSE");
    const absurd = await socketListener({ ...here, port: 70_000 }).listen(() => {});
    expect(absurd._unsafeUnwrapErr().type).toBe("listen-failed");
  });

  test("what arrives before the transport is opened is not lost", async () => {
    const { port, accepted } = await listen();
    const socket = await dial(port);
    socket.write("early");
    await until(() => accepted.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    let text = "";
    accepted[0]?.open({
      onData: (bytes) => {
        text += Buffer.from(bytes).toString();
      },
      onDrain: () => {},
      onClose: () => {},
    });
    await until(() => text === "early");
  });

  test("a transport says when to wait, when to go on, and delivers everything before it closes", async () => {
    const { port, accepted } = await listen();
    const socket = await dial(port);
    socket.pause();
    await until(() => accepted.length === 1);
    const calls: string[] = [];
    const transport = accepted[0];
    transport?.open({
      onData: () => {},
      onDrain: () => calls.push("drain"),
      onClose: (reason) => calls.push(`close: ${reason}`),
    });
    let sent = 0;
    while (transport?.send(new Uint8Array(65_536))) sent += 65_536;
    sent += 65_536;
    expect(calls).toEqual([]);
    let received = 0;
    socket.on("data", (bytes) => {
      received += bytes.length;
    });
    socket.resume();
    await until(() => calls.length === 1);
    transport?.send(Uint8Array.of(1));
    transport?.close("done");
    await once(socket, "close");
    await until(() => calls.length === 2);
    expect(received).toBe(sent + 1);
    expect(calls).toEqual(["drain", "close: done"]);
    expect(transport?.send(Uint8Array.of(1))).toBe(true);
    transport?.close("again");
  });

  test("a far end that sends but does not read cannot hold a closed connection open", async () => {
    const { port, accepted } = await listen({ lingerMs: 20 });
    const socket = await dial(port);
    socket.pause();
    const chatter = setInterval(() => socket.write("more"), 5);
    cleanups.push(() => clearInterval(chatter));
    await until(() => accepted.length === 1);
    const closed = new Promise<string>((resolve) => {
      accepted[0]?.open({ onData: () => {}, onDrain: () => {}, onClose: resolve });
    });
    while (accepted[0]?.send(new Uint8Array(1_048_576)));
    accepted[0]?.close("no use");
    expect(await closed).toBe("no use");
  });

  test("a transport opened after its connection ended hears of it", async () => {
    const { port, accepted } = await listen();
    const socket = await dial(port);
    socket.resetAndDestroy();
    await until(() => accepted.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const reason = await new Promise((resolve) => {
      accepted[0]?.open({ onData: () => {}, onDrain: () => {}, onClose: resolve });
    });
    expect(reason).toContain("ECONNRESET");
  });

  test("connections above the limit are dropped", async () => {
    const { port, accepted } = await listen({ maxConnections: 1 });
    await dial(port);
    await until(() => accepted.length === 1);
    const second = await dial(port);
    await once(second, "close");
    expect(accepted.length).toBe(1);
  });

  test("a connection that is closed and lingers makes room for another", async () => {
    const { port, accepted } = await listen({ maxConnections: 1, lingerMs: 60_000 });
    const deaf = await dial(port);
    await until(() => accepted.length === 1);
    accepted[0]?.close();
    await dial(port);
    await until(() => accepted.length === 2);
    await once(deaf.resume(), "close");
  });

  test("closing the listener ends what it accepted, and it may be closed again", async () => {
    const { port, accepted, listener } = await listen();
    const socket = await dial(port);
    socket.resume();
    await until(() => accepted.length === 1);
    const ended = once(socket, "close");
    await listener.close();
    await listener.close();
    await ended;
    await expect(dial(port)).rejects.toThrow("ECONNREFUSED");
  });

  test("a listener that never listened closes too", async () => {
    await socketListener(here).close();
  });

  test("the transport of a socket that dialled out works the same way", async () => {
    const { port, accepted } = await listen();
    const transport = socketTransport(await dial(port));
    await until(() => accepted.length === 1);
    const echoed = new Promise<string>((resolve) => {
      const onData = (bytes: Uint8Array): void => resolve(Buffer.from(bytes).toString());
      transport.open({ onData, onDrain: () => {}, onClose: () => {} });
    });
    accepted[0]?.send(Buffer.from("hello"));
    expect(await echoed).toBe("hello");
    transport.close();
  });
});

describe("over TLS", () => {
  let ca: Authority;
  /** Another with the same name. */
  let impostor: Authority;
  let authority = "";
  let listenerTls: ListenerTls = { key: "", cert: "" };
  let switchTls: ListenerTls = { key: "", cert: "" };

  beforeAll(() => {
    ca = new Authority();
    impostor = new Authority();
    authority = ca.cert;
    listenerTls = ca.issue("controller");
    switchTls = ca.issue("switch");
  });

  afterAll(() => {
    ca[Symbol.dispose]();
    impostor[Symbol.dispose]();
  });

  test("a switch with a certificate of the authority becomes a session", async () => {
    const { port, session } = await serve(
      socketListener({ ...here, tls: { ...listenerTls, ca: authority } }),
    );
    actAsSwitch(await dialTls(port, switchTls));
    expect((await (await session).request({ type: "barrier-request" })).isOk()).toBe(true);
  });

  test("one without a certificate is not accepted where an authority is set", async () => {
    const { port, accepted, refused } = await listen({ tls: { ...listenerTls, ca: authority } });
    const socket = connectTls({ host: here.host, port, ca: authority, servername: "controller" });
    cleanups.push(() => socket.destroy());
    await once(socket, "connect");
    const remote = `127.0.0.1:${socket.localPort}`;
    const [error] = await once(socket, "error");
    expect(String(error)).toContain("certificate required");
    expect(accepted).toEqual([]);
    const reason = "its TLS handshake failed: peer did not return a certificate";
    expect(refused).toEqual([{ remote, reason }]);
  });

  test.each([
    ["of another authority with the same name", (): Credentials => impostor.issue("switch")],
    ["that is not good any more", (): Credentials => ca.issue("late", -1)],
  ])("one with a certificate %s is not accepted, and told", async (_, issued) => {
    for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
      const { port, accepted, refused } = await listen({ tls: { ...listenerTls, ca: authority } });
      const socket = connectTls({
        ...{ host: here.host, port, ca: authority, servername: "controller", maxVersion },
        ...issued(),
      });
      cleanups.push(() => socket.destroy());
      const ended = new Promise((resolve) => socket.once("close", resolve));
      socket.on("error", () => {}).resume();
      await once(socket, "connect");
      const remote = `127.0.0.1:${socket.localPort}`;
      await ended;
      expect(accepted).toEqual([]);
      await until(() => refused.length > 0);
      const reason = expect.stringMatching(/^its certificate is not trusted: CERT_/);
      expect(refused).toEqual([{ remote, reason }]);
    }
  });

  test("one that speaks no TLS is told, and one that only looks whether somebody listens is not", async () => {
    const { port, accepted, refused } = await listen({ tls: listenerTls });
    const looking = await dial(port);
    looking.destroy();
    const plain = await dial(port);
    const remote = `127.0.0.1:${plain.localPort}`;
    plain.on("error", () => {}).resume();
    plain.write(of13(1, hello13));
    await once(plain, "close");
    await until(() => refused.length > 0);
    const reason = "its TLS handshake failed: wrong version number";
    expect(refused).toEqual([{ remote, reason }]);
    expect(accepted).toEqual([]);
  });

  test("the certificate that a switch has shown is known", async () => {
    const { port, accepted } = await listen({ tls: { ...listenerTls, ca: authority } });
    await dialTls(port, switchTls);
    await until(() => accepted.length === 1);
    expect(accepted[0]?.certificate).toEqual({
      commonName: "switch",
      fingerprint256: new X509Certificate(switchTls.cert).fingerprint256,
    });
  });

  test("where none is set, a switch needs no certificate", async () => {
    const { port, accepted } = await listen({ tls: listenerTls });
    await dialTls(port);
    await until(() => accepted.length === 1);
  });

  test("a handshake that does not end is cut off, and does not keep the listener open", async () => {
    const { port, accepted, listener } = await listen({
      tls: { ...listenerTls, handshakeTimeoutMs: 50 },
    });
    const silent = await dial(port);
    silent.resume();
    await once(silent, "close");
    (await dial(port)).resume();
    await listener.close();
    expect(accepted).toEqual([]);
  });

  test("handshakes that do not end keep no switch out", async () => {
    const tls = { ...listenerTls, ca: authority };
    const { port, accepted } = await listen({ maxConnections: 3, tls });
    const idle = await Promise.all([dial(port), dial(port), dial(port), dial(port)]);
    for (const socket of idle) socket.on("error", () => {});
    await dialTls(port, switchTls);
    await until(() => accepted.length === 1);
    await dialTls(port, switchTls);
    await until(() => accepted.length === 2);
    expect(accepted.map(({ certificate }) => certificate !== undefined)).toEqual([true, true]);
  });

  test("a key that is none is an error with its reason", async () => {
    const listener = socketListener({ ...here, tls: { key: "nonsense", cert: "nonsense" } });
    const error = (await listener.listen(() => {}))._unsafeUnwrapErr();
    expect(error).toMatchObject({ type: "listen-failed", address: here });
    await listener.close();
  });

  /** A connection whose handshake is over. */
  async function dialTls(port: number, identity?: ListenerTls): Promise<TLSSocket> {
    const trust = { host: here.host, port, ca: authority, servername: "controller" };
    const socket = connectTls({ ...trust, ...identity });
    cleanups.push(() => socket.destroy());
    await once(socket, "secureConnect");
    return socket;
  }
});

/** Waits until something holds; the test's own time limit is the limit. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
}
