import * as v from "valibot";
import { GROUP_MAX, METER_MAX, QUEUE_ALL, TABLE_MAX } from "./wire/constants.ts";
import { supportedVersions } from "./wire/version.ts";

/**
 * What is wrong with the options of a driver, for people; they come from code that no compiler may have
 * seen. Undefined when nothing is.
 */
export function optionFault(options: unknown): string | undefined {
  const parsed = v.safeParse(driverOptions, options);
  if (parsed.success) return identitiesFault(parsed.output);
  return parsed.issues
    .map(({ path = [], message }) => `${path.map(({ key }) => String(key)).join(".")}: ${message}`)
    .join("; ");
}

/** Nobody shows a certificate where none is asked for. */
function identitiesFault({
  listen,
  tls,
  identities,
}: v.InferOutput<typeof driverOptions>): string | undefined {
  const isBound = Object.keys(identities ?? {}).length > 0;
  if (!isBound || !("host" in listen) || tls?.ca !== undefined) return undefined;
  return "identities: take tls with ca, for switches to show certificates";
}

/** Whole numbers in a range. */
function whole(from: number, to: number) {
  return v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(from), v.maxValue(to)));
}

const MAX_U16 = 0xffff;
const MAX_U32 = 0xffff_ffff;
/** What timers can take. */
const MAX_MS = 2 ** 31 - 1;
const ms = whole(1, MAX_MS);
const count = whole(1, Number.MAX_SAFE_INTEGER);
const perSecond = v.optional(v.pipe(v.number(), v.gtValue(0)));

/** Numbers of groups or meters, the first not after the last. */
function idRange(most: number) {
  const id = v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(most));
  return v.optional(
    v.pipe(
      v.strictObject({ first: id, last: id }),
      v.check(({ first, last }) => first <= last, "ends before it begins"),
    ),
  );
}

/** A queue of a port: the last number stands for all of them. */
const queue = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(QUEUE_ALL - 1));

const pem = v.union([v.string(), v.instance(Uint8Array)]);

const session = v.strictObject({
  versions: v.optional(
    v.pipe(v.array(v.picklist(supportedVersions)), v.minLength(1, "needs a version at least")),
  ),
  handshakeTimeoutMs: ms,
  echoIntervalMs: ms,
  echoTimeoutMs: ms,
  maxHelloBytes: whole(8, MAX_U16),
  maxRequests: count,
  maxCommands: count,
  maxReplyParts: count,
  maxReplyBytes: count,
  replyTimeoutMs: ms,
  maxUnconfirmedBytes: count,
  maxCommandsPerSecond: perSecond,
  maxPacketInsPerSecond: perSecond,
  maxBufferedBytes: count,
});

const driverOptions = v.strictObject({
  listen: v.union(
    [
      v.strictObject({
        host: v.string(),
        port: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(MAX_U16)),
      }),
      v.custom<object>(
        (value) =>
          typeof value === "object" &&
          value !== null &&
          typeof Reflect.get(value, "listen") === "function",
      ),
    ],
    "must be an address or a listener",
  ),
  session: v.optional(session),
  maxSessions: count,
  maxHandshakes: count,
  maxSessionsPerAddress: count,
  tls: v.optional(
    v.strictObject({ key: pem, cert: pem, ca: v.optional(pem), handshakeTimeoutMs: ms }),
  ),
  identities: v.optional(
    v.record(
      v.string(),
      v.strictObject({
        commonName: v.optional(v.string()),
        fingerprint256: v.optional(v.string()),
      }),
    ),
  ),
  tableId: whole(0, TABLE_MAX),
  priority: whole(0, MAX_U16),
  cookiePrefix: whole(0, MAX_U16),
  groupIds: idRange(GROUP_MAX),
  meterIds: idRange(METER_MAX),
  wiringIntervalMs: ms,
  egressQueues: v.optional(
    v.strictObject({
      atLinks: v.optional(queue),
      elsewhere: v.optional(queue),
      atPorts: v.optional(v.record(v.string(), v.union([queue, v.literal(false)]))),
    }),
  ),
  burstMs: whole(1, MAX_U32),
  agingS: whole(1, MAX_U16),
  selfTest: v.optional(v.boolean()),
  learning: v.optional(v.picklist(["either", "switch", "agent"])),
  moveDamping: v.optional(
    v.strictObject({
      maxMoves: v.pipe(v.number(), v.minValue(1)),
      windowS: v.pipe(v.number(), v.minValue(0)),
      holdS: v.pipe(v.number(), v.minValue(0)),
    }),
  ),
  connectTimeoutMs: whole(0, MAX_MS),
  auditIntervalMs: whole(0, MAX_MS),
});
