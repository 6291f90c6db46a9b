import { okAsync, ResultAsync } from "neverthrow";
import type { NetworkNumber } from "../../model/ids.ts";
import { EXACT_MASK, networkCookie } from "./compile/cookie.ts";
import { flowsByKey } from "./compile/holdings.ts";
import { emptyProgram, type NodeProgram } from "./compile/program.ts";
import type { SessionError } from "./session-error.ts";
import type { SwitchTools } from "./switch-tools.ts";

/** What is asked of a switch about one network. */
export interface NetworkQuestion {
  readonly network: NetworkNumber;
  /** The numbers that are its own. */
  readonly groups: ReadonlySet<number>;
  readonly meters: ReadonlySet<number>;
  /** The cookies under which the switch may have learned something for it. */
  readonly learned: ReadonlySet<bigint>;
  /** Whether messages may still be on their way, for which the question has to wait. */
  readonly isUnsettled: boolean;
}

/** Reads what the switch holds of one network. */
export function readNetwork(
  { reader, options }: SwitchTools,
  { network, groups, meters, learned, isUnsettled }: NetworkQuestion,
): ResultAsync<NodeProgram, SessionError> {
  const ownGroups =
    groups.size === 0
      ? okAsync<NodeProgram["groups"], SessionError>(emptyProgram.groups)
      : reader.groups().map((all) => new Map([...all].filter(([id]) => groups.has(id))));
  return ResultAsync.combine([
    isUnsettled ? reader.barrier() : okAsync(undefined),
    reader.flows(networkCookie(options.cookiePrefix, network), EXACT_MASK),
    reader.meters([...meters]),
    ownGroups,
    reader.learned([...learned]),
  ]).map(([, flows, meterConfigs, groupDescs, held]) => ({
    flows: flowsByKey(flows),
    groups: groupDescs,
    meters: meterConfigs,
    learned: held,
  }));
}
