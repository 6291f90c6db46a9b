import { err, ok, type Result } from "neverthrow";
import { type Bandwidth, parseBandwidth } from "../model/bandwidth.ts";
import type { InvalidRequest, UnknownHostPort } from "../model/errors.ts";
import { formatHostPort, type HostPort, parseHostPort } from "../model/host-port.ts";
import { type ProjectId, projectId, type VlanId } from "../model/ids.ts";
import { type MacAddress, parseMacAddress } from "../model/mac-address.ts";
import type { Delivery } from "../model/network.ts";
import { VlanSet } from "../model/vlan-set.ts";
import type { Topology } from "../topology.ts";
import { Faults } from "./faults.ts";
import {
  type BandwidthInput,
  modifyOptions,
  type OptionsSchema,
  type ReadEndpointOptions,
  type ReadSchedule,
  setupOptions,
} from "./request-options.ts";
import {
  changedSchedule,
  parseInstant,
  type Schedule,
  type ScheduleChange,
  scheduleFault,
} from "./schedule.ts";
import type { EndpointSpec, NetworkSpec } from "./spec.ts";

/** The arguments of `setupPhysicalNetwork` and of `planPhysicalNetwork`, as they came. */
export interface SetupArguments {
  readonly project: unknown;
  readonly hostPorts: unknown;
  readonly bw: unknown;
  readonly vlan: unknown;
  readonly options: unknown;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** How frames are delivered unless the options say; `flood` when absent. */
  readonly defaultDelivery?: Delivery;
}

/** The arguments of `modifyPhysicalNetwork`, as they came. */
export interface ModifyArguments {
  readonly project: unknown;
  readonly add: unknown;
  readonly remove: unknown;
  readonly bw: unknown;
  readonly vlan: unknown;
  readonly options: unknown;
}

/** What a `modify` asks, parsed: what is absent stays as it is. */
export interface NetworkChange {
  readonly add: readonly EndpointSpec[];
  /** `host:nic`. */
  readonly remove: readonly string[];
  readonly bandwidth?: Bandwidth;
  readonly vlans?: VlanSet;
  readonly schedule?: ScheduleChange;
}

/** The largest number of endpoints that one network may have. */
export const MAX_ENDPOINTS = 1024;

type RequestError = InvalidRequest | UnknownHostPort;

/** Reads the arguments of a setup; the error lists every fault. */
export function parseSetup(
  topology: Topology,
  args: SetupArguments,
): Result<{ readonly project: ProjectId; readonly spec: NetworkSpec }, RequestError> {
  const faults = new Faults();
  const project = faults.take(["project"], args.project, parseProject(args.project));
  const hostPorts = parseHostPorts(faults, "hostPorts", args.hostPorts);
  if (Array.isArray(args.hostPorts) && args.hostPorts.length === 0) {
    faults.add(["hostPorts"], args.hostPorts, "must name at least one host port");
  }
  const bandwidth = faults.take(["bw"], args.bw, parseBandwidth(args.bw));
  const vlans = faults.take(["vlan"], args.vlan, parseVlans(args.vlan, VlanSet.all));
  const options = faults.options(setupOptions, args.options);
  const endpoints = endpointSpecs(faults, topology, hostPorts, options?.endpoints ?? {});
  const floodAllowance = parseAllowance(faults, options?.floodAllowance, bandwidth);
  const asked = parseSchedule(faults, options?.schedule);
  const schedule = asked && soundSchedule(faults, changedSchedule({}, asked), args.now);
  if (
    project === undefined ||
    bandwidth === undefined ||
    vlans === undefined ||
    options === undefined ||
    faults.found.length > 0
  ) {
    return err(faults.error());
  }
  const { sharing, maxAddresses, maxNetworkAddresses, linkProtocols, protection, priority } =
    options;
  const delivery = options.delivery ?? args.defaultDelivery ?? "flood";
  return requireKnown(topology, endpoints).map(() => ({
    project,
    spec: {
      ...{ endpoints, bandwidth, vlans, sharing, delivery, linkProtocols, protection, priority },
      ...(floodAllowance === undefined ? {} : { floodAllowance }),
      ...(maxAddresses === undefined ? {} : { maxAddresses }),
      ...(maxNetworkAddresses === undefined ? {} : { maxNetworkAddresses }),
      ...(schedule === undefined ? {} : { schedule }),
    },
  }));
}

