import fc from "fast-check";
import type { Result } from "neverthrow";
import { describe, expect, test } from "vitest";
import { Channel, type SendError } from "../../../../src/drivers/openflow/channel/channel.ts";
import type { ChannelEffect } from "../../../../src/drivers/openflow/channel/channel-effect.ts";
import {
  type ChannelOptions,
  channelDefaults,
} from "../../../../src/drivers/openflow/channel/channel-options.ts";
import { type FlowMod, flowMod } from "../../../../src/drivers/openflow/wire/flow.ts";
import { helloFor } from "../../../../src/drivers/openflow/wire/hello.ts";
import { Writer } from "../../../../src/drivers/openflow/wire/kit/writer.ts";
import type { OfMessage } from "../../../../src/drivers/openflow/wire/message.ts";
import { OPENFLOW_1_3 } from "../../../../src/drivers/openflow/wire/version.ts";
import { InvariantViolation } from "../../../../src/model/invariant.ts";
import {
  featuresReply,
  hello13,
  joined,
  messagesIn,
  of13,
} from "../../../support/scripted-switch.ts";

type Effects = readonly ChannelEffect<string>[];

const { echoIntervalMs, echoTimeoutMs, handshakeTimeoutMs } = channelDefaults;
const barrier = { type: "barrier-request" } as const;
const packetIn: OfMessage = {
  type: "packet-in",
  bufferId: 0xffff_ffff,
  totalLen: 3,
  reason: "action",
  table: 1,
  cookie: 5n,
  match: [{ field: "in_port", value: 3 }],
  data: Uint8Array.of(1, 2, 3),
};

/** Bytes written as in the specification: hexadecimal, one group a field. */
function bytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));
}

function typesOf(effects: Effects): readonly string[] {
  return effects.map((effect) => effect.type);
}

function transmitted(effects: Effects): ReturnType<typeof messagesIn> {
  return effects.flatMap((effect) => (effect.type === "transmit" ? messagesIn(effect.bytes) : []));
}

/** A command by itself, as it would be written. */
function command(
  channel: Channel<string>,
  message: FlowMod,
  tag: string,
): Result<{ readonly xid: number; readonly bytes: Uint8Array }, SendError> {
  const writer = new Writer(8);
  return channel.command(message, tag, writer).map((xid) => ({ xid, bytes: writer.finish() }));
}

/** A channel that was opened at 0. */
function opened(options: ChannelOptions = {}): Channel<string> {
  const channel = new Channel<string>(options);
  channel.open(0);
  return channel;
}

/** A channel that went up at 0. */
function up(options: ChannelOptions = {}): Channel<string> {
  const channel = opened(options);
  channel.receive(joined(of13(9, hello13), of13(2, featuresReply)), 0);
  expect(channel.state).toBe("up");
  return channel;
}

