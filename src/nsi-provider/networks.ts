import { err, ok, type Result, ResultAsync } from "neverthrow";
import { match, P } from "ts-pattern";
import type { DcnsAgent } from "../dcns.ts";
import type { Refusal } from "../drivers/oscars/nsi/answer.ts";
import type { DcnsError } from "../model/errors.ts";
import type { NetworkInfo } from "../model/network.ts";
import { VlanSet } from "../model/vlan-set.ts";
import type { Version } from "./connection.ts";
import type { NsiAsked, NsiAskedEnd } from "./options.ts";
import { labelled } from "./stps.ts";

const MEGABIT = 1_000_000;

/** The agent's networks that connections are made of: one project each, named after it. */
export class Networks {
  readonly #agent: DcnsAgent;
  readonly #prefix: string;

  constructor(agent: DcnsAgent, prefix: string) {
    this.#agent = agent;
    this.#prefix = prefix;
  }

  /** The connection whose project this is; undefined for one of somebody else. */
  connectionIdOf(project: string): string | undefined {
    return project.startsWith(this.#prefix) ? project.slice(this.#prefix.length) : undefined;
  }

  /** The connections that there are networks for. */
  connectionIds(): readonly string[] {
    return this.#agent.listNetworks().flatMap(({ project }) => this.connectionIdOf(project) ?? []);
  }

  info(connectionId: string): NetworkInfo | undefined {
    return this.#agent.getNetworkInfo(this.#project(connectionId)).unwrapOr(undefined);
  }

  /** Whether a network is held, and has not begun nor will by itself. */
  isHeld(connectionId: string): boolean {
    return this.info(connectionId)?.schedule?.hold === true;
  }

  /** Reserves what is asked for; the version has the labels that were chosen. */
  hold(connectionId: string, asked: NsiAsked, version: Version): ResultAsync<Version, Refusal> {
    return new ResultAsync(this.#hold(connectionId, asked, version));
  }

  /** Makes a network as large, and as long, as it is needed. */
  fit(
    connectionId: string,
    { capacity, endTime }: Pick<Version, "capacity" | "endTime">,
  ): ResultAsync<void, Refusal> {
    const schedule = { end: endTime ?? null };
    return this.#agent
      .modifyPhysicalNetwork(this.#project(connectionId), [], [], capacity * MEGABIT, undefined, {
        schedule,
      })
      .map(() => undefined)
      .mapErr(refusalOf);
  }

  /** Lets a network begin, at its start if that is to come; one that has begun stays. */
  begin(connectionId: string): ResultAsync<void, Refusal> {
    return this.#agent
      .modifyPhysicalNetwork(this.#project(connectionId), [], [], undefined, undefined, {
        schedule: { hold: false },
      })
      .map(() => undefined)
      .orElse((error) => {
        const hasBegun = error.type === "wrong-state" && error.state === "provisioning";
        return hasBegun ? ok(undefined) : err(refusalOf(error));
      });
  }

  /** Gives everything back; what does not exist is given back. */
  withdraw(connectionId: string): ResultAsync<void, Refusal> {
    return this.#agent
      .teardownPhysicalNetwork(this.#project(connectionId))
      .orElse((error) =>
        error.type === "network-not-found" ? ok(undefined) : err(refusalOf(error)),
      );
  }

  /** The same label at both ends if there is one, for want of that one of each. */
  async #hold(
    connectionId: string,
    asked: NsiAsked,
    version: Version,
  ): Promise<Result<Version, Refusal>> {
    const sets = asked.ends.flatMap(({ vlans }) => vlans ?? []);
    const common = sets.reduce((all, each) => all.intersect(each), VlanSet.all);
    if (!common.isEmpty) {
      const same = await this.#setUp(connectionId, asked, { vlan: common.toString() });
      if (same.isOk()) return ok(granted(version, asked, same.value));
      const isLabel = same.error.type === "vlan-unavailable";
      if (!isLabel || sets.length < 2) return err(refusalOf(same.error));
    }
    const endpoints = this.#labels(asked.ends);
    if (endpoints.isErr()) return err(endpoints.error);
    const own = await this.#setUp(connectionId, asked, { endpoints: endpoints.value });
    return own.map((info) => granted(version, asked, info)).mapErr(refusalOf);
  }