/** Reads the arguments of a modify; the error lists every fault. */
export function parseModify(
  topology: Topology,
  args: ModifyArguments,
): Result<{ readonly project: ProjectId; readonly change: NetworkChange }, RequestError> {
  const faults = new Faults();
  const project = faults.take(["project"], args.project, parseProject(args.project));
  const added = parseHostPorts(faults, "addHostPorts", args.add);
  const remove = parseHostPorts(faults, "remHostPorts", args.remove).map(formatHostPort);
  const options = faults.options(modifyOptions, args.options);
  const add = endpointSpecs(faults, topology, added, options?.endpoints ?? {});
  for (const { hostPort } of add.filter((one) => remove.includes(one.hostPort))) {
    faults.add(["addHostPorts"], hostPort, "is to be added and removed at once");
  }
  const bandwidth = optional(args.bw, (bw) => faults.take(["bw"], bw, parseBandwidth(bw)));
  const vlans = optional(args.vlan, (vlan) => faults.take(["vlan"], vlan, VlanSet.parse(vlan)));
  const schedule = parseSchedule(faults, options?.schedule);
  if (project === undefined || faults.found.length > 0) return err(faults.error());
  return requireKnown(topology, add).map(() => ({
    project,
    change: {
      add,
      remove,
      ...(bandwidth === undefined ? {} : { bandwidth }),
      ...(vlans === undefined ? {} : { vlans }),
      ...(schedule === undefined ? {} : { schedule }),
    },
  }));
}

/** Reads the name of a project and the options of a call that takes no others. */
export function parseProjectCall<T extends object>(
  project: unknown,
  schema: OptionsSchema<T>,
  options: unknown,
): Result<{ readonly project: ProjectId; readonly options: T }, InvalidRequest> {
  const faults = new Faults();
  const id = faults.take(["project"], project, parseProject(project));
  const read = faults.options(schema, options);
  return id === undefined || read === undefined
    ? err(faults.error())
    : ok({ project: id, options: read });
}

/** Reads a project's name: 1 to 255 printable characters. */
export function parseProject(value: unknown): Result<ProjectId, string> {
  return typeof value === "string" && PROJECT.test(value)
    ? ok(projectId(value))
    : err("must be 1 to 255 printable characters");
}

/** The network that `change` makes of `spec`; adding a member and removing a stranger change nothing. */
export function changedSpec(spec: NetworkSpec, change: NetworkChange): NetworkSpec {
  const kept = spec.endpoints.filter((one) => !change.remove.includes(one.hostPort));
  const members = new Set(kept.map((one) => one.hostPort));
  const added = change.add.filter((one) => !members.has(one.hostPort));
  return {
    ...spec,
    endpoints: [...kept, ...added].sort(byHostPort),
    bandwidth: change.bandwidth ?? spec.bandwidth,
    vlans: change.vlans ?? spec.vlans,
    ...(change.schedule === undefined
      ? {}
      : { schedule: changedSchedule(spec.schedule, change.schedule) }),
  };
}

// Half of a surrogate pair is no character: stores that keep UTF-8 take one for another.
const PROJECT = /^[^\p{Control}\p{Surrogate}]{1,255}$/u;

function optional<T, U>(value: T | undefined | null, parse: (value: T) => U): U | undefined {
  return value === undefined || value === null ? undefined : parse(value);
}

function parseVlans(value: unknown, absent: VlanSet): Result<VlanSet, string> {
  return value === undefined || value === null ? ok(absent) : VlanSet.parse(value);
}

function parseAllowance(
  faults: Faults,
  value: BandwidthInput | undefined,
  whole: Bandwidth | undefined,
): Bandwidth | undefined {
  const path = ["options", "floodAllowance"];
  const rate = optional(value, (text) => faults.take(path, text, parseBandwidth(text)));
  if (rate !== undefined && whole !== undefined && rate > whole) {
    faults.add(path, value, "is more than the bandwidth, of which it is a part");
  }
  return rate;
}

