import { always, type Interval, overlaps } from "../../model/interval.ts";
import { VlanSet } from "../../model/vlan-set.ts";
import type { IdcpTerms } from "./idcp-operation.ts";
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

/** What is sold, and what of it is taken. */
export interface IdcpMarket {
  readonly ports: ReadonlyMap<string, IdcpPort>;
  readonly taken: readonly IdcpEnd[];
  /** Whether the labels of the two ends may differ. */
  readonly swapsLabels: boolean;
}

/** Why there is no room for something, in words; undefined where there is. */
export function lackOf(
  terms: IdcpTerms,
  { ports, taken, swapsLabels }: IdcpMarket,
): string | undefined {
  const ends = endsOf(terms);
  for (const { urn, mbps, vlans } of ends) {
    const sold = ports.get(urn);
    if (sold === undefined) return `unknown endpoint ${urn}`;
    const span = { start: terms.startTime, end: terms.endTime };
    const here = taken.filter((end) => end.urn === urn && overlaps(end.interval ?? always, span));
    const amounts = here.map((end) => ({ amount: end.mbps, interval: end.interval ?? always }));
    const left = sold.capacity - peakOf(amounts, span);
    if (left < mbps) return `${urn} has ${left} Mbps left`;
    const isSold = vlans === "0" || sold.vlans.includes(asked(vlans));
    if (!isSold || here.some((end) => end.vlans === vlans)) return `no VLAN ${vlans} at ${urn}`;
  }
  const tags = new Set(ends.map(({ vlans }) => vlans).filter((each) => each !== "0"));
  return !swapsLabels && tags.size > 1 ? "no VLAN is the same at both ends" : undefined;
}

function asked(vlans: string): VlanSet {
  return vlans === "any" ? VlanSet.default : VlanSet.parse(vlans).unwrapOr(VlanSet.all);
}
