import { expect, test } from "vitest";
import { channelDefaults } from "../../../../src/drivers/openflow/channel/channel-options.ts";
import { Outstanding } from "../../../../src/drivers/openflow/channel/outstanding.ts";
import { writeMessage } from "../../../../src/drivers/openflow/wire/encode.ts";
import type { ErrorMessage } from "../../../../src/drivers/openflow/wire/error.ts";
import { flowMod } from "../../../../src/drivers/openflow/wire/flow.ts";
import { Writer } from "../../../../src/drivers/openflow/wire/kit/writer.ts";
import type { OfMessage } from "../../../../src/drivers/openflow/wire/message.ts";
import { OPENFLOW_1_3 } from "../../../../src/drivers/openflow/wire/version.ts";

const barrier = { type: "barrier-request" } as const;
const barrierReply = { type: "barrier-reply" } as const;
const askPorts = { type: "multipart-request", more: false, body: { type: "port-desc" } } as const;
const command = flowMod({});
const written = { into: new Writer(64), start: 0, isBundled: false };
writeMessage(written.into, OPENFLOW_1_3, { xid: 1, message: command });
const refused: ErrorMessage = {
  type: "error",
  kind: "flow-mod-failed",
  code: "table-full",
  data: new Uint8Array(0),
};

function ports(more: boolean, port = 1): OfMessage {
  const description = { port, hwAddr: "02:00:00:00:00:01", name: "p", config: 0, state: 0 };
  return {
    type: "multipart-reply",
    more,
    body: { type: "port-desc", ports: [{ ...description, properties: [] }] },
  };
}

test("transaction ids count up from 1, wrap past 0, and skip what is outstanding", () => {
  const outstanding = new Outstanding<string>(channelDefaults, 0xffff_fffd);
  expect(outstanding.nextXid()).toBe(0xffff_fffe);
  expect(outstanding.nextXid()).toBe(0xffff_ffff);
  outstanding.addRequest(1, barrier, "request");
  outstanding.addCommand(2, written, "command");
  expect(outstanding.nextXid()).toBe(3);
});

test("a reply finds its request by transaction id, in whatever order replies come", () => {
  const outstanding = new Outstanding<string>(channelDefaults);
  outstanding.addRequest(1, { type: "get-config-request" }, "config");
  outstanding.addRequest(2, { type: "echo-request", data: Uint8Array.of(7) }, "echo");
  const echo = { type: "echo-reply", data: Uint8Array.of(7) } as const;
  expect(outstanding.reply(2, echo, 9)).toEqual({ type: "reply", tag: "echo", messages: [echo] });
  const config = { type: "get-config-reply", flags: 0, missSendLen: 128 } as const;
  expect(outstanding.reply(1, config, 12)).toMatchObject({ type: "reply", tag: "config" });
});

test("a second reply, and a reply nobody asked for, are strays", () => {
  const outstanding = new Outstanding<string>(channelDefaults);
  outstanding.addRequest(1, barrier, "barrier");
  outstanding.reply(1, barrierReply, 8);
  const stray = { type: "stray", xid: 1, message: barrierReply };
  expect(outstanding.reply(1, barrierReply, 8)).toEqual(stray);
});

test("an answer of the wrong kind fails its request", () => {
  const outstanding = new Outstanding<string>(channelDefaults);
  outstanding.addRequest(1, barrier, "barrier");
  expect(outstanding.reply(1, ports(false), 80)).toEqual({
    type: "failed",
    tag: "barrier",
    reason: "barrier-request was answered with multipart-reply",
  });
  outstanding.addRequest(2, askPorts, "ports");
  const groups = { type: "multipart-reply", more: false } as const;
  const wrongBody = { ...groups, body: { type: "group-desc", groups: [] } } as const;
  expect(outstanding.reply(2, wrongBody, 16)).toMatchObject({ type: "failed", tag: "ports" });
});

test("a barrier's reply ends the wait for every command before it and for none after it", () => {
  const outstanding = new Outstanding<string>(channelDefaults);
  outstanding.addCommand(1, written, "before");
  outstanding.addRequest(2, barrier, "barrier");
  outstanding.addCommand(3, written, "after");
  outstanding.reply(2, barrierReply, 8);
  expect(outstanding.reject(1, refused)).toMatchObject({ type: "stray", xid: 1 });
  expect(outstanding.reject(3, refused)).toMatchObject({ type: "rejected", tag: "after" });
});

