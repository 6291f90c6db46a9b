import { ResultAsync } from "neverthrow";
import { isOurs, NO_NETWORK, networkOfCookie } from "./compile/cookie.ts";
import type { NodeDiscrepancy } from "./compile/discrepancies.ts";
import { type FlowEntry, matchText, type NodeProgram } from "./compile/program.ts";
import { covers, overlap } from "./match-overlap.ts";
import type { SessionError } from "./session-error.ts";
import type { SwitchTools } from "./switch-tools.ts";
import type { FlowStats } from "./wire/flow.ts";
import type { Match } from "./wire/match.ts";

/**
 * Flows that are not a network's and take frames of it before its own flows do, and may send them
 * anywhere: in the same table, of no lower priority, and with frames that both match; or, where our
 * tables are not the first, in one before them, unless all that they do is to send frames on. Flows that
 * take frames of link protocols only are left out, for networks do not carry these by themselves.
 */
export function flowsThatTake(
  { reader, options }: Pick<SwitchTools, "reader" | "options">,
  { flows }: Pick<NodeProgram, "flows">,
): ResultAsync<readonly NodeDiscrepancy[], SessionError> {
  const ours = [...flows.values()];
  const networks = new Set(ours.map(({ cookie }) => networkOfCookie(cookie)));
  const before = Array.from({ length: ours.length === 0 ? 0 : options.table }, (_, table) => table);
  const tables = [...new Set([...before, ...ours.map(({ table }) => table)])];
  // In later tables what is of another network of ours is told by more than its match says.
  const isItsOwn = ({ cookie, table }: FlowStats): boolean => {
    if (!isOurs(cookie, options.cookiePrefix)) return false;
    const network = networkOfCookie(cookie);
    return network === NO_NETWORK || networks.has(network) || table !== options.table;
  };
  const read = ResultAsync.combine(tables.map((table) => reader.flowsIn(table, 0n, 0n)));
  return read.map((found) => {
    const all = found.flat();
    const entering = ours.filter(({ table }) => table === options.table);
    return all
      .filter((flow) => !isItsOwn(flow) && !isOfLinks(flow.match))
      .filter((flow) =>
        flow.table < options.table
          ? entering.some((own) => takesBefore(flow, own, all))
          : ours.some((own) => takesFrom(flow, own)),
      )
      .map(foreign);
  });
}

function takesFrom(theirs: FlowStats, own: FlowEntry): boolean {
  const isBefore = theirs.table === own.table && theirs.priority >= own.priority;
  return isBefore && overlap(theirs.match, own.match);
}

/** Whether a flow of an earlier table does more than to send on what a flow of ours waits for. */
function takesBefore(theirs: FlowStats, own: FlowEntry, all: readonly FlowStats[]): boolean {
  if (isInnocent(theirs) || !overlap(theirs.match, own.match)) return false;
  return !all.some(
    ({ table, priority, match }) =>
      table === theirs.table && priority > theirs.priority && covers(match, own.match),
  );
}

/** Whether a flow sends frames on to another table, and does nothing else to them. */
function isInnocent({ instructions }: FlowStats): boolean {
  return (
    instructions.some(({ type }) => type === "goto-table") &&
    instructions.every(
      (each) =>
        (each.type !== "apply-actions" && each.type !== "write-actions") ||
        each.actions.length === 0,
    )
  );
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
