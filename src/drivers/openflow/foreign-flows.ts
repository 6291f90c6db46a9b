import { ResultAsync } from "neverthrow";
import { isOurs } from "./compile/cookie.ts";
import type { NodeDiscrepancy } from "./compile/discrepancies.ts";
import { type FlowEntry, matchText, type NodeProgram } from "./compile/program.ts";
import type { SessionError } from "./session-error.ts";
import type { SwitchTools } from "./switch-tools.ts";
import type { FlowStats } from "./wire/flow.ts";
import type { Match, OxmField } from "./wire/match.ts";

/**
 * Flows of somebody else that take frames of a network before its own flows do, and may send them
 * anywhere: in the same table, of no lower priority, and with frames that both match. Flows that take
 * frames of link protocols only are left out, for networks do not carry these by themselves.
 */
export function flowsThatTake(
  { reader, options }: Pick<SwitchTools, "reader" | "options">,
  { flows }: Pick<NodeProgram, "flows">,
): ResultAsync<readonly NodeDiscrepancy[], SessionError> {
  const ours = [...flows.values()];
  const tables = [...new Set(ours.map(({ table }) => table))];
  const read = ResultAsync.combine(tables.map((table) => reader.flowsIn(table, 0n, 0n)));
  return read.map((found) =>
    found
      .flat()
      .filter(({ cookie, match }) => !isOurs(cookie, options.cookiePrefix) && !isOfLinks(match))
      .filter((theirs) => ours.some((own) => takesFrom(theirs, own)))
      .map(foreign),
  );
}

function takesFrom(theirs: FlowStats, own: FlowEntry): boolean {
  const isBefore = theirs.table === own.table && theirs.priority >= own.priority;
  return isBefore && overlap(theirs.match, own.match);
}

/** Whether some frame matches both (as `check-overlap` has it, OpenFlow 1.3.5 §6.4). */
function overlap(some: Match, others: Match): boolean {
  return some.every((one) =>
    others.every((other) => one.field !== other.field || agree(one, other)),
  );
}

function agree(one: OxmField, other: OxmField): boolean {
  if (one.field === "unknown" || other.field === "unknown") return true;
  const mask = bits(one.mask, ALL) & bits(other.mask, ALL);
  return ((bits(one.value, 0n) ^ bits(other.value, 0n)) & mask) === 0n;
}

const ALL = (1n << 128n) - 1n;

function bits(value: number | bigint | string | undefined, otherwise: bigint): bigint {
  if (value === undefined) return otherwise;
  return BigInt(typeof value === "string" ? `0x${value.replaceAll(":", "")}` : value);
}

const LLDP = 0x88cc;

/** Whether only frames to the bridge group addresses (IEEE 802.1Q §8.6.3), or of LLDP, match. */
function isOfLinks(match: Match): boolean {
  return match.some(
    ({ field, value, mask }) =>
      (field === "eth_type" && value === LLDP) ||
      (field === "eth_dst" && mask === undefined && /^01:80:c2:00:00:0/.test(String(value))),
  );
}

function foreign({ table, priority, cookie, match }: FlowStats): NodeDiscrepancy {
  const whose = `cookie 0x${cookie.toString(16)}, table ${table}, priority ${priority}`;
  return {
    kind: "foreign",
    what: `a flow of somebody else takes frames (${whose}): ${matchText(match)}`,
  };
}