describe("handshake", () => {
  test("hello and the request for the features are these bytes", () => {
    const channel = new Channel<string>({ versions: [OPENFLOW_1_3] });
    expect(channel.state).toBe("connecting");
    //                                  v  t  len  xid      type len  bitmap
    const hello = { type: "transmit", bytes: bytes("04 00 0010 00000001 0001 0008 00000010") };
    expect(channel.open(0)).toEqual([hello]);
    expect(channel.state).toBe("hello");
    // As Open vSwitch says hello: version 6, and 1.0, 1.3, 1.4, 1.5 in its bitmap.
    const request = { type: "transmit", bytes: bytes("04 05 0008 00000002") };
    expect(channel.receive(bytes("06 00 0010 00000001 0001 0008 00000072"), 0)).toEqual([request]);
    expect(channel.state).toBe("features");
    // dpid 1, no buffers, 254 tables, auxiliary 0, capabilities 0x4f
    const reply = "04 06 0020 00000002 0000000000000001 00000000 fe 00 0000 0000004f 00000000";
    const features = {
      version: 4,
      datapathId: "0000000000000001",
      buffers: 0,
      tables: 254,
      auxiliaryId: 0,
      capabilities: 0x4f,
    };
    expect(channel.receive(bytes(reply), 0)).toEqual([{ type: "up", features }]);
    expect(channel.state).toBe("up");
  });

  test("a peer with another version only is told so, in words, and left", () => {
    const effects = opened({ versions: [OPENFLOW_1_3] }).receive(bytes("01 00 0008 0000002a"), 0);
    expect(typesOf(effects)).toEqual(["transmit", "closed"]);
    expect(transmitted(effects)).toMatchObject([
      { version: 4, xid: 0x2a, message: { kind: "hello-failed", code: "incompatible" } },
    ]);
    expect(effects[1]).toMatchObject({
      reason: { type: "no-common-version", ours: [4], theirs: [1] },
    });
  });

  test("a peer that refuses our hello ends the connection", () => {
    const refusal = "01 01 000c 00000001 0000 0000";
    expect(opened().receive(bytes(refusal), 0)).toMatchObject([
      { type: "closed", reason: { type: "refused", error: { kind: "hello-failed" } } },
    ]);
    const channel = opened();
    channel.receive(of13(1, hello13), 0);
    expect(channel.receive(bytes(refusal), 0)).toMatchObject([
      { type: "closed", reason: { type: "refused" } },
    ]);
  });

  test("a hello above the limit ends the connection", () => {
    const channel = opened({ maxHelloBytes: 15 });
    expect(channel.receive(of13(1, helloFor([4])), 0)).toMatchObject([
      { type: "closed", reason: { type: "hello-too-long", length: 16, limit: 15 } },
    ]);
  });

  test("unasked messages before the features are delivered, and echoes answered", () => {
    const channel = opened();
    channel.receive(of13(1, hello13), 0);
    const data = Uint8Array.of(1, 2);
    const effects = channel.receive(
      joined(of13(0, packetIn), of13(77, { type: "echo-request", data }), of13(2, featuresReply)),
      0,
    );
    expect(typesOf(effects)).toEqual(["notice", "transmit", "up"]);
    expect(transmitted(effects)).toMatchObject([
      { xid: 77, message: { type: "echo-reply", data } },
    ]);
  });

  test("features that cannot be read end the connection; another unreadable message does not", () => {
    const channel = opened();
    channel.receive(of13(1, hello13), 0);
    const cut = "04 06 000c 00000002 00000000";
    const other = "04 0c 000c 00000000 00000000";
    expect(channel.receive(bytes(other), 0)).toMatchObject([{ type: "undecodable" }]);
    expect(channel.receive(bytes(cut), 0)).toMatchObject([
      { type: "closed", reason: { type: "bad-handshake", error: { type: "truncated" } } },
    ]);
  });

  test.each(["hello", "features"] as const)("it is given up when it stays in %s", (state) => {
    const channel = opened();
    if (state === "features") channel.receive(of13(1, hello13), 5);
    expect(channel.nextTickMs()).toBe(handshakeTimeoutMs);
    expect(channel.tick(handshakeTimeoutMs - 1)).toEqual([]);
    expect(channel.tick(handshakeTimeoutMs)).toMatchObject([
      { type: "closed", reason: { type: "handshake-timeout", state } },
    ]);
    expect(channel.nextTickMs()).toBeUndefined();
  });
});

/** One message for every input that a message can be. */
const samples: readonly OfMessage[] = [
  hello13,
  { type: "error", kind: "bad-request", code: "bad-type", data: new Uint8Array(0) },
  featuresReply,
  { type: "echo-request", data: new Uint8Array(0) },
  { type: "echo-reply", data: new Uint8Array(0) },
  { type: "barrier-reply" },
  packetIn,
  flowMod({}),
];

describe("messages without a place", () => {
  const illegal = [
    { state: "hello", from: opened, legal: ["hello", "error"] },
    {
      state: "features",
      from: () => {
        const channel = opened();
        channel.receive(of13(9, hello13), 0);
        return channel;
      },
      legal: ["error", "features-reply", "echo-request", "echo-reply", "packet-in"],
    },
    {
      state: "up",
      from: up,
      legal: [
        "error",
        "features-reply",
        "echo-request",
        "echo-reply",
        "barrier-reply",
        "packet-in",
      ],
    },
  ] as const;

  test.each(
    illegal.flatMap(({ state, from, legal }) =>
      samples.map((message) => ({
        state,
        from,
        message,
        type: message.type,
        isLegal: legal.some((type) => type === message.type),
      })),
    ),
  )("in state $state it is $isLegal that $type may come", ({ state, from, message, isLegal }) => {
    const channel = from();
    expect(channel.state).toBe(state);
    const effects = channel.receive(of13(5, message), 0);
    const broken = effects.some((e) => e.type === "closed" && e.reason.type === "illegal-message");
    expect(broken).toBe(!isLegal);
  });

  test("bytes before the channel is opened are a defect of its owner", () => {
    expect(() => new Channel().receive(of13(1, hello13), 0)).toThrow(InvariantViolation);
  });
});

