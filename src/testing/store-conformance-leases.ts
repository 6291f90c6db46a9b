import assert from "node:assert/strict";
import {
  contents,
  eventually,
  failure,
  put,
  type StoreCheck,
  unconditionally,
  value,
  write,
} from "./store-check.ts";

/** What every store's leases must do. */
export const leaseChecks: readonly StoreCheck[] = [
  {
    name: "keeps what was put under a lease that is renewed, and deletes it soon after the last time",
    run: async ({ store, other, elapse }) => {
      const lease = await value(store.lease(2_000));
      assert(lease.ttlMs >= 2_000);
      await write(store, put("held", 1, lease), put("free", 1));
      for (let n = 0; n < 3; n++) {
        await elapse(lease.ttlMs / 2);
        await value(lease.renew());
      }
      assert.deepEqual(await contents(other), { free: 1, held: 1 });
      await elapse(lease.ttlMs * 1.5 + 1_000);
      assert.deepEqual(await contents(other), { free: 1 });
      assert.deepEqual(await failure(lease.renew()), { type: "lease-expired", lease: lease.id });
    },
  },
  {
    name: "tells watchers what has gone with a lease, all at once",
    run: async ({ store, other, elapse }) => {
      const lease = await value(store.lease(5_000));
      await write(store, put("a", 1, lease), put("b", 1, lease), put("c", 1));
      const deletes: (readonly string[])[] = [];
      const watch = await value(other.watch((change) => deletes.push(change.deletes)));
      await value(lease.revoke());
      await eventually(elapse, () => deletes.length > 1);
      assert.deepEqual(deletes, [[], ["a", "b"]]);
      watch[Symbol.dispose]();
    },
  },
  {
    name: "deletes what is under a lease that is revoked, which may be over already",
    run: async ({ store }) => {
      const lease = await value(store.lease(5_000));
      await write(store, put("a", 1, lease));
      await value(lease.revoke());
      await value(lease.revoke());
      assert.deepEqual(await contents(store), {});
      assert.equal((await failure(lease.renew())).type, "lease-expired");
    },
  },
  {
    name: "takes no put under a lease that is over, nor anything beside it",
    run: async ({ store }) => {
      const lease = await value(store.lease(5_000));
      await value(lease.revoke());
      const late = store.commit(unconditionally(put("a", 1), put("b", 1, lease)));
      assert.equal((await failure(late)).type, "lease-expired");
      assert.deepEqual(await contents(store), {});
    },
  },
  {
    name: "lets go of a record that is put anew without its lease, or under another",
    run: async ({ store }) => {
      const [first, second] = [await value(store.lease(5_000)), await value(store.lease(5_000))];
      await write(store, put("free", 1, first), put("passed", 1, first), put("held", 1, first));
      await write(store, put("free", 2), put("passed", 2, second));
      await value(first.revoke());
      assert.deepEqual(await contents(store), { free: 2, passed: 2 });
      await value(second.revoke());
      assert.deepEqual(await contents(store), { free: 2 });
    },
  },
  {
    name: "gives the revision of a record under a lease, to be compared with",
    run: async ({ store, other }) => {
      const lease = await value(store.lease(5_000));
      const revision = await write(store, put("master", "a", lease));
      const fenced = [{ key: "master", revision }];
      await value(other.commit({ compare: fenced, writes: [put("x", 1)] }));
      await value(lease.revoke());
      const late = await failure(other.commit({ compare: fenced, writes: [put("x", 2)] }));
      assert.deepEqual(late, { type: "store-conflict", key: "master" });
    },
  },
];
