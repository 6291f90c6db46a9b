import { expect, test, vi } from "vitest";
import { Channel } from "../../../src/drivers/openflow/channel/channel.ts";
import { SwitchSession } from "../../../src/drivers/openflow/session.ts";
import { describeSessionError } from "../../../src/drivers/openflow/session-error.ts";
import {
  type SessionOptions,
  sessionDefaults,
} from "../../../src/drivers/openflow/session-options.ts";
import { type FlowMod, flowMod } from "../../../src/drivers/openflow/wire/flow.ts";
import type { OfMessage } from "../../../src/drivers/openflow/wire/message.ts";
import { type FakeClock, fakeClock } from "../../support/fake-clock.ts";
import { obedient, type Script, ScriptedSwitch } from "../../support/scripted-switch.ts";

const FLOW_MOD_BYTES = 56;

/** Flow-mods told apart by their cookie. */
function flows(count: number, first = 0): readonly FlowMod[] {
  return Array.from({ length: count }, (_, i) => flowMod({ cookie: BigInt(first + i) }));
}

function cookiesOf(peer: ScriptedSwitch): readonly number[] {
  return peer.receivedOf("flow-mod").flatMap(({ message }) => cookieOf(message));
}

function cookieOf(message: OfMessage): number {
  return message.type === "flow-mod" ? Number(message.cookie) : -1;
}

const upTo = (count: number): readonly number[] => [...Array(count).keys()];

/** Refuses the flow-mods with these cookies. */
function refusing(...cookies: readonly number[]): Script {
  return (message, xid) =>
    cookies.includes(cookieOf(message))
      ? [{ type: "error", kind: "flow-mod-failed", code: "table-full", data: new Uint8Array(64) }]
      : obedient(message, xid);
}

const mute: Script = () => [];

interface World {
  readonly clock: FakeClock;
  readonly peer: ScriptedSwitch;
  readonly session: SwitchSession;
}

async function upSession(options: SessionOptions = {}): Promise<World> {
  const clock = fakeClock();
  const peer = new ScriptedSwitch();
  const session = new SwitchSession(peer, clock, options);
  (await session.open())._unsafeUnwrap();
  return { clock, peer, session };
}

test("a batch arrives in order, in large chunks each followed by a barrier", async () => {
  const { session, peer } = await upSession();
  expect((await session.batch(flows(5_000)))._unsafeUnwrap()).toBeUndefined();
  expect(cookiesOf(peer)).toEqual(upTo(5_000));
  const chunks = peer.receivedSizes.slice(2);
  expect(chunks.length).toBe(Math.ceil((5_000 * FLOW_MOD_BYTES) / 65_536));
  expect(peer.receivedOf("barrier-request").length).toBe(chunks.length);
  expect(peer.received.at(-1)?.message.type).toBe("barrier-request");
});

test("an empty batch is done without a message", async () => {
  const { session, peer } = await upSession();
  expect((await session.batch([])).isOk()).toBe(true);
  expect(peer.received.length).toBe(2);
});

test("every refused command is listed with its place and its error; the others are sent", async () => {
  const { session, peer } = await upSession();
  peer.script = refusing(1, 1_999, 3);
  const error = (await session.batch(flows(2_000)))._unsafeUnwrapErr();
  expect(error).toMatchObject({ type: "batch-rejected", sent: 2_000 });
  expect(error.rejections.map(({ index }) => index)).toEqual([1, 3, 1_999]);
  expect(error.rejections[0]).toMatchObject({
    request: { cookie: 1n },
    error: { kind: "flow-mod-failed", code: "table-full" },
  });
  expect(describeSessionError(error).split("; ")[0]).toBe(
    "flow-mod refused: flow-mod-failed/table-full",
  );
  expect(cookiesOf(peer)).toEqual(upTo(2_000));
});

test("a batch of several chunks is over when the last of them is confirmed, not before", async () => {
  const { session, peer, clock } = await upSession();
  const barriers: number[] = [];
  peer.script = (message, xid) => {
    if (message.type === "barrier-request") barriers.push(xid);
    return [];
  };
  const batch = session.batch(flows(2_000));
  await clock.settle();
  const [first = 0, last = 0] = barriers;
  peer.say(first, { type: "barrier-reply" });
  await clock.settle();
  const refused = peer.receivedOf("flow-mod").at(-1)?.xid ?? 0;
  const data = new Uint8Array(0);
  peer.say(refused, { type: "error", kind: "flow-mod-failed", code: "overlap", data });
  peer.say(last, { type: "barrier-reply" });
  expect((await batch)._unsafeUnwrapErr().rejections).toMatchObject([{ index: 1_999 }]);
});

