import { match } from "ts-pattern";
import type { DomainId, NetworkNumber, SegmentId } from "../model/ids.ts";
import type { NetworkInfo, NetworkLinkInfo, NetworkState, SegmentInfo } from "../model/network.ts";
import { isVni, vniNumber } from "../model/vni.ts";
import type { LinkState, PlannedLink } from "../pce/index.ts";
import type { Segments } from "./forwarding.ts";
import { linksInUse } from "./links-in-use.ts";
import { type Realisation, standbyOf } from "./realisation.ts";
import { latestOf, type NetworkRecord } from "./record.ts";
import { isoTime, scheduleInfo } from "./schedule.ts";
import type { EndpointSpec } from "./spec.ts";
import { floodAllowanceOf } from "./traffic.ts";

/** Whether every link of a realisation is up, and the topology still has all that it stands on. */
export type Soundness = (realisation: Realisation) => boolean;

/** How the parts of networks fare. */
export interface Health {
  readonly isSound: Soundness;
  readonly outages: {
    /** Whether a network's segment in a domain, or in some domain, carries nothing. */
    has(network: NetworkNumber, domain?: DomainId): boolean;
  };
}

/** What is known about a network beside its record. */
export interface Surroundings {
  readonly griPrefix: string;
  readonly health: Health;
  readonly linkState: LinkState;
  readonly segments: Segments;
  /** What a domain calls what it has of a segment; undefined where that is not known here. */
  externalIds(domain: DomainId, segment: SegmentId): readonly string[] | undefined;
  /** Whether a domain promises ahead of time; undefined where what there is of it is ours to promise. */
  keepsSchedule(domain: DomainId): boolean | undefined;
}

/** What `getNetworkInfo` shows of a record. */
export function networkInfo(record: NetworkRecord, around: Surroundings): NetworkInfo {
  const latest = latestOf(record);
  const { plan, spec, generation } = latest;
  const state = networkState(record, around.health);
  const macs = new Map(spec.endpoints.map((one) => [one.hostPort, one.macs]));
  return {
    project: record.project,
    gri: `${around.griPrefix}${record.project}`,
    state,
    generation,
    vlan: plan.vlan,
    bandwidth: spec.bandwidth,
    sharing: spec.sharing,
    delivery: spec.delivery,
    floodAllowance: floodAllowanceOf(spec),
    protection: spec.protection,
    priority: spec.priority,
    schedule: scheduleInfo(spec.schedule),
    endpoints: plan.endpoints.map((one) => endpointInfo(one, macs.get(one.hostPort))),
    links: plan.links.map(linkInfo),
    ...backupInfo(latest, around.linkState),
    cost: plan.cost,
    segments: [...around.segments.values()].map(({ id, domain }) => ({
      id,
      domain,
      state: segmentState(record, domain, around.health),
      ...promiseOf(record, around.keepsSchedule(domain), around.externalIds(domain, id)),
      ...namesOf(around.externalIds(domain, id)),
    })),
    createdAt: isoTime(record.createdAt),
    updatedAt: isoTime(record.updatedAt),
  };
}

/** The state of a network: what is being done to it or, when nothing is, how it fares. */
export function networkState(record: NetworkRecord, health: Health): NetworkState {
  switch (record.phase) {
    case "reserved":
      return "scheduled";
    case "reserving":
      return record.before === undefined ? "provisioning" : "modifying";
    case "setup":
    case "provision":
      return "provisioning";
    case "modify":
      return "modifying";
    case "teardown":
      return "releasing";
    case "stable":
      return stableState(record.current, record.number, health);
  }
}

function stableState(
  current: Realisation,
  number: NetworkNumber,
  { isSound, outages }: Health,
): NetworkState {
  if (current.plan.endpoints.length < 2) return "partial";
  return isSound(current) && !outages.has(number) ? "active" : "degraded";
}

function backupInfo(of: Realisation, linkState: LinkState): Pick<NetworkInfo, "backup"> {
  const links = standbyOf(of);
  if (links === undefined) return {};
  const isFirst = of.plan.links.every(({ link }) => linkState.isUp(link));
  const inUse = !isFirst && linksInUse(of, (link) => linkState.isUp(link)) !== undefined;
  return { backup: { links: links.map(linkInfo), inUse } };
}

function linkInfo({ link, label, forward, backward }: PlannedLink): NetworkLinkInfo {
  const on = isVni(label) ? { vni: vniNumber(label) } : { vlan: label };
  return { id: link, ...on, reserved: { forward, backward } };
}

function promiseOf(
  { phase }: NetworkRecord,
  keepsSchedule: boolean | undefined,
  names: readonly string[] | undefined,
): Pick<SegmentInfo, "isPromised"> {
  const waits = phase === "reserved" || phase === "reserving";
  if (!waits || keepsSchedule === undefined) return {};
  if (!keepsSchedule) return { isPromised: false };
  return names === undefined ? {} : { isPromised: names.length > 0 };
}

function namesOf(all: readonly string[] = []): Pick<SegmentInfo, "externalId" | "externalIds"> {
  const [externalId, ...others] = all;
  if (externalId === undefined) return {};
  return others.length === 0 ? { externalId } : { externalId, externalIds: all };
}

function segmentState(
  record: NetworkRecord,
  domain: DomainId,
  { outages }: Health,
): SegmentInfo["state"] {
  return match(record)
    .with({ phase: "reserved" }, { phase: "reserving" }, () => "reserved" as const)
    .with({ phase: "setup" }, { phase: "provision" }, () => "provisioning" as const)
    .with({ phase: "modify" }, () => "provisioning" as const)
    .with({ phase: "stable" }, ({ number }) =>
      outages.has(number, domain) ? ("degraded" as const) : ("active" as const),
    )
    .with({ phase: "teardown" }, ({ isReserved }) =>
      isReserved ? ("reserved" as const) : ("releasing" as const),
    )
    .exhaustive();
}

function endpointInfo(
  endpoint: Realisation["plan"]["endpoints"][number],
  macs: EndpointSpec["macs"],
): NetworkInfo["endpoints"][number] {
  const { hostPort, attachment, tagging, bandwidth } = endpoint;
  const colon = hostPort.lastIndexOf(":");
  return {
    host: hostPort.slice(0, colon),
    nic: hostPort.slice(colon + 1),
    port: attachment.port,
    vlan: attachment.tag === "untagged" ? null : attachment.tag,
    tagging,
    bandwidth,
    ...(macs === undefined ? {} : { macs }),
  };
}
