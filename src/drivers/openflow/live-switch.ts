import { ok, ResultAsync } from "neverthrow";
import type { Clock } from "../../model/clock.ts";
import type { NodeView } from "../../model/domain-view.ts";
import type { NetworkNumber } from "../../model/ids.ts";
import { OWNER_MASK, ownerCookie } from "./compile/cookie.ts";
import { diffPrograms } from "./compile/diff.ts";
import { discrepanciesOf, type NodeDiscrepancy } from "./compile/discrepancies.ts";
import { type Holdings, sortHoldings } from "./compile/holdings.ts";
import { IdPool } from "./compile/id-pool.ts";
import { emptyProgram } from "./compile/program.ts";
import { stagesOf } from "./compile/stages.ts";
import { meterRange, type ProgramOptions } from "./driver-options.ts";
import type { SwitchSession } from "./session.ts";
import type { BatchError, SessionError } from "./session-error.ts";
import { NetworkOnSwitch, type SwitchTools } from "./switch-network.ts";
import { SwitchPorts } from "./switch-ports.ts";
import { SwitchReader } from "./switch-reader.ts";

/** What a switch is opened with. */
export interface LiveSwitchContext {
  readonly view: NodeView;
  readonly clock: Clock;
  readonly options: ProgramOptions;
}

/** A switch for as long as one connection to it lasts: what it holds that is ours, by network. */
export class LiveSwitch {
  readonly #tools: SwitchTools;
  readonly #networks = new Map<NetworkNumber, NetworkOnSwitch>();
  #orphans: Holdings["orphans"];

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
    { view, clock, options }: LiveSwitchContext,
  ): ResultAsync<LiveSwitch, SessionError> {
    const reader = new SwitchReader(session);
    return ResultAsync.combine([reader.ports(), reader.maxMeter()]).andThen(([ports, maxMeter]) => {
      const tools: SwitchTools = {
        session,
        reader,
        clock,
        options,
        ports: new SwitchPorts(view, ports),
        groupIds: new IdPool(options.groupIds),
        meterIds: new IdPool(meterRange(options.meterIds, maxMeter)),
      };
      return readHoldings(tools).map((held) => new LiveSwitch(tools, held));
    });
  }

  /** The node's ports as they are on this switch. */
  get ports(): SwitchPorts {
    return this.#tools.ports;
  }

  /** The networks of which the switch holds something, or did. */
  get networks(): readonly NetworkNumber[] {
    return [...this.#networks.keys()];
  }

  /** Works on what the switch holds of a network; networks of which it holds nothing are dropped. */
  async on<T>(network: NetworkNumber, task: (network: NetworkOnSwitch) => Promise<T>): Promise<T> {
    const its = this.#networks.get(network) ?? new NetworkOnSwitch(this.#tools, network);
    this.#networks.set(network, its);
    const value = await task(its);
    if (its.isVacant) this.#networks.delete(network);
    return value;
  }

  /** Removes groups and meters of ours that no flow of ours used; gives what there was. */
  removeOrphans(): ResultAsync<readonly NodeDiscrepancy[], BatchError> {
    const { session, groupIds, meterIds } = this.#tools;
    const orphans = this.#orphans;
    const diff = diffPrograms({ ...emptyProgram, ...orphans }, emptyProgram);
    return ResultAsync.combine(stagesOf(diff).remove.map((stage) => session.batch(stage))).map(
      () => {
        for (const id of orphans.groups.keys()) groupIds.free(id);
        for (const id of orphans.meters.keys()) meterIds.free(id);
        this.#orphans = { groups: new Map(), meters: new Map() };
        return discrepanciesOf(diff);
      },
    );
  }

  /** Reads everything of ours that the switch holds now. */
  holdings(): ResultAsync<Holdings, SessionError> {
    return readHoldings(this.#tools);
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
