import { err, ok, type Result } from "neverthrow";
import type { Refusal } from "../../drivers/oscars/nsi/answer.ts";
import type { Criteria, PointToPoint } from "../../drivers/oscars/nsi/criteria.ts";
import { formatStp, parseStp } from "../../drivers/oscars/nsi/stp.ts";
import type { VlanId } from "../../model/ids.ts";
import { always, type Interval, overlaps } from "../../model/interval.ts";
import { VlanSet } from "../../model/vlan-set.ts";
import type { Random } from "../random.ts";
import type { NsiQuirks } from "./nsi-options.ts";
import { peakOf } from "./taken.ts";

/** A port that a simulated provider sells. */
export interface NsiPort {
  /** Mbit/s. */
  readonly capacity: number;
  readonly vlans: VlanSet;
}

/** What there is of ports, for when it is wanted, and in which way it is given. */
export interface Stock {
  readonly ports: ReadonlyMap<string, NsiPort>;
  readonly taken: readonly Holding[];
  readonly interval: Interval;
  readonly quirks: NsiQuirks;
  readonly random: Random;
}

/** What a reservation has of two ports. */
export interface Holding {
  readonly capacity: number;
  readonly ends: readonly { readonly port: string; readonly vlan: VlanId }[];
  /** Milliseconds since the epoch; for ever when absent. */
  readonly interval?: Interval;
}

/**
 * Finds what a service asks for among what is left of the ports in an interval: the lowest VLAN that
 * both ends could have, or the lowest of each where there is none; or any of each.
 */
export function grant(
  { ports, taken, interval, quirks, random }: Stock,
  { capacity, sourceSTP = "", destSTP = "" }: PointToPoint,
): Result<Holding, Refusal> {
  const { swapsLabels = true, checksCapacity = true } = quirks;
  const beside = taken.filter((each) => overlaps(each.interval ?? always, interval));
  const free = (stp: string) => freeAt(ports, beside, firstRangeOf(stp, quirks), interval);
  const [a, b] = [free(sourceSTP), free(destSTP)];
  if (a.isErr()) return err(a.error);
  if (b.isErr()) return err(b.error);
  for (const { port, left } of [a.value, b.value]) {
    if (checksCapacity && left < capacity)
      return err({ errorId: "00705", text: `${port} has ${left} Mbit/s left, not ${capacity}` });
  }
  const [vlanA, vlanB] = labelsOf(a.value.vlans, b.value.vlans, quirks, random);
  if (vlanA === undefined || vlanB === undefined)
    return err({ errorId: "00704", text: "no VLAN is left" });
  if (vlanA !== vlanB && !swapsLabels)
    return err({ errorId: "00703", text: `${vlanA} is not ${vlanB}` });
  return ok({
    capacity,
    interval,
    ends: [
      { port: a.value.port, vlan: vlanA },
      { port: b.value.port, vlan: vlanB },
    ],
  });
}

/** What is wrong with the ports that a service names, whatever is left of them. */
export function objectionToPorts(
  { ports, quirks }: Pick<Stock, "ports" | "quirks">,
  { sourceSTP = "", destSTP = "" }: PointToPoint,
): Refusal | undefined {
  const named = [sourceSTP, destSTP].map((stp) =>
    parseStp(stp)
      .map(({ port }) => port)
      .unwrapOr(undefined),
  );
  const unknown = named.find((port) => port !== undefined && !ports.has(port));
  if (unknown !== undefined) return { errorId: "00701", text: `no port ${unknown}` };
  return quirks.takesHairpins === false && named[0] === named[1]
    ? { errorId: "00700", text: `there and back at ${named[0]}` }
    : undefined;
}

/** The criteria as they were granted: each end with the one label it has. */
export function granted(criteria: Criteria, { capacity, ends }: Holding): Criteria {
  const [a, b] = ends.map(({ port, vlan }) => formatStp({ port, vlans: VlanSet.of(vlan) }));
  return {
    ...criteria,
    ...(criteria.p2ps === undefined || a === undefined || b === undefined
      ? {}
      : { p2ps: { ...criteria.p2ps, capacity, sourceSTP: a, destSTP: b } }),
  };
}

/** A label for each end; undefined where none is left. */
function labelsOf(
  a: VlanSet,
  b: VlanSet,
  { labels = "lowest" }: NsiQuirks,
  random: Random,
): readonly (VlanId | undefined)[] {
  if (labels === "random") return [drawn(a, random), drawn(b, random)];
  const both = labels === "lowest" ? a.intersect(b).first() : undefined;
  return [both ?? a.first(), both ?? b.first()];
}

function drawn(vlans: VlanSet, random: Random): VlanId | undefined {
  const at = Math.floor(random.next() * vlans.size);
  return [...vlans][at];
}

function firstRangeOf(stp: string, { readsFirstRange }: NsiQuirks): string {
  return readsFirstRange === true ? stp.replace(/,.*$/, "") : stp;
}

interface Free {
  readonly port: string;
  readonly left: number;
  readonly vlans: VlanSet;
}

function freeAt(
  ports: ReadonlyMap<string, NsiPort>,
  taken: readonly Holding[],
  text: string,
  interval: Interval,
): Result<Free, Refusal> {
  const stp = parseStp(text);
  if (stp.isErr()) return err({ errorId: "00709", text: stp.error });
  const { port, vlans } = stp.value;
  const sold = ports.get(port);
  if (sold === undefined) return err({ errorId: "00701", text: `no port ${port}` });
  if (vlans === undefined) return err({ errorId: "00709", text: `${port} needs a VLAN` });
  const here = taken.filter(({ ends }) => ends.some((end) => end.port === port));
  const used = here.flatMap(({ ends }) => ends.flatMap((e) => (e.port === port ? [e.vlan] : [])));
  const amounts = here.map(({ capacity: amount, interval: own = always }) => {
    return { amount, interval: own };
  });
  const left = sold.capacity - peakOf(amounts, interval);
  return ok({ port, left, vlans: vlans.intersect(sold.vlans).difference(VlanSet.of(...used)) });
}