function parseSchedule(
  faults: Faults,
  value: ReadSchedule | undefined,
): ScheduleChange | undefined {
  if (value === undefined) return undefined;
  const read = (name: "start" | "end"): ScheduleChange => {
    const instant = value[name];
    if (instant === undefined) return {};
    const ms =
      instant === null
        ? null
        : faults.take(["options", "schedule", name], instant, parseInstant(instant));
    return ms === undefined ? {} : { [name]: ms };
  };
  const hold = value.hold === undefined ? {} : { hold: value.hold };
  return { ...read("start"), ...read("end"), ...hold };
}

function soundSchedule(faults: Faults, schedule: Schedule, now: number): Schedule {
  const fault = scheduleFault(schedule, now);
  if (fault !== undefined) faults.add(["options", "schedule", "end"], schedule.end, fault);
  return schedule;
}

function parseMacs(
  faults: Faults,
  path: readonly string[],
  values: readonly string[],
): readonly MacAddress[] {
  const macs = values.flatMap(
    (value, index) => faults.take([...path, index], value, parseMacAddress(value)) ?? [],
  );
  return [...new Set(macs)].sort();
}

function parseHostPorts(faults: Faults, name: string, value: unknown): readonly HostPort[] {
  if (!Array.isArray(value)) {
    faults.add([name], value, "must be a list of host ports");
    return [];
  }
  if (value.length > MAX_ENDPOINTS) {
    faults.add([name], value.length, `must have at most ${MAX_ENDPOINTS} host ports`);
    return [];
  }
  const seen = new Set<string>();
  return value.flatMap((item: unknown, index) => {
    const hostPort = faults.take([name, index], item, parseHostPort(item));
    if (hostPort === undefined) return [];
    const text = formatHostPort(hostPort);
    if (seen.has(text)) faults.add([name, index], item, "is named twice");
    seen.add(text);
    return [hostPort];
  });
}

function endpointSpecs(
  faults: Faults,
  topology: Topology,
  hostPorts: readonly HostPort[],
  options: Readonly<Record<string, ReadEndpointOptions>>,
): readonly EndpointSpec[] {
  const texts = hostPorts.map(formatHostPort);
  for (const name of Object.keys(options).filter((key) => !texts.includes(key))) {
    faults.add(["options", "endpoints", name], options[name], "is not among the host ports");
  }
  return texts
    .map((hostPort) => endpointSpec(faults, topology, hostPort, options[hostPort] ?? {}))
    .sort(byHostPort);
}

function endpointSpec(
  faults: Faults,
  topology: Topology,
  hostPort: string,
  options: ReadEndpointOptions,
): EndpointSpec {
  const path = ["options", "endpoints", hostPort];
  const tagging = options.tagging ?? topology.touchPoints.get(hostPort)?.tagging;
  if (options.vlan !== undefined && tagging === "untagged") {
    faults.add([...path, "vlan"], options.vlan, "an untagged endpoint has no VLAN");
  }
  const vlan = options.vlan === undefined ? undefined : VlanSet.of(options.vlan).first();
  const rate = optional(options.bw, (bw) => faults.take([...path, "bw"], bw, parseBandwidth(bw)));
  const macs = optional(options.macs, (values) => parseMacs(faults, [...path, "macs"], values));
  return {
    hostPort,
    ...(macs === undefined ? {} : { macs }),
    ...(options.tagging === undefined ? {} : { tagging: options.tagging }),
    ...(vlan === undefined ? {} : { vlan: vlan satisfies VlanId }),
    ...(rate === undefined ? {} : { bandwidth: rate }),
  };
}

function byHostPort(a: EndpointSpec, b: EndpointSpec): number {
  return a.hostPort < b.hostPort ? -1 : 1;
}

function requireKnown(
  topology: Topology,
  specs: readonly EndpointSpec[],
): Result<void, UnknownHostPort> {
  const hostPorts = specs
    .map((one) => one.hostPort)
    .filter((text) => !topology.touchPoints.has(text));
  return hostPorts.length === 0 ? ok(undefined) : err({ type: "unknown-host-port", hostPorts });
}
