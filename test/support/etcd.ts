import { describe } from "vitest";
import { isEtcdInstalled } from "../lab/etcd-cluster.ts";

const { DCNS_REQUIRE_ETCD } = process.env;

/** Suites with real etcd: skipped where it is not installed, unless it must be. */
export const describeEtcd = isEtcdInstalled || DCNS_REQUIRE_ETCD === "1" ? describe : describe.skip;
