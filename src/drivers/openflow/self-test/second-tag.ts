import { err, ok, type Result } from "neverthrow";
import { steadyMs } from "../../../model/clock.ts";
import { decodeFrame, encodeFrame, frame, TPID_CUSTOMER } from "../../../model/frame.ts";
import { pause } from "../../driver-call.ts";
import { NO_NETWORK, networkCookie } from "../compile/cookie.ts";
import type { FlowEntry } from "../compile/program.ts";
import { hasGroups } from "../compile/switch-profile.ts";
import type { SessionError } from "../session-error.ts";
import type { Action } from "../wire/action.ts";
import {
  MAX_LEN_NO_BUFFER,
  NO_BUFFER,
  PORT_CONTROLLER,
  PORT_TABLE,
  VLAN_PRESENT,
} from "../wire/constants.ts";
import type { Match } from "../wire/match.ts";
import { type Answer, type SelfTestBench, sessionError } from "./self-test-bench.ts";
import { fromAll, toNobody } from "./trial.ts";
import { add, remove } from "./trial-messages.ts";

/** Above every flow of a network, and of others: nothing else can take the frame, and only that one. */
const TOLD_PRIORITY = 0xffff;
const OTHER_PRIORITY = 0xfffe;
/** The VLANs that the frame has, and the one that it is given in place of the first where its second tag is seen. */
const VID = 1;
const INNER_VID = 3;
const TOLD_VID = 2;
/** How long the frame may take to come back, from when the switch has sent it. */
const PATIENCE_MS = 100;
/** How often that is tried before a second tag is said not to be seen: what is confirmed may take effect later. */
const ATTEMPTS = 2;

/**
 * Sees whether a switch tells a frame with two tags from one with a single tag, by sending it one that no
 * station sends and that comes back here. Open vSwitch does so only with `other_config:vlan-limit=1`, its
 * default: else it looks behind both tags, and takes all the same flows.
 *
 * Where our tables are not the first, no frame of ours comes to them, and it is taken for seen.
 */
export async function secondTagAnswer(
  bench: SelfTestBench,
  port: number,
): Promise<Result<Answer, SessionError>> {
  if (bench.table !== 0) return ok("works");
  const { session, dialect } = bench;
  const flows = flowsOf(bench, port);
  const installed = await session.batch(flows.map((flow) => dialect.spoken(add(flow))));
  let told: boolean | undefined;
  for (let attempt = 1; installed.isOk() && told !== true && attempt <= ATTEMPTS; attempt += 1) {
    told = (await isTold(bench, port)) ?? told;
  }
  const removed = await session.batch(flows.map((flow) => dialect.spoken(remove(flow))));
  const failed = [installed, removed].flatMap((sent) =>
    sent.isErr() && sent.error.type !== "batch-rejected" ? [sent.error] : [],
  );
  const [error] = failed;
  if (error !== undefined) return err(sessionError(error));
  if (installed.isErr() || told === undefined) return ok("unknown");
  if (told) return ok("works");
  return ok({ feature: "match-second-tag", reason: "it looks behind the second tag" });
}

/** One takes what is seen to have two tags, the other what is left. */
function flowsOf(
  { profile, table, cookiePrefix }: SelfTestBench,
  port: number,
): readonly FlowEntry[] {
  const match: Match = [
    { field: "in_port", value: port },
    { field: "vlan_vid", value: VLAN_PRESENT | VID },
    fromAll,
    toNobody,
  ];
  const mark: Action = hasGroups(profile)
    ? { type: "set-field", field: { field: "vlan_vid", value: VLAN_PRESENT | TOLD_VID } }
    : { type: "set-vlan-vid", vid: TOLD_VID };
  const tell: Action = { type: "output", port: PORT_CONTROLLER, maxLen: MAX_LEN_NO_BUFFER };
  const flow = (priority: number, fields: Match, actions: readonly Action[]): FlowEntry => ({
    table,
    priority,
    cookie: networkCookie(cookiePrefix, NO_NETWORK),
    match: fields,
    instructions: [{ type: "apply-actions", actions }],
  });
  return [
    flow(TOLD_PRIORITY, [...match, { field: "eth_type", value: TPID_CUSTOMER }], [mark, tell]),
    flow(OTHER_PRIORITY, match, [tell]),
  ];
}

/** Whether the second tag of a frame is seen; undefined when it does not come back, or not as it was sent. */
async function isTold(
  { session, clock }: SelfTestBench,
  port: number,
): Promise<boolean | undefined> {
  const payload = new TextEncoder().encode(
    `DCNS: is a second tag seen? ${steadyMs(clock)}`.padEnd(46),
  );
  let vids = "";
  const heard = new AbortController();
  using _subscription = session.subscribe((event) => {
    if (event.type === "closed") heard.abort();
    if (event.type !== "packet-in") return;
    const seen = decodeFrame(event.data).unwrapOr(undefined);
    if (seen?.source !== fromAll.value || seen.destination !== toNobody.value) return;
    if (Buffer.compare(seen.payload.subarray(0, payload.length), payload) !== 0) return;
    vids = seen.tags.map(({ vid }) => vid).join();
    heard.abort();
  });
  const data = encodeFrame(
    frame({
      source: String(fromAll.value),
      destination: String(toNobody.value),
      vlans: [VID, INNER_VID],
      payload,
    }),
  );
  const actions: readonly Action[] = [{ type: "output", port: PORT_TABLE, maxLen: 0 }];
  const message = { type: "packet-out", bufferId: NO_BUFFER, inPort: port, actions, data } as const;
  if (session.send(message).isErr()) return undefined;
  // Then the frame has gone through the tables, also where it is not heard of: the flows may go.
  if ((await session.request({ type: "barrier-request" })).isErr()) return undefined;
  await pause(clock, PATIENCE_MS, heard.signal);
  if (vids === `${TOLD_VID},${INNER_VID}`) return true;
  return vids === `${VID},${INNER_VID}` ? false : undefined;
}
