import { okAsync, type ResultAsync } from "neverthrow";
import type { NetworkNumber, PortRef } from "../../../model/ids.ts";
import { EXACT_MASK, learnedCookie, NETWORK_MASK, networkCookie } from "../compile/cookie.ts";
import { pipelineTable, taughtTable } from "../compile/pipeline.ts";
import { hasGroups, programmed } from "../compile/switch-profile.ts";
import type { SessionError } from "../session-error.ts";
import type { SwitchTools } from "../switch-tools.ts";
import { type FlowMod, flowMod } from "../wire/flow.ts";
import type { Match } from "../wire/match.ts";

/** Where addresses of networks are at one switch, as it knows by itself or from the agent. */
export class KnownAddresses {
  readonly #tools: SwitchTools;

  constructor(tools: SwitchTools) {
    this.#tools = tools;
  }

  /** The addresses of a network that are known behind a port. */
  behind(network: NetworkNumber, port: PortRef): ResultAsync<readonly string[], SessionError> {
    const { reader, ports, profile, options } = this.#tools;
    const number = ports.numbers().get(port);
    if (number === undefined || !hasGroups(profile)) return okAsync([]);
    const cookie = learnedCookie(options.cookiePrefix, network, number);
    return reader
      .flowsIn(options.table + pipelineTable.addresses, cookie, EXACT_MASK)
      .map((flows) => flows.flatMap(({ match }) => destinationOf(match) ?? []));
  }

  /** Forgets addresses of a network, wherever they were seen. A switch that refuses knows them until they age. */
  async forget(network: NetworkNumber, addresses: readonly string[]): Promise<void> {
    const { session, profile, retired, options } = this.#tools;
    // With OpenFlow 1.0 there is one table only, and nothing is learned.
    if (!hasGroups(profile)) return;
    const isTaught = programmed(profile, options.learning).learns === false;
    const its = { cookie: networkCookie(options.cookiePrefix, network), cookieMask: NETWORK_MASK };
    // Only what is learned matches on an address in these tables.
    const gone = (table: number, field: "eth_src" | "eth_dst", value: string): FlowMod =>
      flowMod({ command: "delete", ...its, table, match: [{ field, value }] });
    const flows = addresses.flatMap((value) => [
      ...(isTaught ? [gone(options.table + taughtTable.sources, "eth_src", value)] : []),
      gone(options.table + pipelineTable.addresses, "eth_dst", value),
    ]);
    await session.batch(flows, { signal: retired });
  }
}

function destinationOf(match: Match): string | undefined {
  const value = match.find(({ field }) => field === "eth_dst")?.value;
  return typeof value === "string" ? value : undefined;
}
