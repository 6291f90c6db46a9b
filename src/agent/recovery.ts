import { ok, type Result } from "neverthrow";
import type { StoreError } from "../model/errors.ts";
import type { NodeId } from "../model/ids.ts";
import { wholeOf } from "../network/realisation.ts";
import { isUnfinished, type NetworkRecord, realisationsOf, stayingOf } from "../network/record.ts";
import { treeNodes } from "../network/tree-nodes.ts";
import { journeyOf, nodesOf as networkNodes } from "./journey.ts";
import type { Registry } from "./registry.ts";
import type { Transactions } from "./transaction.ts";
import type { Watch } from "./watch.ts";

/** What a recovery works with. */
export interface RecoveryContext {
  readonly registry: Registry;
  readonly transactions: Transactions;
  readonly watch: Watch;
  /** Raised when nodes have been waited for long enough. */
  readonly signal: AbortSignal;
}

/**
 * Ends what an earlier agent had begun: a setup, a modify or a reservation is undone, a teardown finished,
 * and what was being provisioned for its start is reserved again.
 *
 * The drivers were given only what should stay, and a node that is up has been brought to that; so
 * all there is to do is to wait for the nodes concerned. For those that do not come, what they may
 * still hold goes into quarantine, or leaves the teardown to be resumed when they return.
 */
export async function recover(
  records: readonly NetworkRecord[],
  context: RecoveryContext,
): Promise<Result<void, StoreError>> {
  for (const record of records.filter(isUnfinished)) {
    const pending = await context.watch.untilUp(nodesOf(context.registry, record), context.signal);
    const goesOn = record.phase === "teardown" || record.phase === "provision";
    if (goesOn && pending.length > 0) continue;
    const ended = await context.transactions.finish(record, stayingOf(record), pending);
    if (ended.isErr()) return ended;
    for (const node of pending.filter((one) => context.watch.nodesUp.includes(one))) {
      context.watch.seenClean(node, record.number);
    }
  }
  return ok(undefined);
}

/** Every node of the topology that may hold something of the network. */
function nodesOf(registry: Registry, record: NetworkRecord): readonly NodeId[] {
  const { topology } = registry;
  // Of what was promised, or to be promised, nothing is at other nodes.
  const isPromised = record.phase === "reserving" || "isReserved" in record;
  if (isPromised) return [...networkNodes(journeyOf(registry, record))].sort();
  const nodes = realisationsOf(record).flatMap((one) => [...treeNodes(topology, wholeOf(one))]);
  return [...new Set(nodes)].filter((node) => topology.nodes.has(node)).sort();
}
