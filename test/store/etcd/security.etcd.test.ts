import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { EtcdStore } from "../../../src/store/etcd/index.ts";
import { contents, put, unconditionally } from "../../../src/testing/store-check.ts";
import { EtcdCluster } from "../../lab/etcd-cluster.ts";
import { describeEtcd } from "../../support/etcd.ts";

describeEtcd("an etcd store whose cluster wants to know who asks", () => {
  let folder = "";
  let etcd: EtcdCluster;
  const file = (name: string): string => join(folder, name);
  const openssl = (...args: readonly string[]): void => {
    execFileSync("openssl", args, { stdio: "ignore", cwd: folder });
  };
  const certify = (name: string, extensions: string): void => {
    const subject = ["-subj", `/O=${name}`, "-addext", extensions];
    const key = ["-newkey", "rsa:2048", "-nodes", "-keyout", `${name}.key`, "-out", `${name}.pem`];
    openssl("req", "-x509", "-CA", "ca.pem", "-CAkey", "ca.key", "-days", "2", ...key, ...subject);
  };
  const etcdctl = (...args: readonly string[]): void => {
    const tls = ["--cacert", file("ca.pem"), "--cert", file("client.pem")];
    const whole = ["--endpoints", etcd.endpoints.join(), ...tls, "--key", file("client.key")];
    execFileSync("etcdctl", [...whole, ...args], {
      stdio: "ignore",
      env: { ...process.env, ETCDCTL_API: "3" },
    });
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "dcns-etcd-tls-"));
    const key = ["-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem"];
    openssl("req", "-x509", "-days", "2", ...key, "-subj", "/CN=test-ca");
    certify("server", "subjectAltName=IP:127.0.0.1");
    certify("client", "subjectAltName=DNS:client");
    etcd = await EtcdCluster.start({
      scheme: "https",
      args: [
        ...["--cert-file", file("server.pem"), "--key-file", file("server.key")],
        ...["--client-cert-auth", "--trusted-ca-file", file("ca.pem")],
        ...["--auth-token-ttl", "2"],
      ],
    });
    const first = await EtcdStore.open({ endpoints: etcd.endpoints, tls: await certified() });
    await first._unsafeUnwrap().close();
    etcdctl("user", "add", "root:secret");
    etcdctl("user", "add", "agent:quiet");
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

  const pem = (name: string): Promise<string> => readFile(file(name), "utf8");
  const certified = async () => ({
    ca: await pem("ca.pem"),
    cert: await pem("client.pem"),
    key: await pem("client.key"),
  });
  const auth = { name: "agent", password: "quiet" };
  const opening = async (options: object, timeoutMs = 10_000) =>
    EtcdStore.open({ endpoints: etcd.endpoints, timeoutMs, ...options });

  test("is let in with certificate, name and password, and goes on when its token has run out", async () => {
    const store = (await opening({ tls: await certified(), auth }))._unsafeUnwrap();
    await store.commit(unconditionally(put("a", 1)));
    let told = 0;
    const watch = await store.watch(() => {
      told += 1;
    });
    await new Promise((resolve) => setTimeout(resolve, 4_500));
    (await store.commit(unconditionally(put("b", 2))))._unsafeUnwrap();
    expect(await contents(store)).toEqual({ a: 1, b: 2 });
    for (let ms = 0; told < 2 && ms < 5_000; ms += 20) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(told).toBe(2);
    watch._unsafeUnwrap()[Symbol.dispose]();
    await store.close();
  });

  test("says why it is not let in", async () => {
    const tls = await certified();
    const wrong = { ...auth, password: "loud" };
    const reasons = await Promise.all([
      opening({ tls: { ca: tls.ca }, auth }, 100),
      opening({ tls: { cert: tls.cert, key: tls.key }, auth }, 100),
      opening({ tls }, 100),
      opening({ tls, auth: wrong }, 100),
      opening({ tls, auth, prefix: "others/" }, 100),
    ]);
    expect(reasons.map((reason) => reason._unsafeUnwrapErr())).toMatchObject([
      { type: "store-unavailable", message: expect.stringMatching(/alert|certificate|socket/) },
      { type: "store-unavailable", message: expect.stringMatching(/certificate/) },
      { type: "store-unavailable", message: expect.stringMatching(/user name|permission/) },
      { type: "store-unavailable", message: expect.stringMatching(/authentication failed/) },
      { type: "store-unavailable", message: "etcdserver: permission denied" },
    ]);
  });
});
