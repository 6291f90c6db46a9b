import { ok, type Result } from "neverthrow";
import type { Channel } from "../ledger/channel.ts";
import type { ChannelClaim, Claim, LabelClaim, Ledger, ReserveError } from "../ledger.ts";
import { type Bandwidth, bandwidth } from "../model/bandwidth.ts";
import type { ProjectId } from "../model/ids.ts";
import { always } from "../model/interval.ts";
import { claimOf } from "../pce/index.ts";
import { wholeOf } from "./realisation.ts";
import type { NetworkRecord } from "./record.ts";

/** Who a network is in the ledger. The first word sets it apart from every other kind of holder. */
export function holderOf(project: ProjectId): string {
  return `project ${project}`;
}

/** Takes what `claim` has beyond what its holder has already, if that is free. */
export function reserveGrowth(ledger: Ledger, claim: Claim): Result<Ledger, ReserveError> {
  const growth = claimBeyond(claim, ledger.claimOf(claim.holder), `growth of ${claim.holder}`);
  return growth === undefined ? ok(ledger) : ledger.reserve(growth);
}

/** What a network holds in the ledger: while it changes, enough for either outcome. */
export function recordClaim(record: NetworkRecord): Claim {
  switch (record.phase) {
    case "setup":
      return claimOf(wholeOf(record.target), holderOf(record.project), always);
    case "modify":
      return record.claim;
    case "stable":
    case "teardown":
      return claimOf(wholeOf(record.current), holderOf(record.project), always);
  }
}

/** What `whole` has beyond `part`, for another holder; undefined if that is nothing. */
export function claimBeyond(
  whole: Claim,
  part: Claim | undefined,
  holder: string,
): Claim | undefined {
  const has = byChannel(part?.bandwidth ?? []);
  const amounts = [...byChannel(whole.bandwidth)].flatMap(([channel, amount]) => {
    const more = amount - (has.get(channel) ?? 0);
    return more > 0 ? [{ channel, amount: bandwidth(more) }] : [];
  });
  const labels = minusLabels(whole.labels, part?.labels ?? []);
  return amounts.length === 0 && labels.length === 0
    ? undefined
    : { holder, interval: whole.interval, bandwidth: amounts, labels };
}

function byChannel(amounts: readonly ChannelClaim[]): ReadonlyMap<Channel, Bandwidth> {
  const total = new Map<Channel, Bandwidth>();
  for (const { channel, amount } of amounts) {
    total.set(channel, bandwidth((total.get(channel) ?? 0) + amount));
  }
  return total;
}

function minusLabels(
  from: readonly LabelClaim[],
  labels: readonly LabelClaim[],
): readonly LabelClaim[] {
  const taken = new Set(labels.map(labelKey));
  return from.filter((one) => !taken.has(labelKey(one)));
}

function labelKey({ space, label }: LabelClaim): string {
  return `${label} ${space}`;
}
