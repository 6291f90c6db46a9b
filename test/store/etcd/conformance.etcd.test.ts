import { afterAll, beforeAll } from "vitest";
import { EtcdStore } from "../../../src/store/etcd/index.ts";
import { EtcdCluster } from "../../lab/etcd-cluster.ts";
import { describeEtcd } from "../../support/etcd.ts";
import { describeStore } from "../describe-store.ts";

describeEtcd("over a cluster of one", () => {
  let etcd: EtcdCluster;
  let prefixes = 0;
  beforeAll(async () => {
    etcd = await EtcdCluster.start();
  });
  afterAll(() => etcd[Symbol.asyncDispose]());

  describeStore(
    "an etcd store",
    async () => {
      prefixes += 1;
      const options = { endpoints: etcd.endpoints, prefix: `test-${prefixes}/` };
      const open = async () => (await EtcdStore.open(options))._unsafeUnwrap();
      const [store, other] = [await open(), await open()];
      const elapse = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
      return { store, other, elapse, dispose: async () => {} };
    },
    5,
  );
});
