import { spawnSync } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import {
  type HttpClientOptions,
  httpClient,
} from "../../../../src/drivers/oscars/http/client-socket.ts";
import type { HttpHandler, IncomingRequest } from "../../../../src/drivers/oscars/http/http.ts";
import {
  type HttpServerOptions,
  openHttpServer,
} from "../../../../src/drivers/oscars/http/server-socket.ts";
import { systemClock } from "../../../../src/system-clock.ts";

const limits = { signal: new AbortController().signal, timeoutMs: 10_000 };

function client(options: Partial<HttpClientOptions> = {}) {
  const made = httpClient({ clock: systemClock, ...options });
  onTestFinished(() => made.close());
  return made;
}

async function serve(handler: HttpHandler, options: Partial<HttpServerOptions> = {}) {
  const server = (
    await openHttpServer({ host: "127.0.0.1", port: 0, ...options }, handler)
  )._unsafeUnwrap();
  onTestFinished(() => server.close());
  const scheme = options.tls === undefined ? "http" : "https";
  return { url: `${scheme}://localhost:${server.port}/a?b=c`, port: server.port };
}

const echo =
  (seen: IncomingRequest[]): HttpHandler =>
  async (request) => {
    seen.push(request);
    return { status: 201, headers: { "x-one": "1" }, body: `got ${request.body}` };
  };

describe("HTTP over sockets", () => {
  test("carries a request and its answer", async () => {
    const seen: IncomingRequest[] = [];
    const { url } = await serve(echo(seen));
    const answer = await client().send(
      { method: "POST", url, headers: { soapaction: '"x"' }, body: "é" },
      limits,
    );
    const { status, headers, body } = answer._unsafeUnwrap();
    expect([status, headers.get("x-one"), body]).toEqual([201, "1", "got é"]);
    expect(seen.map(({ method, path, body: sent }) => [method, path, sent])).toEqual([
      ["POST", "/a?b=c", "é"],
    ]);
    expect(seen[0]?.headers.get("soapaction")).toBe('"x"');
  });

  test("decompresses what is sent, as far as it stays within bounds", async () => {
    const seen: IncomingRequest[] = [];
    const { port } = await serve(echo(seen), { maxBodyBytes: 100_000 });
    const post = (encoding: string, bytes: Buffer): Promise<number> =>
      new Promise((resolve, reject) => {
        const headers = { "content-encoding": encoding, "transfer-encoding": "chunked" };
        const sent = httpRequest({ port, host: "127.0.0.1", method: "POST", headers }, (answer) => {
          answer.resume();
          resolve(answer.statusCode ?? 0);
        });
        sent.on("error", reject);
        sent.end(bytes);
      });
    expect(await post("gzip", gzipSync("hello"))).toBe(201);
    expect(await post("deflate", deflateSync("hello"))).toBe(201);
    expect(seen.map(({ body }) => body)).toEqual(["hello", "hello"]);
    // A bomb: small as it comes, large when it is opened.
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    expect(bomb.length).toBeLessThan(100_000);
    expect(await post("gzip", bomb)).toBe(413);
    expect(await post("gzip", Buffer.from("not gzip"))).toBe(400);
    expect(await post("br", Buffer.from("x"))).toBe(400);
    expect(await post("identity", Buffer.alloc(200_000, "x"))).toBe(413);
  });

  test("the client takes no more than it wants of an answer", async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, { "content-encoding": "gzip" });
      response.end(gzipSync(Buffer.alloc(10_000_000)));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const answer = await client({ maxBodyBytes: 100_000 }).send(
      { method: "GET", url: `http://127.0.0.1:${port}/`, headers: {} },
      limits,
    );
    expect(answer._unsafeUnwrapErr().kind).toBe("too-large");
  });

  test("says why there is no answer", async () => {
    const { url } = await serve(() => new Promise(() => {}));
    const late = client().send({ method: "GET", url, headers: {} }, { ...limits, timeoutMs: 50 });
    expect((await late)._unsafeUnwrapErr().kind).toBe("timeout");
    const abort = new AbortController();
    const aborted = client().send(
      { method: "GET", url, headers: {} },
      { ...limits, signal: abort.signal },
    );
    abort.abort();
    expect((await aborted)._unsafeUnwrapErr().kind).toBe("aborted");
    const closing = client();
    const closed = closing.send({ method: "GET", url, headers: {} }, limits);
    closing.close();
    expect((await closed)._unsafeUnwrapErr().kind).toBe("aborted");
    const nobody = await client().send(
      { method: "GET", url: "http://127.0.0.1:9/", headers: {} },
      limits,
    );
    expect(nobody._unsafeUnwrapErr().kind).toBe("unreachable");
  });

  test.each([
    ["throws", () => expect.fail("sesame")],
    ["rejects", () => Promise.reject(new Error("sesame"))],
  ])("a handler that %s costs its client an answer, and nobody else anything", async (_, fails) => {
    const failures: unknown[] = [];
    const heard = (message: unknown): void => void failures.push(message);
    subscribe("dcns:http:handler-failed", heard);
    onTestFinished(() => void unsubscribe("dcns:http:handler-failed", heard));
    const seen: IncomingRequest[] = [];
    const { url } = await serve((request) =>
      request.body === "bad" ? fails() : echo(seen)(request),
    );
    const post = async (body: string) =>
      (await client().send({ method: "POST", url, headers: {}, body }, limits))._unsafeUnwrap();
    expect(await post("bad")).toMatchObject({ status: 500, body: "" });
    expect(await post("good")).toMatchObject({ status: 201 });
    expect(failures).toHaveLength(1);
  });

  test("a port that is taken is told", async () => {
    const { port } = await serve(echo([]));
    const second = await openHttpServer({ host: "127.0.0.1", port }, echo([]));
    expect(second._unsafeUnwrapErr().type).toBe("listen-failed");
  });
});