test("a switch that confirms nothing of what is paced is not remembered by whole chunks of memory", async () => {
  const { session, peer, clock } = await upSession({ maxCommandsPerSecond: 20 });
  const written = vi.spyOn(Channel.prototype, "command");
  peer.script = mute;
  void session.batch(flows(10));
  await clock.advance(1_000);
  const memory = new Set(written.mock.calls.map(([, , into]) => into));
  written.mockRestore();
  expect(memory.size).toBe(10);
  expect(Math.max(...[...memory].map(({ bytes }) => bytes.length))).toBeLessThan(2_048);
});

test("batches go one after another, and each hears of its own refusals only", async () => {
  const { session, peer } = await upSession();
  peer.script = refusing(1, 12);
  const [a, b, c] = await Promise.all([
    session.batch(flows(10)),
    session.batch(flows(10, 10)),
    session.batch(flows(10, 20)),
  ]);
  expect(a._unsafeUnwrapErr().rejections.map(({ index }) => index)).toEqual([1]);
  expect(b._unsafeUnwrapErr().rejections.map(({ index }) => index)).toEqual([2]);
  expect(c.isOk()).toBe(true);
  expect(cookiesOf(peer)).toEqual(upTo(30));
});

test("no more is sent while too much is unconfirmed", async () => {
  const { session, peer, clock } = await upSession({ maxUnconfirmedBytes: 100_000 });
  const barriers: number[] = [];
  peer.script = (message, xid) => {
    if (message.type === "barrier-request") barriers.push(xid);
    return [];
  };
  const batch = session.batch(flows(10_000));
  await clock.settle();
  // The second chunk goes beyond the limit and is the last.
  expect(barriers.length).toBe(2);
  peer.say(barriers[0] ?? 0, { type: "barrier-reply" });
  await clock.settle();
  expect(barriers.length).toBe(3);
  peer.script = obedient;
  for (const xid of barriers.slice(1)) peer.say(xid, { type: "barrier-reply" });
  expect((await batch).isOk()).toBe(true);
  expect(cookiesOf(peer)).toEqual(upTo(10_000));
});

test("no more is sent while the transport is full, and all of it once it has drained", async () => {
  const { session, peer, clock } = await upSession();
  peer.hasRoom = false;
  const batch = session.batch(flows(3_000));
  await clock.settle();
  const held = cookiesOf(peer).length;
  expect(held * FLOW_MOD_BYTES).toBeLessThan(2 * 65_536);
  // Echo requests are answered meanwhile.
  peer.say(0xabc, { type: "echo-request", data: Uint8Array.of(1) });
  expect(peer.received.at(-1)).toMatchObject({ xid: 0xabc, message: { type: "echo-reply" } });
  peer.drain();
  expect((await batch).isOk()).toBe(true);
  expect(cookiesOf(peer)).toEqual(upTo(3_000));
});

test("commands keep to the pace that is set", async () => {
  const { session, peer, clock } = await upSession({ maxCommandsPerSecond: 1_000 });
  const start = clock.now();
  const batch = session.batch(flows(1_000));
  await clock.advance(499);
  expect(cookiesOf(peer).length).toBeGreaterThanOrEqual(450);
  expect(cookiesOf(peer).length).toBeLessThanOrEqual(550);
  await clock.until(batch);
  expect(clock.now() - start).toBeGreaterThanOrEqual(950);
  expect(clock.now() - start).toBeLessThanOrEqual(1_000);
});

test("echo requests are answered while commands wait for their pace", async () => {
  const { session, peer, clock } = await upSession({ maxCommandsPerSecond: 1_000 });
  const batch = session.batch(flows(1_000));
  await clock.advance(499);
  peer.say(0xabc, { type: "echo-request", data: Uint8Array.of(1) });
  expect(peer.received.at(-1)).toMatchObject({ xid: 0xabc, message: { type: "echo-reply" } });
  expect(cookiesOf(peer).length).toBeLessThanOrEqual(550);
  expect((await clock.until(batch)).isOk()).toBe(true);
});

test("the pace holds from batch to batch", async () => {
  const { session, clock } = await upSession({ maxCommandsPerSecond: 100 });
  const start = clock.now();
  for (let i = 0; i < 20; i++) await clock.until(session.batch(flows(5)));
  expect(clock.now() - start).toBe(19 * 50);
});