test("transaction ids that wrap around do not confuse what a barrier confirms", () => {
  const outstanding = new Outstanding<string>(channelDefaults, 0xffff_fffe);
  outstanding.addCommand(outstanding.nextXid(), written, "before");
  outstanding.addRequest(outstanding.nextXid(), barrier, "barrier");
  outstanding.addCommand(outstanding.nextXid(), written, "after");
  outstanding.reply(1, barrierReply, 8);
  expect(outstanding.clear()).toEqual(["after"]);
});

test("an error names the message that caused it, once", () => {
  const outstanding = new Outstanding<string>(channelDefaults);
  outstanding.addCommand(1, written, "flow");
  const rejection = { request: command, error: refused };
  expect(outstanding.reject(1, refused)).toEqual({ type: "rejected", tag: "flow", rejection });
  expect(outstanding.reject(1, refused)).toEqual({ type: "stray", xid: 1, message: refused });
  expect(outstanding.clear()).toEqual([]);
});

test("a refused command is told as it was written, and opaque where it cannot be read", () => {
  const outstanding = new Outstanding<string>(channelDefaults);
  const into = new Writer(8);
  const flow = flowMod({ match: [{ field: "in_port", value: 1 }], priority: 7 });
  writeMessage(into, OPENFLOW_1_3, { xid: 1, message: flow });
  outstanding.addCommand(1, { into, start: 0, isBundled: false }, "flow");
  const start = into.take(9);
  into.bytes.set([OPENFLOW_1_3, 14, 0, 9, 0, 0, 0, 2, 77], start);
  outstanding.addCommand(2, { into, start, isBundled: false }, "broken");
  expect(outstanding.reject(1, refused)).toMatchObject({ rejection: { request: flow } });
  expect(outstanding.reject(2, refused)).toMatchObject({
    rejection: { request: { type: "unknown", code: 14, data: Uint8Array.of(77) } },
  });
});

test("the parts of a multipart reply are given together and in order", () => {
  const outstanding = new Outstanding<string>(channelDefaults);
  outstanding.addRequest(1, askPorts, "ports");
  expect(outstanding.reply(1, ports(true, 1), 80)).toBeUndefined();
  expect(outstanding.reply(1, ports(true, 2), 80)).toBeUndefined();
  const messages = [ports(true, 1), ports(true, 2), ports(false, 3)];
  expect(outstanding.reply(1, ports(false, 3), 80)).toEqual({
    type: "reply",
    tag: "ports",
    messages,
  });
});

test.each([
  { limit: "maxReplyParts", value: 2, reason: "the reply has more than 2 parts" },
  { limit: "maxReplyBytes", value: 239, reason: "the reply has more than 239 bytes" },
])("a multipart reply above $limit fails", ({ limit, value, reason }) => {
  const outstanding = new Outstanding<string>({ ...channelDefaults, [limit]: value });
  outstanding.addRequest(1, askPorts, "ports");
  expect(outstanding.reply(1, ports(true), 80)).toBeUndefined();
  expect(outstanding.reply(1, ports(true), 80)).toBeUndefined();
  expect(outstanding.reply(1, ports(true), 80)).toEqual({ type: "failed", tag: "ports", reason });
  expect(outstanding.reply(1, ports(false), 80)).toMatchObject({ type: "stray" });
});

test("there is room for as many messages as allowed, and again once they are answered", () => {
  const outstanding = new Outstanding<string>({
    ...channelDefaults,
    maxRequests: 1,
    maxCommands: 1,
  });
  expect(outstanding.roomForRequests() && outstanding.roomForCommands()).toBe(true);
  outstanding.addCommand(1, written, "flow");
  expect(outstanding.roomForCommands()).toBe(false);
  outstanding.addRequest(2, barrier, "barrier");
  expect(outstanding.roomForRequests()).toBe(false);
  outstanding.reply(2, barrierReply, 8);
  expect(outstanding.roomForRequests() && outstanding.roomForCommands()).toBe(true);
});

test("what is forgotten is not waited for, and clearing gives the rest in the order of sending", () => {
  const outstanding = new Outstanding<string>(channelDefaults);
  outstanding.addCommand(1, written, "first");
  outstanding.addRequest(2, barrier, "second");
  outstanding.addRequest(3, barrier, "forgotten");
  outstanding.addCommand(4, written, "third");
  outstanding.forget(3);
  expect(outstanding.awaits(3)).toBe(false);
  expect(outstanding.clear()).toEqual(["first", "second", "third"]);
  expect(outstanding.clear()).toEqual([]);
});
