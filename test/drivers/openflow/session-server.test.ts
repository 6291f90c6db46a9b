import { okAsync, type ResultAsync } from "neverthrow";
import { expect, test } from "vitest";
import type { SwitchSession } from "../../../src/drivers/openflow/session.ts";
import {
  SessionServer,
  type SessionServerOptions,
} from "../../../src/drivers/openflow/session-server.ts";
import type {
  ListenAddress,
  ListenError,
  RefusedPeer,
  SwitchListener,
  Transport,
} from "../../../src/drivers/openflow/transport.ts";
import { type FakeClock, fakeClock } from "../../support/fake-clock.ts";
import {
  featuresReply,
  hello13,
  joined,
  obedient,
  of13,
  ScriptedSwitch,
} from "../../support/scripted-switch.ts";

/** A listener that switches dial in to by hand. */
class HandListener implements SwitchListener {
  isOpen = false;
  dial: (transport: Transport) => void = () => {};
  refuse: (peer: RefusedPeer) => void = () => {};

  listen(
    accept: (transport: Transport) => void,
    refused: (peer: RefusedPeer) => void,
  ): ResultAsync<ListenAddress, ListenError> {
    this.isOpen = true;
    this.dial = accept;
    this.refuse = refused;
    return okAsync({ host: "by hand", port: 0 });
  }

  async close(): Promise<void> {
    this.isOpen = false;
  }
}

/** A switch that says hello and no more. */
function mute(remote?: string): ScriptedSwitch {
  return new ScriptedSwitch(() => [], remote);
}

interface World {
  readonly clock: FakeClock;
  readonly listener: HandListener;
  readonly server: SessionServer;
  readonly sessions: SwitchSession[];
}

async function listening(options: SessionServerOptions = {}): Promise<World> {
  const clock = fakeClock();
  const listener = new HandListener();
  const server = new SessionServer(listener, clock, options);
  const sessions: SwitchSession[] = [];
  (await server.listen((session) => sessions.push(session)))._unsafeUnwrap();
  return { clock, listener, server, sessions };
}

test("a switch that has shaken hands is handed over with its features", async () => {
  const clock = fakeClock();
  const listener = new HandListener();
  const accepted: [string, string][] = [];
  await new SessionServer(listener, clock).listen((session, features) =>
    accepted.push([session.state, features.datapathId]),
  );
  listener.dial(new ScriptedSwitch());
  expect(accepted).toEqual([]);
  await clock.settle();
  expect(accepted).toEqual([["up", "00a1b2c3d4e5f607"]]);
});

test("who subscribes when handed a session misses nothing that came in the same piece", async () => {
  const clock = fakeClock();
  const listener = new HandListener();
  const seen: string[] = [];
  await new SessionServer(listener, clock).listen((session) =>
    session.subscribe((event) => seen.push(event.type)),
  );
  const peer = mute();
  listener.dial(peer);
  const late = { type: "unknown", code: 99, data: new Uint8Array(0) } as const;
  peer.sayBytes(joined(of13(2, featuresReply), of13(0, late)));
  expect(seen).toContain("unknown");
});

test("more connections than allowed are closed unheard, until others end", async () => {
  const { clock, listener, sessions } = await listening({ maxSessions: 1 });
  listener.dial(new ScriptedSwitch());
  await clock.settle();
  const second = new ScriptedSwitch();
  listener.dial(second);
  expect(second.closedFor).toBe("too many connections");
  expect(second.received).toEqual([]);
  sessions[0]?.close();
  listener.dial(new ScriptedSwitch());
  await clock.settle();
  expect(sessions.length).toBe(2);
});

test("half-open connections are limited by themselves, and end by the handshake timeout", async () => {
  const session = { handshakeTimeoutMs: 100 };
  const { clock, listener, sessions } = await listening({ maxHandshakes: 2, session });
  const idle = [mute(), mute(), mute()] as const;
  for (const peer of idle) listener.dial(peer);
  expect(idle.map((peer) => peer.closedFor !== undefined)).toEqual([true, false, false]);
  expect(idle[0].closedFor).toBe("closed here: gave way to a newcomer");
  await clock.advance(100);
  expect(idle[2].closedFor).toBe("no features within 100 ms");
  listener.dial(new ScriptedSwitch());
  await clock.settle();
  expect(sessions.length).toBe(1);
});

test("who opens connections and says nothing pushes out their own, and keeps no switch out", async () => {
  const { clock, listener, sessions } = await listening({ maxHandshakes: 3, maxSessions: 4 });
  const slow = mute("192.0.2.7:1");
  listener.dial(slow);
  const idle = Array.from({ length: 20 }, (_, index) => mute(`192.0.2.66:${index}`));
  for (const peer of idle) listener.dial(peer);
  listener.dial(new ScriptedSwitch());
  await clock.settle();
  listener.dial(new ScriptedSwitch());
  await clock.settle();
  expect(sessions.map(({ state }) => state)).toEqual(["up", "up"]);
  expect(slow.closedFor).toBeUndefined();
  expect(idle.filter(({ closedFor }) => closedFor === undefined)).toHaveLength(1);
});

test("an address that may have no more loses its oldest half-open connection to its next, and no other", async () => {
  const { clock, listener, sessions } = await listening({ maxSessionsPerAddress: 2 });
  const [other, half] = [mute("192.0.2.7:1"), mute("192.0.2.8:1")];
  listener.dial(other);
  listener.dial(half);
  for (const port of [2, 3]) {
    listener.dial(new ScriptedSwitch(obedient, `192.0.2.8:${port}`));
    await clock.settle();
  }
  expect(half.closedFor).toBe("closed here: gave way to a newcomer");
  expect(other.closedFor).toBeUndefined();
  const third = new ScriptedSwitch(obedient, "192.0.2.8:4");
  listener.dial(third);
  expect(third.closedFor).toBe("too many connections");
  expect(sessions.length).toBe(2);
});

test("closing ends every session, also those shaking hands, and stops listening", async () => {
  const { clock, listener, server, sessions } = await listening();
  const half = mute();
  listener.dial(new ScriptedSwitch());
  listener.dial(half);
  await clock.settle();
  await server.close();
  await server.close();
  expect(listener.isOpen).toBe(false);
  expect(sessions.map((session) => session.state)).toEqual(["closed"]);
  expect(half.closedFor).toBe("closed here: going away");
  expect(clock.countTimers()).toBe(0);
});

test("a switch that breaks the handshake does not become a session", async () => {
  const { clock, listener, sessions } = await listening();
  const peer = mute();
  listener.dial(peer);
  peer.sayBytes(of13(1, hello13));
  await clock.settle();
  expect(peer.closedFor).toBe("hello has no place in state features");
  expect(sessions).toEqual([]);
});

test("who is not let in is told once a second of each address, and of ten addresses", async () => {
  const clock = fakeClock();
  const listener = new HandListener();
  const told: string[] = [];
  await new SessionServer(listener, clock).listen(
    () => {},
    ({ remote }) => told.push(remote),
  );
  const from = (host: number, port: number) =>
    listener.refuse({
      remote: `192.0.2.${host}:${port}`,
      reason: "its certificate is not trusted",
    });
  for (let port = 1; port <= 100; port += 1) from(1, port);
  expect(told).toEqual(["192.0.2.1:1"]);
  for (let host = 2; host <= 100; host += 1) from(host, 1);
  expect(told).toHaveLength(10);
  await clock.advance(1_000);
  from(1, 101);
  expect(told.at(-1)).toBe("192.0.2.1:101");
});
