import { DcnsAgent, OpenFlowDriver, type Store, systemClock, Topology } from "dcns";
import { MemoryListener, SimulatedFabric } from "dcns/testing";
import { DOMAIN } from "../../test/lab/fabric-document.ts";
import { gridDocument } from "../setup/grid.ts";
import { value } from "../support/value.ts";
import { CountedStore, type StoreCount } from "./counted-store.ts";

/** Agents that share the switches of a grid and a store, all in this process. */
export interface RunningAgents {
  readonly agents: readonly DcnsAgent[];
  /** What all of them have asked of the store. */
  count(): StoreCount;
  close(): Promise<void>;
}

/** Starts so many, or one that has the store for itself, and waits until every switch is served. */
export async function startAgents(
  openStore: () => Promise<Store>,
  count: number | "alone",
): Promise<RunningAgents> {
  const topology = value(Topology.parse(gridDocument()));
  const names = Array.from({ length: count === "alone" ? 1 : count }, (_, n) => `agent${n}`);
  const listeners = names.map(() => new MemoryListener({ clock: systemClock }));
  const dial = listeners.map((one) => one.dial);
  const stores: CountedStore[] = [];
  const agents: DcnsAgent[] = [];
  for (const [n, agentId] of names.entries()) {
    const store = new CountedStore(await openStore());
    const listen = listeners[n];
    if (listen === undefined) throw new Error("every agent listens");
    stores.push(store);
    agents.push(
      value(
        await DcnsAgent.start({
          topology,
          drivers: { [DOMAIN]: new OpenFlowDriver({ listen }) },
          store,
          ...(count === "alone" ? {} : { sharing: { agentId } }),
        }),
      ),
    );
  }
  const fabric = new SimulatedFabric({ topology, clock: systemClock, dial });
  fabric.connect();
  while (agents.some(({ nodesUp }) => nodesUp.length < topology.nodes.size)) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    agents,
    count: () => ({
      commits: stores.reduce((sum, one) => sum + one.count.commits, 0),
      conflicts: stores.reduce((sum, one) => sum + one.count.conflicts, 0),
    }),
    close: async () => {
      await Promise.all(agents.map((agent) => agent.close()));
      fabric[Symbol.dispose]();
      await Promise.all(stores.map((store) => store.close()));
    },
  };
}
