import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { SwitchSession } from "../../../src/drivers/openflow/session.ts";
import { describeSessionError } from "../../../src/drivers/openflow/session-error.ts";
import type { SessionEvent } from "../../../src/drivers/openflow/session-event.ts";
import {
  type SessionOptions,
  sessionDefaults,
} from "../../../src/drivers/openflow/session-options.ts";
import { flowMod } from "../../../src/drivers/openflow/wire/flow.ts";
import type { OfMessage } from "../../../src/drivers/openflow/wire/message.ts";
import { type FakeClock, fakeClock } from "../../support/fake-clock.ts";
import { obedient, of13, ScriptedSwitch } from "../../support/scripted-switch.ts";
import { settable } from "../../support/settable-clock.ts";

const barrier = { type: "barrier-request" } as const;
const packetIn: OfMessage = {
  ...{ type: "packet-in", bufferId: 0xffff_ffff, totalLen: 0, reason: "action", table: 0 },
  ...{ cookie: 0n, match: [], data: new Uint8Array() },
};
const { replyTimeoutMs } = sessionDefaults;

interface World {
  readonly clock: FakeClock;
  readonly peer: ScriptedSwitch;
  readonly session: SwitchSession;
  readonly events: SessionEvent[];
}

function makeSession(options: SessionOptions = {}, peer = new ScriptedSwitch()): World {
  const clock = fakeClock();
  const session = new SwitchSession(peer, clock, options);
  const events: SessionEvent[] = [];
  session.subscribe((event) => events.push(event));
  return { clock, peer, session, events };
}

/** A session that is up. */
async function upSession(options: SessionOptions = {}): Promise<World> {
  const world = makeSession(options);
  (await world.session.open())._unsafeUnwrap();
  expect(world.session.state).toBe("up");
  return world;
}

/** A peer that answers as `obedient` does, but for these types of message. */
function silentOn(...types: readonly OfMessage["type"][]): typeof obedient {
  return (message, xid) => (types.includes(message.type) ? [] : obedient(message, xid));
}

test("opening shakes hands and gives what the switch says of itself", async () => {
  const { session, events, peer } = makeSession();
  const features = (await session.open())._unsafeUnwrap();
  expect(features).toEqual({
    version: 4,
    datapathId: "00a1b2c3d4e5f607",
    tables: 254,
    buffers: 256,
    auxiliaryId: 0,
    capabilities: 0x4f,
  });
  expect(events).toEqual([{ type: "up", features }]);
  expect(peer.received.map(({ message }) => message.type)).toEqual(["hello", "features-request"]);
});

test("a switch that says nothing is given up after the handshake timeout", async () => {
  const { session, clock, peer } = makeSession({ handshakeTimeoutMs: 700 });
  peer.script = () => [];
  const error = (await clock.until(session.open()))._unsafeUnwrapErr();
  expect(error).toEqual({
    type: "session-closed",
    reason: { type: "handshake-timeout", state: "features", timeoutMs: 700 },
  });
  expect(describeSessionError(error)).toBe("no features within 700 ms");
  expect(peer.closedFor).toBe("no features within 700 ms");
  expect(clock.countTimers()).toBe(0);
});

test("before the handshake is over no request is taken", async () => {
  const { session } = makeSession();
  const notUp = { type: "not-up", state: "connecting" };
  expect((await session.request(barrier))._unsafeUnwrapErr()).toEqual(notUp);
  expect(session.send(flowMod({}))._unsafeUnwrapErr()).toEqual(notUp);
  const batch = (await session.batch([flowMod({})]))._unsafeUnwrapErr();
  expect(batch).toEqual({ ...notUp, sent: 0, rejections: [] });
});

test("each request gets its own answer", async () => {
  const { session, peer } = await upSession();
  peer.script = (message) =>
    message.type === "get-config-request"
      ? [{ type: "get-config-reply", flags: 0, missSendLen: 128 }]
      : [{ type: "role-reply", role: "master", generationId: 7n }];
  const [config, role] = await Promise.all([
    session.request({ type: "get-config-request" }),
    session.request({ type: "role-request", role: "master", generationId: 7n }),
  ]);
  expect(config._unsafeUnwrap().missSendLen).toBe(128);
  expect(role._unsafeUnwrap().generationId).toBe(7n);
});

test("a refused request fails with the switch's own error and the request", async () => {
  const { session, peer } = await upSession();
  const refusal = { type: "error", kind: "role-request-failed", code: "stale" } as const;
  peer.script = (message, xid) => [{ ...refusal, data: of13(xid, message) }];
  const request = { type: "role-request", role: "master", generationId: 1n } as const;
  const error = (await session.request(request))._unsafeUnwrapErr();
  expect(error).toMatchObject({ type: "rejected", request, error: refusal });
  expect(describeSessionError(error)).toBe("role-request refused: role-request-failed/stale");
});

