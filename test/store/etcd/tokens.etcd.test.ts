import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { EtcdStore } from "../../../src/store/etcd/index.ts";
import { contents, put, unconditionally } from "../../../src/testing/store-check.ts";
import { EtcdCluster } from "../../lab/etcd-cluster.ts";
import { describeEtcd } from "../../support/etcd.ts";

describeEtcd("an etcd store whose tokens name the state of the users (JWT)", () => {
  let folder = "";
  let etcd: EtcdCluster;
  const etcdctl = (...args: readonly string[]): void => {
    execFileSync("etcdctl", ["--endpoints", etcd.endpoints.join(), ...args], {
      stdio: "ignore",
      env: { ...process.env, ETCDCTL_API: "3" },
    });
  };
  const changeUsers = (name: string): void =>
    etcdctl("--user", "root:secret", "user", "add", `${name}:x`);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "dcns-etcd-jwt-"));
    const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const [pub, key] = [join(folder, "pub.pem"), join(folder, "key.pem")];
    await writeFile(pub, publicKey.export({ type: "spki", format: "pem" }));
    await writeFile(key, privateKey.export({ type: "pkcs1", format: "pem" }));
    const token = `jwt,pub-key=${pub},priv-key=${key},sign-method=RS256,ttl=1h`;
    etcd = await EtcdCluster.start({ args: ["--auth-token", token] });
    const first = await EtcdStore.open({ endpoints: etcd.endpoints });
    await first._unsafeUnwrap().close();
    for (const user of ["root:secret", "agent:quiet"]) etcdctl("user", "add", user);
    etcdctl("role", "add", "dcns");
    etcdctl("role", "grant-permission", "--prefix=true", "dcns", "readwrite", "dcns/");
    etcdctl("user", "grant-role", "agent", "dcns");
    etcdctl("user", "grant-role", "root", "root");
    etcdctl("auth", "enable");
  }, 60_000);
  afterAll(async () => {
    await etcd?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const opened = async () => {
    const auth = { name: "agent", password: "quiet" };
    return (await EtcdStore.open({ endpoints: etcd.endpoints, auth }))._unsafeUnwrap();
  };

  test("goes on when users are changed", { timeout: 30_000 }, async () => {
    const store = await opened();
    (await store.commit(unconditionally(put("a", 1))))._unsafeUnwrap();
    const lease = (await store.lease(10_000))._unsafeUnwrap();
    changeUsers("first");
    (await store.commit(unconditionally(put("a", 2))))._unsafeUnwrap();
    changeUsers("second");
    (await lease.renew())._unsafeUnwrap();
    changeUsers("third");
    expect(await contents(store)).toEqual({ a: 2 });
    await store.close();
  });

  test("is told every change over a stream that broke when users were changed meanwhile", {
    timeout: 30_000,
  }, async () => {
    const store = await opened();
    const told = new Set<string>();
    const watch = await store.watch(({ puts }) => {
      for (const { key } of puts) told.add(key);
    });
    await etcd.kill(0);
    etcd.restart(0);
    const other = await opened();
    changeUsers("fourth");
    (await other.commit(unconditionally(put("b", 1))))._unsafeUnwrap();
    for (let ms = 0; !told.has("b") && ms < 10_000; ms += 20) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(told.has("b")).toBe(true);
    watch._unsafeUnwrap()[Symbol.dispose]();
    await Promise.all([store.close(), other.close()]);
  });
});
