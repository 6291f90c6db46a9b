import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request as httpsRequest } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { ok } from "neverthrow";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DcnsAgent } from "../../src/dcns.ts";
import { MemoryDriver } from "../../src/drivers/memory.ts";
import { openHttpServer } from "../../src/drivers/oscars/http/server-socket.ts";
import { NsiProvider } from "../../src/nsi-provider/index.ts";
import { value } from "../support/testbed.ts";
import { twoDomains } from "../support/two-domains.ts";
import { messageOf, reserve } from "./raw-peer.ts";
import { NETWORK_B, NSA_A, NSA_B } from "./two-clouds.ts";

let folder = "";
const pem = (name: string): string => readFileSync(join(folder, name), "utf8");

function openssl(command: string): void {
  const { status, stderr } = spawnSync("openssl", command.split(" "), { cwd: folder });
  expect(status, String(stderr)).toBe(0);
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "dcns-provider-tls-"));
  const key = "-nodes -newkey rsa:2048 -keyout";
  for (const ca of ["ca", "elsewhere"])
    openssl(`req -x509 -days 2 ${key} ${ca}.key -out ${ca}.pem -subj /CN=${ca}`);
  const people = [
    ...["localhost", "cloud-a", "cloud-c"].map((name) => [name, "ca"] as const),
    ["stranger", "elsewhere"] as const,
  ];
  for (const [name, ca] of people) {
    openssl(
      `req ${key} ${name}.key -out ${name}.csr -subj /CN=${name} -addext subjectAltName=DNS:${name}`,
    );
    openssl(
      `x509 -req -days 2 -copy_extensions copy -in ${name}.csr -CA ${ca}.pem -CAkey ${ca}.key -CAcreateserial -out ${name}.pem`,
    );
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Posts bytes as somebody with a certificate; gives the status and the answer. */
function post(
  port: number,
  who: string | undefined,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly body: string }> {
  const identity = who === undefined ? {} : { key: pem(`${who}.key`), cert: pem(`${who}.pem`) };
  return new Promise((resolve, reject) => {
    const options = { port, host: "localhost", method: "POST", headers, ca: pem("ca.pem") };
    const sent = httpsRequest({ ...options, ...identity, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () => {
        resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString() });
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** A provider that listens on TLS, wants certificates, and admits two of those that it trusts. */
async function provider() {
  const drivers = { west: new MemoryDriver(), east: new MemoryDriver() };
  const agent = value(await DcnsAgent.start({ topology: twoDomains(), drivers }));
  const tls = { key: pem("localhost.key"), cert: pem("localhost.pem"), ca: pem("ca.pem") };
  const listen = { host: "localhost", port: 0, tls };
  const running = (
    await NsiProvider.start({
      ...{ agent, listen, nsa: NSA_B, networkId: NETWORK_B, url: "https://localhost/nsi", tls },
      stps: { uplink: { hostPort: "west:eth0" }, server: { hostPort: "east:eth0" } },
      policy: {
        admits: ({ clientSubject, replyTo = "https://localhost:" }) =>
          (clientSubject === "CN=cloud-a" || clientSubject === "CN=cloud-c") &&
          replyTo.startsWith("https://localhost:"),
        allows: () => ok(undefined),
      },
    })
  )._unsafeUnwrap();
  const { port = 0 } = running;
  return {
    ...{ agent, port },
    [Symbol.asyncDispose]: async () => {
      await running.close();
      await agent.close();
    },
  };
}

let serial = 0;
function message(body: string, replyTo: string | null = null): string {
  serial += 1;
  const correlationId = `urn:uuid:00000000-0000-4000-8000-${String(serial).padStart(12, "0")}`;
  return messageOf(body, { correlationId, requesterNSA: NSA_A, replyTo });
}

describe("a provider over TLS", () => {
  test("lets in who shows a certificate that it trusts, and serves who is admitted", async () => {
    await using its = await provider();
    const query = "<c:querySummarySync/>";
    for (const who of [undefined, "stranger"])
      await expect(post(its.port, who, message(query))).rejects.toThrow();
    expect(await post(its.port, "cloud-a", message(query))).toMatchObject({ status: 200 });
    const { body } = await post(its.port, "localhost", message(query));
    expect(body).toContain("<errorId>00302<");
  });

  test("tells who asked, and shows its own certificate there; nobody else has the connection", async () => {
    await using its = await provider();
    const told: (string | undefined)[] = [];
    const tls = { key: pem("localhost.key"), cert: pem("localhost.pem"), ca: pem("ca.pem") };
    let hear: (text: string) => void = () => {};
    const heard = new Promise<string>((resolve) => {
      hear = resolve;
    });
    const listening = (
      await openHttpServer({ host: "localhost", port: 0, tls }, async (request) => {
        told.push(request.clientSubject);
        hear(request.body);
        return { status: 200 };
      })
    )._unsafeUnwrap();
    const replyTo = `https://localhost:${listening.port}/`;
    const asked = await post(its.port, "cloud-a", message(reserve({}), replyTo));
    const [, id = ""] = /<connectionId>([^<]*)</.exec(asked.body) ?? [];
    expect(await heard).toContain(`reserveConfirmed><connectionId>${id}<`);
    expect(told).toEqual(["CN=localhost"]);
    const commit = `<c:reserveCommit><connectionId>${id}</connectionId></c:reserveCommit>`;
    // By the same name, with another certificate that is admitted.
    expect((await post(its.port, "cloud-c", message(commit))).body).toContain("<errorId>00203<");
    expect((await post(its.port, "cloud-a", message(commit))).body).toContain("acknowledgment");
    // Nobody is told where the policy does not want it.
    const elsewhere = message(reserve({}), "https://127.0.0.1:1/");
    expect((await post(its.port, "cloud-a", elsewhere)).body).toContain("<errorId>00302<");
    expect(its.agent.listNetworks()).toHaveLength(1);
    await listening.close();
  });

  test("takes no more than it has room for, however small that comes", async () => {
    await using its = await provider();
    const gzip = { "content-encoding": "gzip" };
    const bomb = gzipSync(Buffer.alloc(100_000_000, " "));
    expect(bomb.length).toBeLessThan(200_000);
    expect(await post(its.port, "cloud-a", bomb, gzip)).toMatchObject({ status: 413 });
    const many = message(
      `<c:querySummarySync>${"<connectionId>x</connectionId>".repeat(1e5)}</c:querySummarySync>`,
    );
    expect(await post(its.port, "cloud-a", many)).toMatchObject({ status: 200 });
    const query = message("<c:querySummarySync/>");
    expect(await post(its.port, "cloud-a", gzipSync(query), gzip)).toMatchObject({ status: 200 });
    expect(await post(its.port, "cloud-a", "not gzip", gzip)).toMatchObject({ status: 400 });
    const all = Array.from({ length: 50 }, () => post(its.port, "cloud-a", message(reserve({}))));
    const answers = await Promise.all(all);
    expect(answers.every(({ body }) => body.includes("reserveResponse"))).toBe(true);
  });
});