  #setUp(
    connectionId: string,
    { capacity, ends, startTime, endTime }: NsiAsked,
    labels: {
      readonly vlan?: string;
      readonly endpoints?: Readonly<Record<string, { readonly vlan: number }>>;
    },
  ): ResultAsync<NetworkInfo, DcnsError> {
    const { vlan, endpoints = {} } = labels;
    const schedule = {
      hold: true,
      ...(startTime === undefined ? {} : { start: startTime }),
      ...(endTime === undefined ? {} : { end: endTime }),
    };
    const hostPorts = ends.map(({ hostPort }) => hostPort);
    return this.#agent.setupPhysicalNetwork(
      this.#project(connectionId),
      hostPorts,
      capacity * MEGABIT,
      vlan,
      { schedule, endpoints },
    );
  }

  /** For each tagged end the lowest label that no network has at its port. */
  #labels(
    ends: readonly NsiAskedEnd[],
  ): Result<Readonly<Record<string, { readonly vlan: number }>>, Refusal> {
    const all = this.#agent.listNetworks().flatMap(({ endpoints }) => endpoints);
    const labels: Record<string, { readonly vlan: number }> = {};
    for (const { hostPort, stp, vlans } of ends) {
      if (vlans === undefined) continue;
      const port = this.#agent.topology.touchPoints.get(hostPort)?.port;
      const taken = all.flatMap((one) =>
        one.port === port && one.vlan !== null ? [one.vlan] : [],
      );
      const vlan = vlans.difference(VlanSet.of(...taken)).first();
      if (vlan === undefined) return err({ errorId: "00704", text: `no label of ${stp} is free` });
      labels[hostPort] = { vlan };
    }
    return ok(labels);
  }

  #project(connectionId: string): string {
    return `${this.#prefix}${connectionId}`;
  }
}

function granted(version: Version, { ends }: NsiAsked, info: NetworkInfo): Version {
  const [source, dest] = ends.map(({ stp, hostPort }) => {
    const end = info.endpoints.find(({ host, nic }) => `${host}:${nic}` === hostPort);
    return labelled(stp, end?.vlan ?? null);
  });
  return { ...version, source: source ?? version.source, dest: dest ?? version.dest };
}

/** What an error of the agent is to a peer (GFD.235), without what is nobody's business but ours. */
export function refusalOf(error: DcnsError): Refusal {
  const [errorId, text] = match(error)
    .returnType<readonly [string, string]>()
    .with({ type: "no-path", reason: P.union("bandwidth", "port-bandwidth") }, () => [
      "00705",
      "there is not so much capacity",
    ])
    .with({ type: "no-path" }, () => ["00710", "there is no path"])
    .with({ type: "vlan-unavailable" }, () => ["00704", "none of these labels is free"])
    .with({ type: "unknown-host-port" }, () => ["00701", "an STP is not there any more"])
    .with({ type: "invalid-request" }, () => ["00100", "these ends cannot be joined so"])
    .with({ type: "wrong-state" }, ({ state }) => ["00200", `the network is ${state}`])
    .with({ type: "network-exists" }, () => ["00200", "the network exists already"])
    .with({ type: "network-not-found" }, () => ["00203", "there is no such network"])
    .with({ type: "limit-reached" }, () => ["00600", "there is no room for more"])
    .with({ type: "driver-failed" }, () => ["00800", "the switches did not do it"])
    .with({ type: "timeout" }, { type: "aborted" }, () => ["00800", "it took too long"])
    .with(
      { type: "invalid-topology" },
      { type: "closed" },
      { type: "store-conflict" },
      { type: "store-unavailable" },
      { type: "lease-expired" },
      ({ type }) => ["00500", type],
    )
    .exhaustive();
  return { errorId, text };
}
