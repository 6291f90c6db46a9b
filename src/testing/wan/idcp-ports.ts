import { err, ok, type Result } from "neverthrow";
import type { VlanTag } from "../../drivers/oscars/idcp/path-info.ts";
import { always, type Interval, overlaps } from "../../model/interval.ts";
import { VlanSet } from "../../model/vlan-set.ts";
import type { CarriedCircuit } from "./circuit-table.ts";
import type { IdcpReservation, IdcpTerms } from "./idcp-operation.ts";
import { peakOf } from "./taken.ts";

/** A port that a simulated IDCP server sells. */
export interface IdcpPort {
  /** Mbit/s. */
  readonly capacity: number;
  readonly vlans: VlanSet;
}

/** An end of a circuit: what it takes of a port. */
export interface IdcpEnd {
  readonly urn: string;
  readonly mbps: number;
  /** As it is asked for: `any`, `100`, `0` for untagged. */
  readonly vlans: string;
  /** Seconds since the epoch; for ever when absent. */
  readonly interval?: Interval;
}

/** The two ends of what is asked for, or had. */
export function endsOf(terms: IdcpTerms): readonly IdcpEnd[] {
  const { bandwidth: mbps, pathInfo, startTime: start, endTime: end } = terms;
  const interval = { start, end };
  const info = pathInfo.layer2Info;
  if (info === undefined) return [];
  return [
    { urn: info.srcEndpoint, mbps, vlans: info.srcVtag?.vlans ?? "any", interval },
    { urn: info.destEndpoint, mbps, vlans: info.destVtag?.vlans ?? "any", interval },
  ];
}

/** The circuit that a reservation carries, if it carries frames. */
export function carriedBy({
  gri: id,
  carries,
  reserved,
}: IdcpReservation): CarriedCircuit | undefined {
  if (carries !== true || reserved === undefined) return undefined;
  const ends = endsOf(reserved).map(({ urn: port, vlans }) => {
    return { port, tag: vlans === "0" ? ("untagged" as const) : Number(vlans) };
  });
  return { id, ends, mbps: reserved.bandwidth };
}

/** What is sold, and what of it is taken. */
export interface IdcpMarket {
  readonly ports: ReadonlyMap<string, IdcpPort>;
  readonly taken: readonly IdcpEnd[];
  /** Whether the labels of the two ends may differ. */
  readonly swapsLabels: boolean;
}

/**
 * What is had of what is asked for: at each end the lowest label that both could have, or of each the lowest;
 * or why there is no room, in words.
 */
export function grantOf(
  terms: IdcpTerms,
  { ports, taken, swapsLabels }: IdcpMarket,
): Result<IdcpTerms, string> {
  const span = { start: terms.startTime, end: terms.endTime };
  const free: VlanSet[] = [];
  const ends = endsOf(terms);
  for (const { urn, mbps, vlans } of ends) {
    const sold = ports.get(urn);
    if (sold === undefined) return err(`unknown endpoint ${urn}`);
    const here = taken.filter((end) => end.urn === urn && overlaps(end.interval ?? always, span));
    const amounts = here.map((end) => ({ amount: end.mbps, interval: end.interval ?? always }));
    const left = sold.capacity - peakOf(amounts, span);
    if (left < mbps) return err(`${urn} has ${left} Mbps left`);
    const used = here.flatMap((end) => (end.vlans === "0" ? [] : [Number(end.vlans)]));
    const rest = asked(vlans)
      .intersect(sold.vlans)
      .difference(VlanSet.of(...used));
    const isLeft = vlans === "0" ? !here.some((end) => end.vlans === "0") : !rest.isEmpty;
    if (!isLeft) return err(`no VLAN ${vlans} at ${urn}`);
    if (vlans !== "0") free.push(rest);
  }
  const both = free.reduce((common, each) => common.intersect(each), VlanSet.default).first();
  if (!swapsLabels && free.length > 1 && both === undefined)
    return err("no VLAN is the same at both ends");
  const tags = ends.map(({ vlans }) =>
    vlans === "0" ? undefined : (both ?? free.shift()?.first()),
  );
  return ok(withTags(terms, tags));
}

function withTags(terms: IdcpTerms, [source, dest]: readonly (number | undefined)[]): IdcpTerms {
  const { layer2Info } = terms.pathInfo;
  if (layer2Info === undefined) return terms;
  const tagOf = (vlan: number | undefined): VlanTag =>
    vlan === undefined ? { tagged: false, vlans: "0" } : { tagged: true, vlans: String(vlan) };
  const chosen = { ...layer2Info, srcVtag: tagOf(source), destVtag: tagOf(dest) };
  return { ...terms, pathInfo: { ...terms.pathInfo, layer2Info: chosen } };
}

function asked(vlans: string): VlanSet {
  if (vlans === "0") return VlanSet.empty;
  return vlans === "any" ? VlanSet.default : VlanSet.parse(vlans).unwrapOr(VlanSet.empty);
}
