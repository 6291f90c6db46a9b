import { err, ok, type Result } from "neverthrow";
import type { Refusal } from "../drivers/oscars/nsi/answer.ts";
import { formatStp, parseStp } from "../drivers/oscars/nsi/stp.ts";
import { VlanSet } from "../model/vlan-set.ts";
import type { TouchPoint } from "../topology/elements.ts";
import type { Topology } from "../topology.ts";
import type { NsiAskedEnd, NsiProviderOptions, NsiStpOptions } from "./options.ts";

/** A place where connections may end, as it is now. */
export interface OfferedStp {
  /** Without label. */
  readonly stp: string;
  readonly name: string;
  readonly touchPoint: TouchPoint;
  /** The VLANs that may be its label; absent where it is untagged. */
  readonly vlans?: VlanSet;
}

/** What is offered of a topology, by STP. */
export function offeredStps(
  topology: Topology,
  { networkId, stps }: Pick<NsiProviderOptions, "networkId" | "stps">,
): ReadonlyMap<string, OfferedStp> {
  const chosen: readonly (readonly [string, NsiStpOptions])[] =
    stps === undefined
      ? [...topology.touchPoints.keys()].map((hostPort) => [hostPort, { hostPort }])
      : Object.entries(stps);
  const offered = chosen.flatMap(([name, { hostPort, vlans }]): readonly OfferedStp[] => {
    const touchPoint = topology.touchPoints.get(hostPort);
    if (touchPoint === undefined) return [];
    const stp = `${networkId}:${encodeURIComponent(name).replaceAll("%3A", ":")}`;
    if (touchPoint.tagging === "untagged") return [{ stp, name, touchPoint }];
    const has = topology.ports.get(touchPoint.port)?.vlans ?? VlanSet.default;
    const allowed =
      vlans === undefined ? VlanSet.all : VlanSet.parse(vlans).unwrapOr(VlanSet.empty);
    return [{ stp, name, touchPoint, vlans: has.intersect(allowed) }];
  });
  return new Map(offered.map((one) => [one.stp, one]));
}

/** One end of what is asked for, if it is offered. An STP without a label leaves that to us. */
export function askedEnd(
  offered: ReadonlyMap<string, OfferedStp>,
  text: string,
): Result<NsiAskedEnd, Refusal> {
  const parsed = parseStp(text);
  if (parsed.isErr()) return err({ errorId: "00709", text: parsed.error });
  const { port: stp, vlans } = parsed.value;
  const found = offered.get(stp);
  if (found === undefined) return err({ errorId: "00701", text: `${stp} is unknown` });
  const { hostPort } = found.touchPoint;
  if (found.vlans === undefined) {
    if (vlans === undefined) return ok({ stp, hostPort });
    return err({ errorId: "00704", text: `${stp} is untagged: it takes no label` });
  }
  const usable = vlans === undefined ? found.vlans : found.vlans.intersect(vlans);
  if (usable.isEmpty) return err({ errorId: "00704", text: `${stp} does not offer ${vlans}` });
  return ok({ stp, hostPort, vlans: usable });
}

/** An STP with the label that it has been given; `null` for none. */
export function labelled(stp: string, vlan: number | null): string {
  return formatStp({ port: stp, ...(vlan === null ? {} : { vlans: VlanSet.of(vlan) }) });
}
