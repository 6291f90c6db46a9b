import { err, ok, type Result } from "neverthrow";
import { nodeOfPort } from "../../../model/ids.ts";
import type { VlanSet } from "../../../model/vlan-set.ts";
import { atNamedEnds, blockedAnything, blockedLabels, blockedRates } from "../blocked.ts";
import {
  type Circuit,
  type CircuitEnd,
  type CircuitNames,
  circuitKey,
  parseCircuitKey,
} from "../circuit.ts";
import { type CircuitFault, circuitFault, type FoundCircuit } from "../circuit-service.ts";
import { endOf, LAST_END_S, startAhead, type Times } from "../circuit-times.ts";
import { labelText, tagFor } from "./labels.ts";
import { formatLinkUrn, parseLinkUrn } from "./link-urn.ts";
import type { IdcpProfile } from "./peer-profile.ts";
import { type IdcpRefusal, NO_REASON } from "./refusal.ts";
import type { ReservationDemand, ReservationReport } from "./requests.ts";

/** What a circuit is reserved with. */
export interface ReservationContext extends CircuitNames {
  readonly profile: IdcpProfile;
}

/** What is over, and comes back no more. */
export const ENDED: ReadonlySet<string> = new Set(["CANCELLED", "FINISHED", "FAILED"]);
/** `RESERVED` is `PENDING` in the words of older servers. */
export const RESERVED: ReadonlySet<string> = new Set(["RESERVED", "PENDING"]);
/** What frames pass by. */
export const ACTIVE: ReadonlySet<string> = new Set(["ACTIVE"]);
/** What comes up by itself may be up before we look. */
export const HELD: ReadonlySet<string> = new Set([...RESERVED, ...ACTIVE]);

/** What to ask for, to have a circuit; `offered`: of which labels, at which ends the server may choose. */
export function reservationFor(
  { urnOf, clock, mark, profile }: ReservationContext,
  circuit: Circuit,
  offered: (end: CircuitEnd) => VlanSet | undefined = () => undefined,
): Result<ReservationDemand, CircuitFault> {
  const { ends, mbps } = circuit;
  const now = clock.now();
  const { end } = circuit;
  const [source, dest] = ends;
  const [srcEndpoint, destEndpoint] = [source, dest].map((end) => end && urnOf(end.port));
  if (source === undefined || dest === undefined || !srcEndpoint || !destEndpoint) {
    const ports = ends.map(({ port }) => port).join(" or ");
    return err(circuitFault("rejected", `no URN is known for ${ports}`));
  }
  if (!profile.swapsLabels && isSwapped(source, dest))
    return err({
      ...circuitFault(
        "unavailable",
        `a frame keeps its label there: ${source.tag} is not ${dest.tag}`,
      ),
      blocked: [[{ type: "translation", node: nodeOfPort(source.port) }]],
    });
  return ok({
    description: `${mark} ${circuitKey(circuit)}`,
    startTime: Math.floor((startAhead(circuit, now) ?? now) / 1000),
    endTime: end === undefined ? LAST_END_S : Math.ceil(end / 1000),
    mbps,
    pathInfo: {
      pathSetupMode: profile.pathSetup,
      layer2Info: {
        ...{ srcEndpoint, destEndpoint },
        srcVtag: tagFor(source, offered(source)),
        destVtag: tagFor(dest, offered(dest)),
      },
    },
  });
}

function isSwapped({ tag: a }: CircuitEnd, { tag: b }: CircuitEnd): boolean {
  return a !== b && a !== "untagged" && b !== "untagged";
}

/** What a circuit could not have is in the reason alone; where that says nothing, it is any of it. */
export function refusalOf(
  circuit: Circuit,
  fault: CircuitFault,
  urnOf: ReservationContext["urnOf"],
): CircuitFault {
  if (fault.kind !== "unavailable" || fault.blocked !== undefined) return fault;
  const named = atNamedEnds(circuit, fault.message, urnOf, longForm);
  if (/vlan|vtag/i.test(fault.message)) return { ...fault, blocked: blockedLabels(named) };
  const isSilent = fault.message.endsWith(SILENCE);
  return { ...fault, blocked: isSilent ? blockedAnything(named) : blockedRates(named) };
}

/** The same of a new circuit: where the server does not say why not, it may not have any of what it takes. */
export function creationRefusalOf(
  circuit: Circuit,
  fault: IdcpRefusal,
  urnOf: ReservationContext["urnOf"],
): CircuitFault {
  if (fault.code !== NO_REASON) return refusalOf(circuit, fault, urnOf);
  const message = `${fault.message}${SILENCE}`;
  const blocked = blockedAnything(atNamedEnds(circuit, fault.message, urnOf, longForm));
  return { ...circuitFault("unavailable", message), blocked };
}

/** What a word names, if it names a link, as we name that. */
function longForm(word: string): string {
  const urn = parseLinkUrn(word.replace(/[.:]+$/, ""));
  return urn === undefined ? word : formatLinkUrn(urn);
}

/** What we say where the domain says nothing. */
const SILENCE = ", and the domain does not say why";

/** The circuit that a reservation is; none for one that has ended or is not ours. */
export function circuitsIn(
  report: ReservationReport,
  { mark, profile, clock }: Pick<ReservationContext, "mark" | "profile" | "clock">,
): readonly FoundCircuit[] {
  const { gri, description, status } = report;
  if (ENDED.has(status) || !description.startsWith(`${mark} `)) return [];
  const key = parseCircuitKey(description.slice(mark.length + 1));
  if (key === undefined) return [];
  // What waits to be told, or for its start, does not come up by itself now.
  const waits =
    RESERVED.has(status) &&
    (profile.pathSetup === "signal-xml" || report.startTime * 1000 > clock.now());
  const isOther = key.ends.some(
    (end, at) => (report.labels[at] ?? labelText(end)) !== labelText(end),
  );
  const state = ACTIVE.has(status) ? "active" : waits ? "reserved" : "pending";
  if (isOther)
    return [{ externalId: gri, circuit: { ...key, ...termsOf(report) }, state: "failed" }];
  return [{ externalId: gri, circuit: { ...key, ...termsOf(report) }, state }];
}

/** The rate and the times of a reservation. */
export function termsOf({
  mbps,
  startTime,
  endTime,
}: ReservationReport): Times & Pick<Circuit, "mbps"> {
  const end = endOf(endTime);
  return { mbps, start: startTime * 1000, ...(end === undefined ? {} : { end }) };
}

/** Why a reservation is not what was asked for. */
export function reasonOf(gri: string, found: ReservationReport | undefined): string {
  if (found === undefined) return `the domain does not know ${gri}`;
  return found.reason ?? `${gri} is ${found.status}${SILENCE}`;
}
