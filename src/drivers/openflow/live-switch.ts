import { ok, okAsync, ResultAsync } from "neverthrow";
import type { Clock } from "../../model/clock.ts";
import type { NodeView } from "../../model/domain-view.ts";
import type { NetworkNumber } from "../../model/ids.ts";
import type { SwitchFeatures } from "./channel/channel-effect.ts";
import { OWNER_MASK, ownerCookie } from "./compile/cookie.ts";
import { dialectOf } from "./compile/dialect.ts";
import { diffPrograms } from "./compile/diff.ts";
import { discrepanciesOf, type NodeDiscrepancy } from "./compile/discrepancies.ts";
import { type Holdings, sortHoldings } from "./compile/holdings.ts";
import { IdPool } from "./compile/id-pool.ts";
import { emptyProgram } from "./compile/program.ts";
import { stagesOf } from "./compile/stages.ts";
import type { SwitchProfile } from "./compile/switch-profile.ts";
import { meterRange, type ProgramOptions } from "./driver-options.ts";
import { Gate } from "./gate.ts";
import { SwitchProber } from "./probe/switch-prober.ts";
import type { SwitchSession } from "./session.ts";
import type { BatchError, SessionError } from "./session-error.ts";
import { NetworkOnSwitch, type SwitchTools } from "./switch-network.ts";
import { SwitchPorts } from "./switch-ports.ts";
import { SwitchReader } from "./switch-reader.ts";

/** What a switch is opened with. */
export interface LiveSwitchContext {
  readonly view: NodeView;
  /** What the switch said of itself when it connected. */
  readonly features: SwitchFeatures;
  readonly clock: Clock;
  readonly options: ProgramOptions;
}

/** How many networks are worked on at once; with what each of them asks, less than a session takes. */
const MAX_NETWORKS_AT_ONCE = 128;

/** A switch for as long as one connection to it lasts: what it holds that is ours, by network. */
export class LiveSwitch {
  readonly #tools: SwitchTools;
  readonly #networks = new Map<NetworkNumber, NetworkOnSwitch>();
  readonly #gate = new Gate(MAX_NETWORKS_AT_ONCE);
  readonly #orphans: Holdings["orphans"];

  private constructor(tools: SwitchTools, held: Holdings) {
    this.#tools = tools;
    this.#orphans = held.orphans;
    for (const id of held.orphans.groups.keys()) tools.groupIds.claim(id);
    for (const id of held.orphans.meters.keys()) tools.meterIds.claim(id);
    for (const [network, program] of held.networks) {
      for (const id of program.groups.keys()) tools.groupIds.claim(id);
      for (const id of program.meters.keys()) tools.meterIds.claim(id);
      this.#networks.set(network, new NetworkOnSwitch(tools, network, program));
    }
  }

  /** Reads everything of ours that the switch holds; changes nothing. */
  static open(
    session: SwitchSession,
    { view, features, clock, options }: LiveSwitchContext,
  ): ResultAsync<LiveSwitch, SessionError> {
    const dialect = dialectOf(features.version);
    const reader = new SwitchReader(session, features);
    return ResultAsync.combine([reader.ports(), reader.profile()]).andThen(([ports, profile]) => {
      const tools: SwitchTools = {
        session,
        reader,
        dialect,
        profile,
        clock,
        options,
        ports: new SwitchPorts(view, ports),
        groupIds: new IdPool(options.groupIds),
        meterIds: new IdPool(meterRange(options.meterIds, profile.meters?.maxMeter ?? 0)),
      };
      return readHoldings(tools).map((held) => new LiveSwitch(tools, held));
    });
  }

  /** The node's ports as they are on this switch. */
  get ports(): SwitchPorts {
    return this.#tools.ports;
  }

  /** Sends and catches packets at the switch. */
  get prober(): SwitchProber {
    return new SwitchProber({ ...this.#tools, version: this.#tools.profile.version });
  }

  /** What the switch can do. */
  get profile(): SwitchProfile {
    return this.#tools.profile;
  }

  /** The networks of which the switch holds something, or did. */
  get networks(): readonly NetworkNumber[] {
    return [...this.#networks.keys()];
  }

  /** Works on what the switch holds of a network; networks of which it holds nothing are dropped. */
  async on<T>(network: NetworkNumber, task: (network: NetworkOnSwitch) => Promise<T>): Promise<T> {
    const its = this.#networks.get(network) ?? new NetworkOnSwitch(this.#tools, network);
    this.#networks.set(network, its);
    const value = await this.#gate.run(() => task(its));
    if (its.isVacant) this.#networks.delete(network);
    return value;
  }

  /** Removes groups and meters of ours that no flow of ours used; gives what there was. */
  removeOrphans(): ResultAsync<readonly NodeDiscrepancy[], SessionError | BatchError> {
    const { session, reader, dialect } = this.#tools;
    const diff = diffPrograms({ ...emptyProgram, ...this.#orphans }, emptyProgram);
    const stages = stagesOf(diff, dialect).remove;
    if (stages.length === 0) return okAsync([]);
    return ResultAsync.combine(stages.map((stage) => session.batch(stage)))
      .andThen(() => ResultAsync.combine([reader.groups(), reader.allMeters()]))
      .map(([groups, meters]) => {
        this.#freeOrphans(groups, meters);
        return discrepanciesOf(diff);
      });
  }

  /** Reads everything of ours that the switch holds now. */
  holdings(): ResultAsync<Holdings, SessionError> {
    return readHoldings(this.#tools);
  }

  /** The numbers of orphans that the switch holds no more are free. */
  #freeOrphans(groups: Holdings["orphans"]["groups"], meters: Holdings["orphans"]["meters"]): void {
    for (const id of this.#orphans.groups.keys()) {
      if (!groups.has(id)) this.#tools.groupIds.free(id);
    }
    for (const id of this.#orphans.meters.keys()) {
      if (!meters.has(id)) this.#tools.meterIds.free(id);
    }
  }
}

function readHoldings(tools: SwitchTools): ResultAsync<Holdings, SessionError> {
  const { reader, options, groupIds, meterIds } = tools;
  return ResultAsync.combine([
    reader.flows(ownerCookie(options.cookiePrefix), OWNER_MASK),
    reader.groups(),
    reader.allMeters(),
  ]).andThen(([flows, groups, meters]) =>
    ok(
      sortHoldings(flows, {
        groups: new Map([...groups].filter(([id]) => groupIds.owns(id))),
        meters: new Map([...meters].filter(([id]) => meterIds.owns(id))),
      }),
    ),
  );
}
