import fc, { type Arbitrary } from "fast-check";
import { errorNames } from "../../../../src/drivers/openflow/wire/error-names.ts";
import type { Envelope, OfMessage } from "../../../../src/drivers/openflow/wire/message.ts";
import {
  counts,
  duration,
  group,
  meter,
  port,
  queue,
  replyBody,
  requestBody,
  some,
  timeouts,
} from "./arbitrary-state.ts";
import {
  actions,
  data,
  instructions,
  mac,
  match,
  nameless,
  typed,
  u8,
  u16,
  u32,
  u64,
} from "./arbitrary-values.ts";

const errorMessage = fc.oneof(
  fc.constantFrom(...errorNames).chain(([kind, codes]) =>
    typed("error", {
      kind: fc.constant(kind),
      code: fc.oneof(fc.constantFrom(...codes), nameless),
      data,
    }),
  ),
  typed("error", { kind: nameless, code: nameless, data }),
  typed("error", {
    kind: fc.constant("experimenter" as const),
    code: u16,
    experimenter: u32,
    data,
  }),
);

const helloElement = fc.oneof(
  typed("version-bitmap", { bitmaps: fc.array(u32, { maxLength: 3 }) }),
  typed("unknown", { code: nameless, data }),
);

const role = { role: fc.constantFrom("equal" as const, "master" as const), generationId: u64 };
const settings = fc.tuple(u32, u32, u32, u32, u32, u32).map(([a, b, c, d, e, f]) => [
  { type: "packet-in-master" as const, mask: a },
  { type: "packet-in-slave" as const, mask: b },
  { type: "port-status-master" as const, mask: c },
  { type: "port-status-slave" as const, mask: d },
  { type: "flow-removed-master" as const, mask: e },
  { type: "flow-removed-slave" as const, mask: f },
]);

export const message: Arbitrary<OfMessage> = fc.oneof(
  typed("hello", { elements: some(helloElement) }),
  errorMessage,
  typed("echo-request", { data }),
  typed("echo-reply", { data }),
  typed("experimenter", { experimenter: u32, expType: u32, data }),
  fc.constantFrom<OfMessage>(
    { type: "features-request" },
    { type: "get-config-request" },
    { type: "barrier-request" },
    { type: "barrier-reply" },
    { type: "get-async-request" },
  ),
  typed("features-reply", {
    datapathId: u64,
    buffers: u32,
    tables: u8,
    auxiliaryId: u8,
    capabilities: u32,
  }),
  typed("get-config-reply", { flags: u16, missSendLen: u16 }),
  typed("set-config", { flags: u16, missSendLen: u16 }),
  typed("packet-in", {
    bufferId: u32,
    totalLen: u16,
    reason: fc.constantFrom("no-match" as const, "action" as const, 77),
    table: u8,
    cookie: u64,
    match,
    data,
  }),
  typed("flow-removed", {
    cookie: u64,
    priority: u16,
    reason: fc.constantFrom("delete" as const, "idle-timeout" as const, 77),
    table: u8,
    ...duration,
    ...timeouts,
    ...counts,
    match,
  }),
  typed("port-status", { reason: fc.constantFrom("add" as const, "modify" as const, 77), port }),
  typed("packet-out", { bufferId: u32, inPort: u32, actions, data }),
  typed("flow-mod", {
    cookie: u64,
    cookieMask: u64,
    table: u8,
    command: fc.constantFrom("add" as const, "modify" as const, "delete-strict" as const, 77),
    ...timeouts,
    priority: u16,
    bufferId: u32,
    outPort: u32,
    outGroup: u32,
    flags: u16,
    match,
    instructions,
  }),
  typed("group-mod", {
    command: fc.constantFrom("add" as const, "modify" as const, "delete" as const, 77),
    ...group,
  }),
  typed("port-mod", { port: u32, hwAddr: mac, config: u32, mask: u32, advertise: u32 }),
  typed("table-mod", { table: u8, config: u32 }),
  typed("multipart-request", { more: fc.boolean(), body: requestBody }),
  typed("multipart-reply", { more: fc.boolean(), body: replyBody }),
  typed("queue-get-config-request", { port: u32 }),
  typed("queue-get-config-reply", { port: u32, queues: some(queue) }),
  typed("role-request", role),
  typed("role-reply", role),
  typed("get-async-reply", { settings }),
  typed("set-async", { settings }),
  typed("meter-mod", {
    command: fc.constantFrom("add" as const, "modify" as const, "delete" as const, 77),
    ...meter,
  }),
  typed("unknown", { code: fc.integer({ min: 100, max: 255 }), data }),
);

/** A message and its xid. */
export const envelope: Arbitrary<Envelope> = fc.record({ xid: u32, message });