describe("HTTP over TLS", () => {
  let folder = "";
  const pem = (name: string): string => readFileSync(join(folder, name), "utf8");
  const openssl = (...args: readonly string[]): void => {
    expect(spawnSync("openssl", [...args], { cwd: folder }).status).toBe(0);
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "dcns-tls-"));
    const ca = ["-x509", "-days", "2", "-nodes", "-newkey", "rsa:2048"];
    openssl("req", ...ca, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=ca");
    openssl(
      "req",
      ...ca,
      "-keyout",
      "stranger.key",
      "-out",
      "stranger.pem",
      "-subj",
      "/CN=stranger",
    );
    for (const name of ["localhost", "client"]) {
      openssl(
        "req",
        "-nodes",
        "-newkey",
        "rsa:2048",
        "-keyout",
        `${name}.key`,
        "-out",
        `${name}.csr`,
        "-subj",
        `/CN=${name}`,
        "-addext",
        `subjectAltName=DNS:${name}`,
      );
      openssl(
        "x509",
        "-req",
        "-days",
        "2",
        "-copy_extensions",
        "copy",
        "-in",
        `${name}.csr`,
        "-CA",
        "ca.pem",
        "-CAkey",
        "ca.key",
        "-CAcreateserial",
        "-out",
        `${name}.pem`,
      );
    }
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  test("tells who the client is, and lets nobody in without a certificate", async () => {
    const seen: IncomingRequest[] = [];
    const tls = { key: pem("localhost.key"), cert: pem("localhost.pem"), ca: pem("ca.pem") };
    const { url } = await serve(echo(seen), { host: "localhost", tls });
    const get = { method: "GET", url, headers: {} } as const;
    const known = client({
      tls: { key: pem("client.key"), cert: pem("client.pem"), ca: pem("ca.pem") },
    });
    expect((await known.send(get, limits))._unsafeUnwrap().status).toBe(201);
    expect(seen.map(({ clientSubject }) => clientSubject)).toEqual(["CN=client"]);
    const strangers = [
      client({ tls: { ca: pem("ca.pem") } }),
      client({ tls: { key: pem("stranger.key"), cert: pem("stranger.pem"), ca: pem("ca.pem") } }),
      // And a server that the client does not know.
      client({ tls: { key: pem("client.key"), cert: pem("client.pem"), ca: pem("stranger.pem") } }),
    ];
    for (const stranger of strangers)
      expect((await stranger.send(get, limits))._unsafeUnwrapErr().kind).toBe("unreachable");
    expect(seen).toHaveLength(1);
  });
});