test("the bodies of all parts of a multipart reply are given in order", async () => {
  const { session, peer } = await upSession();
  const group = (id: number) => ({ groupType: "all", group: id, buckets: [] }) as const;
  peer.script = () =>
    [1, 2, 3].map((id) => ({
      type: "multipart-reply",
      more: id < 3,
      body: { type: "group-desc", groups: [group(id)] },
    }));
  const bodies = (await session.multipart({ type: "group-desc" }))._unsafeUnwrap();
  expect(bodies.flatMap((body) => body.groups)).toEqual([group(1), group(2), group(3)]);
});

test("a request without an answer times out, and a late answer disturbs nobody", async () => {
  const { session, peer, clock, events } = await upSession();
  peer.script = silentOn("barrier-request");
  const byDefault = session.request(barrier);
  const sooner = session.request(barrier, { timeoutMs: 50 });
  const start = clock.now();
  expect((await clock.until(sooner))._unsafeUnwrapErr()).toEqual({
    type: "timeout",
    timeoutMs: 50,
  });
  expect(clock.now() - start).toBe(50);
  expect((await clock.until(byDefault)).isErr()).toBe(true);
  expect(clock.now() - start).toBe(replyTimeoutMs);
  const [{ xid } = { xid: 0 }] = peer.receivedOf("barrier-request");
  peer.say(xid, { type: "barrier-reply" });
  expect(events.at(-1)).toEqual({ type: "stray", xid, message: { type: "barrier-reply" } });
});

test("an aborted request ends at once and leaves no listener; one aborted before is not sent", async () => {
  const { session, peer } = await upSession();
  peer.script = () => [];
  const controller = new AbortController();
  const { signal } = controller;
  const pending = session.request(barrier, { signal });
  expect(getEventListeners(signal, "abort").length).toBe(1);
  controller.abort();
  expect((await pending)._unsafeUnwrapErr()).toEqual({ type: "aborted" });
  expect(getEventListeners(signal, "abort").length).toBe(0);
  const sent = peer.received.length;
  expect((await session.request(barrier, { signal }))._unsafeUnwrapErr()).toEqual({
    type: "aborted",
  });
  expect(peer.received.length).toBe(sent);
});

test("requests above the limit are refused, and taken again when others are answered", async () => {
  const { session, peer } = await upSession({ maxRequests: 1 });
  const first = session.request(barrier);
  const refusal = { type: "too-many-outstanding", limit: 1 };
  expect((await session.request(barrier))._unsafeUnwrapErr()).toEqual(refusal);
  expect((await first).isOk()).toBe(true);
  peer.script = () => [];
  const controller = new AbortController();
  const aborted = session.request(barrier, { signal: controller.signal });
  controller.abort();
  expect((await aborted).isErr()).toBe(true);
  peer.script = obedient;
  expect((await session.request(barrier)).isOk()).toBe(true);
});

test("a command that is sent and forgotten is not waited for; its error is a stray", async () => {
  const { session, peer, clock, events } = await upSession();
  peer.script = () => [
    { type: "error", kind: "bad-action", code: "bad-out-port", data: new Uint8Array(0) },
  ];
  expect(session.send(flowMod({ priority: 4 })).isOk()).toBe(true);
  await clock.settle();
  expect(peer.received.at(-1)?.message).toMatchObject({ type: "flow-mod", priority: 4 });
  expect(events.at(-1)).toMatchObject({ type: "stray", message: { kind: "bad-action" } });
});

test("subscribers hear what the switch tells unasked until they are disposed", async () => {
  const { session, peer, events } = await upSession();
  const early: SessionEvent[] = [];
  const subscription = session.subscribe((event) => early.push(event));
  const removed: OfMessage = {
    type: "flow-removed",
    cookie: 1n,
    priority: 2,
    reason: "delete",
    table: 0,
    durationS: 1,
    durationNs: 0,
    idleTimeoutS: 0,
    hardTimeoutS: 0,
    packetCount: 3n,
    byteCount: 4n,
    match: [],
  };
  peer.say(0, removed);
  subscription[Symbol.dispose]();
  peer.say(0, removed);
  expect(early).toEqual([removed]);
  expect(events.slice(1)).toEqual([removed, removed]);
});