test("commands are asked for as they can be sent, and no more of them once the batch has ended", async () => {
  const { session, clock } = await upSession({ maxCommandsPerSecond: 1_000 });
  let asked = 0;
  let isLeft = false;
  function* endless(): Generator<FlowMod, void> {
    try {
      for (; ; asked += 1) yield flowMod({ cookie: BigInt(asked) });
    } finally {
      isLeft = true;
    }
  }
  const controller = new AbortController();
  const batch = session.batch(endless(), { signal: controller.signal });
  expect(asked).toBe(50);
  await clock.advance(50);
  expect(asked).toBe(100);
  controller.abort();
  expect((await batch)._unsafeUnwrapErr().sent).toBe(100);
  await clock.advance(1_000);
  expect([asked, isLeft]).toEqual([100, true]);
});

test("an aborted batch stops, says how far it came, and leaves no timer behind", async () => {
  const { session, peer, clock } = await upSession({ maxCommandsPerSecond: 1_000 });
  const timers = clock.countTimers();
  const controller = new AbortController();
  const batch = session.batch(flows(1_000), { signal: controller.signal, timeoutMs: 60_000 });
  await clock.advance(60);
  controller.abort();
  const aborted = (await batch)._unsafeUnwrapErr();
  expect(aborted).toEqual({ type: "aborted", sent: 100, rejections: [] });
  await clock.settle();
  expect(clock.countTimers()).toBe(timers);
  await clock.advance(1_000);
  expect(cookiesOf(peer).length).toBe(100);
});

test("a batch whose signal was aborted before sends nothing, and holds up no other", async () => {
  const { session, peer } = await upSession();
  const signal = AbortSignal.abort();
  const [aborted, next] = await Promise.all([
    session.batch(flows(1), { signal }),
    session.batch(flows(1, 7)),
  ]);
  expect(aborted._unsafeUnwrapErr()).toEqual({ type: "aborted", sent: 0, rejections: [] });
  expect(next.isOk()).toBe(true);
  expect(cookiesOf(peer)).toEqual([7]);
});

test("a barrier that is not answered ends its batch, and the next batch is sent", async () => {
  const { session, peer, clock } = await upSession({ maxUnconfirmedBytes: 1 });
  peer.script = (message, xid) =>
    message.type === "barrier-request" ? [] : obedient(message, xid);
  const start = clock.now();
  const lost = session.batch(flows(1));
  const next = session.batch(flows(1, 1));
  const { replyTimeoutMs } = sessionDefaults;
  const timeout = { type: "timeout", timeoutMs: replyTimeoutMs, sent: 1, rejections: [] };
  expect((await clock.until(lost))._unsafeUnwrapErr()).toEqual(timeout);
  expect(clock.now() - start).toBe(replyTimeoutMs);
  peer.script = obedient;
  expect(cookiesOf(peer)).toEqual([0, 1]);
  expect((await clock.until(next)).isErr()).toBe(true);
  expect((await session.batch(flows(1, 2))).isOk()).toBe(true);
});

test("a deadline for the whole batch strikes however well it goes", async () => {
  const { session, clock } = await upSession({ maxCommandsPerSecond: 100 });
  const error = (
    await clock.until(session.batch(flows(1_000), { timeoutMs: 500 }))
  )._unsafeUnwrapErr();
  expect(error).toMatchObject({ type: "timeout", timeoutMs: 500 });
  expect(error.sent).toBeLessThanOrEqual(55);
});

test("more commands than may be outstanding wait for a barrier instead of failing", async () => {
  const { session, peer } = await upSession({ maxCommands: 10, maxRequests: 1 });
  expect((await session.batch(flows(95))).isOk()).toBe(true);
  expect(cookiesOf(peer)).toEqual(upTo(95));
  expect(peer.receivedOf("barrier-request").length).toBe(10);
});

test("a batch that waits for room goes on as soon as a request is over", async () => {
  const { session, peer, clock } = await upSession({ maxRequests: 1 });
  const start = clock.now();
  peer.script = mute;
  const request = session.request({ type: "barrier-request" }, { timeoutMs: 30 });
  const batch = session.batch(flows(3));
  await clock.settle();
  expect(cookiesOf(peer)).toEqual([]);
  peer.script = obedient;
  expect((await clock.until(request)).isErr()).toBe(true);
  expect((await clock.until(batch)).isOk()).toBe(true);
  expect(clock.now() - start).toBe(30);
});