describe("keep-alive", () => {
  test("echo requests are answered with their own data and transaction id", () => {
    const request = of13(0xdead_beef, { type: "echo-request", data: Uint8Array.of(4, 2) });
    const reply = of13(0xdead_beef, { type: "echo-reply", data: Uint8Array.of(4, 2) });
    expect(up().receive(request, 0)).toEqual([{ type: "transmit", bytes: reply }]);
  });

  test("a silent switch is probed, and counts as gone when it stays silent", () => {
    const channel = up();
    expect(channel.nextTickMs()).toBe(echoIntervalMs);
    expect(channel.tick(echoIntervalMs - 1)).toEqual([]);
    expect(transmitted(channel.tick(echoIntervalMs))).toMatchObject([
      { message: { type: "echo-request" } },
    ]);
    const deadMs = echoIntervalMs + echoTimeoutMs;
    expect(channel.nextTickMs()).toBe(deadMs);
    expect(channel.tick(deadMs - 1)).toEqual([]);
    expect(channel.tick(deadMs)).toMatchObject([
      { type: "closed", reason: { type: "silent", silentMs: deadMs } },
    ]);
  });

  test("whatever is heard, even half a message, proves the switch alive", () => {
    const channel = up();
    channel.tick(echoIntervalMs);
    expect(channel.receive(of13(0, packetIn).subarray(0, 5), echoIntervalMs + 10)).toEqual([]);
    expect(channel.nextTickMs()).toBe(2 * echoIntervalMs + 10);
  });

  test("the answer to a probe is nobody else's business", () => {
    const channel = up();
    const [probe] = transmitted(channel.tick(echoIntervalMs));
    const reply = of13(probe?.xid ?? 0, { type: "echo-reply", data: new Uint8Array(0) });
    expect(channel.receive(reply, echoIntervalMs)).toEqual([]);
  });
});

describe("requests and commands", () => {
  test("nothing can be sent before the channel is up, nor after it is closed", () => {
    const channel = opened();
    expect(channel.request(barrier, "x")._unsafeUnwrapErr()).toEqual({
      type: "not-up",
      state: "hello",
    });
    const closed = up();
    closed.close({ type: "closed-locally", reason: "test" });
    expect(command(closed, flowMod({}), "x").isErr()).toBe(true);
    expect(closed.post(flowMod({})).isErr()).toBe(true);
  });

  test("an experimenter message that answers a request is its reply, any other is a notice", () => {
    const channel = up();
    const message = {
      type: "experimenter",
      experimenter: 0x2320,
      expType: 1,
      data: new Uint8Array(0),
    } as const;
    const { xid } = channel.request(message, "role")._unsafeUnwrap();
    expect(channel.receive(of13(xid, message), 0)).toMatchObject([{ type: "reply", tag: "role" }]);
    expect(channel.receive(of13(xid, message), 0)).toMatchObject([{ type: "notice" }]);
  });

  test("an error between a command and its barrier's reply is that command's", () => {
    const channel = up();
    const good = command(channel, flowMod({ priority: 1 }), "good")._unsafeUnwrap();
    const bad = command(channel, flowMod({ priority: 2 }), "bad")._unsafeUnwrap();
    const fence = channel.request(barrier, "fence")._unsafeUnwrap();
    expect(new Set([good.xid, bad.xid, fence.xid]).size).toBe(3);
    // As Open vSwitch does it, the error carries the whole message.
    const error = {
      type: "error",
      kind: "flow-mod-failed",
      code: "table-full",
      data: bad.bytes,
    } as const;
    const effects = channel.receive(
      joined(of13(bad.xid, error), of13(fence.xid, { type: "barrier-reply" })),
      0,
    );
    expect(effects).toMatchObject([
      { type: "rejected", tag: "bad", rejection: { request: { priority: 2 }, error } },
      { type: "reply", tag: "fence" },
    ]);
    expect(channel.receive(of13(good.xid, error), 0)).toMatchObject([{ type: "stray" }]);
  });

  test("a reply that cannot be read fails its request, and the connection goes on", () => {
    const channel = up();
    const message = { type: "role-request", role: "master", generationId: 1n } as const;
    const { xid } = channel.request(message, "role")._unsafeUnwrap();
    const cut = of13(xid, { ...message, type: "role-reply" }).slice(0, 12);
    cut[3] = 12;
    const effects = channel.receive(joined(cut, of13(0, packetIn)), 0);
    expect(effects).toMatchObject([
      { type: "undecodable" },
      { type: "failed", tag: "role" },
      { type: "notice" },
    ]);
  });

  test("the limits on what may be outstanding are kept", () => {
    const channel = up({ maxRequests: 1, maxCommands: 2 });
    channel.request(barrier, "1");
    expect(channel.roomForRequests(1)).toBe(false);
    const refusal = { type: "too-many-outstanding", limit: 1 };
    expect(channel.request(barrier, "2")._unsafeUnwrapErr()).toEqual(refusal);
    command(channel, flowMod({}), "1");
    command(channel, flowMod({}), "2");
    expect(command(channel, flowMod({}), "3")._unsafeUnwrapErr()).toEqual({ ...refusal, limit: 2 });
  });

  test("closing tells once what is abandoned, in the order of sending", () => {
    const channel = up();
    command(channel, flowMod({}), "a");
    channel.request(barrier, "b");
    command(channel, flowMod({}), "c");
    const reason = { type: "closed-by-peer", reason: "end of stream" } as const;
    const closed = { type: "closed", reason, abandoned: ["a", "b", "c"] };
    expect(channel.close(reason)).toEqual([closed]);
    expect(channel.close(reason)).toEqual([]);
    expect(channel.receive(of13(0, packetIn), 0)).toEqual([]);
    expect(channel.tick(Number.MAX_SAFE_INTEGER)).toEqual([]);
  });
});

