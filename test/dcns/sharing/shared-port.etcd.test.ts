import { expect, test } from "vitest";
import type { DcnsAgent } from "../../../src/dcns.ts";
import { EtcdStore } from "../../../src/store/etcd/index.ts";
import { systemClock } from "../../../src/system-clock.ts";
import { EtcdCluster } from "../../lab/etcd-cluster.ts";
import { eventually } from "../../lab/scenario.ts";
import { wordOf } from "../../support/agent-group.ts";
import { describeEtcd } from "../../support/etcd.ts";
import { expectPortFull, neighbour, race } from "../../support/shared-port.ts";
import { value } from "../../support/testbed.ts";

describeEtcd("agents on etcd that take links of one port, each its own", () => {
  test("never promise more than the port has", async () => {
    await using etcd = await EtcdCluster.start();
    const { endpoints } = etcd;
    for (let round = 0; round < 5; round += 1) {
      const prefix = `round-${round}/`;
      const stores = [
        value(await EtcdStore.open({ endpoints, prefix })),
        value(await EtcdStore.open({ endpoints, prefix })),
      ];
      const agents: DcnsAgent[] = [];
      for (const [n, store] of stores.entries()) {
        agents.push(value(await neighbour(`agent${n}`, store, systemClock)));
      }
      await eventually(() => agents.every(({ nodesUp }) => nodesUp.length === 3), 20_000);
      const outcomes = (await race(agents)).map(wordOf);
      await eventually(() => agents.every((agent) => agent.listNetworks().length === 3), 5_000);
      for (const agent of agents) expectPortFull(agent.listNetworks());
      expect(outcomes.sort()).toEqual(["no-path", "no-path", "no-path", "ok", "ok", "ok"]);
      for (const agent of agents) await agent.close();
      for (const store of stores) await store.close();
    }
  });
});