test.each([
  {
    how: "the owner closes it",
    end: ({ session }: World) => session.close("test"),
    reason: { type: "closed-locally", reason: "test" },
  },
  {
    how: "the switch hangs up",
    end: ({ peer }: World) => peer.close("connection reset"),
    reason: { type: "closed-by-peer", reason: "connection reset" },
  },
  {
    how: "framing is lost",
    end: ({ peer }: World) => peer.sayBytes(new Uint8Array(8)),
    reason: { type: "framing-lost", length: 0 },
  },
])("when $how every pending call ends and nothing is left behind", async ({ end, reason }) => {
  const world = await upSession({ maxUnconfirmedBytes: 1 });
  const { session, peer, clock, events } = world;
  peer.script = () => [];
  const { signal } = new AbortController();
  const calls = [
    session.request(barrier, { signal }),
    session.multipart({ type: "port-desc" }),
    session.batch([flowMod({})], { signal, timeoutMs: 99 }),
    // Waits behind the other batch, unsent.
    session.batch([flowMod({})], { signal }),
  ];
  end(world);
  const errors = (await Promise.all(calls)).map((result) => result._unsafeUnwrapErr());
  const closed = { type: "session-closed", reason };
  expect(errors).toMatchObject([closed, closed, { ...closed, sent: 1 }, { ...closed, sent: 0 }]);
  expect(events.filter((event) => event.type === "closed")).toEqual([{ type: "closed", reason }]);
  expect(peer.closedFor).toBeDefined();
  expect(session.state).toBe("closed");
  await clock.settle();
  expect(clock.countTimers()).toBe(0);
  expect(getEventListeners(signal, "abort").length).toBe(0);
  session.close();
  expect((await session.request(barrier))._unsafeUnwrapErr()).toEqual(closed);
  expect(session.send(flowMod({}))._unsafeUnwrapErr()).toEqual(closed);
});

test("an idle session probes, stays up while it is answered, and ends when it is not", async () => {
  const { session, peer, clock, events } = await upSession();
  await clock.advance(60_000);
  expect(session.state).toBe("up");
  expect(peer.receivedOf("echo-request").length).toBe(12);
  peer.script = () => [];
  await clock.advance(sessionDefaults.echoIntervalMs + sessionDefaults.echoTimeoutMs);
  expect(events.at(-1)).toMatchObject({ type: "closed", reason: { type: "silent" } });
  expect(clock.countTimers()).toBe(0);
});

test.each([-3_600_000, 3_600_000])(
  "a wall clock that is set by %d ms neither ends a session nor keeps one",
  async (byMs) => {
    const world = fakeClock();
    const { clock, set } = settable(world);
    const peer = new ScriptedSwitch();
    const session = new SwitchSession(peer, clock);
    (await session.open())._unsafeUnwrap();
    await world.advance(sessionDefaults.echoIntervalMs + 1);
    set(byMs);
    await world.advance(60_000);
    expect(session.state).toBe("up");
    peer.script = () => [];
    set(byMs);
    await world.advance(sessionDefaults.echoIntervalMs + sessionDefaults.echoTimeoutMs);
    expect(session.state).toBe("closed");
  },
);

test("a switch that does not read what it is sent is left before memory runs full", async () => {
  const { session, peer, events } = await upSession({ maxBufferedBytes: 1_000 });
  peer.hasRoom = false;
  const data = new Uint8Array(292);
  // Each answer takes 300 bytes.
  for (let i = 0; i < 3; i++) peer.say(1, { type: "echo-request", data });
  expect(session.state).toBe("up");
  peer.say(1, { type: "echo-request", data });
  const reason = { type: "send-buffer-full", limitBytes: 1_000 };
  expect(events.at(-1)).toEqual({ type: "closed", reason });
});

test("frames that a switch shows are dropped and counted beyond so many a second", async () => {
  expect(sessionDefaults.maxPacketInsPerSecond).toBe(2_000);
  const { session, peer, events, clock } = await upSession({ maxPacketInsPerSecond: 3 });
  const shown = () => events.filter(({ type }) => type === "packet-in").length;
  for (let i = 0; i < 10; i++) peer.say(1, packetIn);
  expect(shown()).toBe(3);
  await clock.advance(1_000);
  for (let i = 0; i < 10; i++) peer.say(1, packetIn);
  expect(shown()).toBe(6);
  const dropped = events.flatMap((event) =>
    event.type === "packet-ins-dropped" ? [event.count] : [],
  );
  expect(dropped.reduce((sum, one) => sum + one, 0)).toBe(7);
  expect(session.state).toBe("up");
});

test("bytes taken after the transport has drained do not count towards that", async () => {
  const { session, peer } = await upSession({ maxBufferedBytes: 1_000 });
  for (let i = 0; i < 10; i++) {
    peer.hasRoom = false;
    peer.say(1, { type: "echo-request", data: new Uint8Array(292) });
    peer.drain();
  }
  expect(session.state).toBe("up");
});