describe("the byte stream", () => {
  test("a message of another version is reported and passed over", () => {
    const channel = up();
    // Open vSwitch 3.1 answers some bad requests with an error of version 1 and transaction id 0.
    const garbage = "01 01 0018 00000000 0001 0002 000000000000000000000000";
    const effects = channel.receive(joined(bytes(garbage), of13(0, packetIn)), 0);
    expect(effects).toMatchObject([
      { type: "undecodable", error: { type: "wrong-version", version: 1 } },
      { type: "notice" },
    ]);
  });

  test("a length below that of a header ends the connection", () => {
    const effects = up().receive(bytes("04 0a 0007 00000000"), 0);
    expect(effects).toMatchObject([
      { type: "closed", reason: { type: "framing-lost", length: 7 }, abandoned: [] },
    ]);
  });

  test("what follows in the same piece after the end of the connection is not looked at", () => {
    const unreadable = bytes("04 0c 000c 00000000 00000000");
    const effects = up().receive(joined(of13(1, hello13), unreadable, of13(0, packetIn)), 0);
    expect(typesOf(effects)).toEqual(["closed"]);
  });

  test("however a session's bytes are split, the effects are the same", () => {
    const stream = joined(
      of13(1, hello13),
      of13(2, featuresReply),
      of13(7, { type: "echo-request", data: new Uint8Array(30) }),
      of13(0, packetIn),
      bytes("04 0c 000c 00000000 00000000"),
      of13(3, { type: "multipart-reply", more: true, body: { type: "port-desc", ports: [] } }),
      of13(0, packetIn),
      of13(3, { type: "multipart-reply", more: false, body: { type: "port-desc", ports: [] } }),
      of13(4, { type: "barrier-reply" }),
    );
    const afterHandshake = of13(1, hello13).length + of13(2, featuresReply).length;
    const whole = effectsOf(stream, [afterHandshake]);
    expect(typesOf(whole)).toEqual([
      "transmit",
      "up",
      "transmit",
      "notice",
      "undecodable",
      "notice",
      "reply",
      "reply",
    ]);
    expect(effectsOf(stream, [...stream.keys()])).toEqual(whole);
    const cuts = fc.array(fc.integer({ min: 1, max: stream.length - 1 }));
    fc.assert(
      fc.property(cuts, (at) => {
        expect(effectsOf(stream, [afterHandshake, ...at])).toEqual(whole);
      }),
    );
  });

  test("no bytes at all make a channel throw", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (noise, isUp) => {
        const channel = isUp ? up() : opened();
        // A version that is ours gets the noise past the first check.
        const effects = channel.receive(joined(bytes("04"), noise), 0);
        expect(effects.filter((effect) => effect.type === "closed").length).toBeLessThanOrEqual(1);
      }),
    );
  });

  /** Feeds the stream cut at these offsets; a question goes out as soon as the channel is up. */
  function effectsOf(stream: Uint8Array, cuts: readonly number[]): Effects {
    const channel = opened();
    const ends = [...new Set(cuts), stream.length].toSorted((a, b) => a - b);
    const effects: ChannelEffect<string>[] = [];
    let start = 0;
    for (const end of ends) {
      effects.push(...channel.receive(stream.subarray(start, end), 0));
      start = end;
      if (typesOf(effects).at(-1) === "up") {
        const body = { type: "port-desc" } as const;
        channel.request({ type: "multipart-request", more: false, body }, "ports");
        channel.request(barrier, "fence");
      }
    }
    return effects;
  }
});
