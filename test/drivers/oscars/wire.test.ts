import { connect, createServer, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { DcnsAgent } from "../../../src/dcns.ts";
import { MemoryDriver } from "../../../src/drivers/memory.ts";
import { openHttpServer } from "../../../src/drivers/oscars/http/server-socket.ts";
import { writeNsi } from "../../../src/drivers/oscars/nsi/envelope.ts";
import { OscarsDriver } from "../../../src/drivers/oscars/oscars-driver.ts";
import type { OscarsDriverOptions } from "../../../src/drivers/oscars/oscars-driver-options.ts";
import { campusTopology } from "../../support/campuses.ts";
import { value } from "../../support/testbed.ts";

/** What came over one connection, and over how many connections in all. */
interface Recorded {
  readonly port: number;
  readonly heads: string[];
  readonly bodies: string[];
  connections: number;
  close(): Promise<void>;
}

const open = new Set<() => Promise<void>>();
afterEach(async () => {
  for (const close of open) await close();
  open.clear();
});

/** A server of bytes: notes each request as it came, and answers each with the same bytes. */
async function recorder(answer: string): Promise<Recorded> {
  const sockets = new Set<Socket>();
  const recorded = { heads: [] as string[], bodies: [] as string[], connections: 0 };
  const server = createServer((socket) => {
    recorded.connections += 1;
    sockets.add(socket);
    let text = "";
    socket.on("data", (bytes) => {
      text += bytes.toString("latin1");
      for (;;) {
        const end = text.indexOf("\r\n\r\n");
        if (end < 0) return;
        const head = text.slice(0, end);
        const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
        if (text.length < end + 4 + length) return;
        recorded.heads.push(head);
        recorded.bodies.push(
          Buffer.from(text.slice(end + 4, end + 4 + length), "latin1").toString(),
        );
        text = text.slice(end + 4 + length);
        socket.write(answer);
      }
    });
    socket.on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const bound = server.address();
  const close = () =>
    new Promise<void>((resolve) => {
      for (const socket of sockets) socket.destroy();
      server.close(() => resolve());
    });
  open.add(close);
  const port = typeof bound === "object" && bound !== null ? bound.port : 0;
  return Object.assign(recorded, { port, close });
}

/** An answer in chunks, as servers of Java and Python write it, with a charset of its own case. */
function chunked(type: string, body: string): string {
  const half = Math.floor(body.length / 2);
  const chunk = (part: string): string => `${part.length.toString(16)}\r\n${part}\r\n`;
  return `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n${chunk(body.slice(0, half))}${chunk(body.slice(half))}0\r\n\r\n`;
}

const topology = campusTopology({ campuses: ["west", "east"], wans: ["wan"] });

/** Attaches a driver, which asks what the domain has, some times over. */
async function asked(options: OscarsDriverOptions, recorded: Recorded): Promise<void> {
  const wan = new OscarsDriver({ ...options, times: { auditMs: 20 } });
  const drivers = { wan, west: new MemoryDriver(), east: new MemoryDriver() };
  const agent = value(await DcnsAgent.start({ topology, drivers }));
  for (let waited = 0; recorded.heads.length < 3 && waited < 500; waited += 1)
    await new Promise((resolve) => setTimeout(resolve, 10));
  await agent.close();
}

const header = {
  protocolVersion: "application/vnd.ogf.nsi.cs.v2.requester+soap",
  correlationId: "urn:uuid:dc500001-0000-4000-8000-000000000001",
  requesterNSA: "urn:us:nsa",
  providerNSA: "urn:wan:nsa",
  sessionSecurityAttr: [],
  extensions: [],
};

describe("what goes over the wire", () => {
  test("to an NSI provider is SOAP 1.1 with a quoted action, on one connection, answered in chunks", async () => {
    const answer = writeNsi({
      header,
      body: { type: "querySummarySyncConfirmed", reservation: [] },
    });
    const recorded = await recorder(chunked("text/xml;charset=UTF-8", answer));
    const provider = {
      nsa: "urn:wan:nsa",
      url: `http://127.0.0.1:${recorded.port}/NSI/services/CS2`,
    };
    await asked(
      { dialect: "nsi", peer: "oscars", provider, requester: { nsa: "urn:us:nsa" } },
      recorded,
    );
    const [head = "", body = ""] = [recorded.heads[0], recorded.bodies[0]];
    expect(head).toMatch(/^POST \/NSI\/services\/CS2 HTTP\/1\.1\r\n/);
    expect(head).toMatch(/\r\ncontent-type: text\/xml; charset=utf-8(\r\n|$)/i);
    expect(head).toMatch(
      /\r\nsoapaction: "http:\/\/schemas\.ogf\.org\/nsi\/2013\/12\/connection\/service\/querySummarySync"(\r\n|$)/i,
    );
    expect(head).toMatch(/\r\ncontent-length: \d+/i);
    expect(head).not.toMatch(/transfer-encoding|expect:/i);
    expect(body.startsWith('<?xml version="1.0" encoding="UTF-8"?>\n<soapenv:Envelope')).toBe(true);
    // OSCARS breaks without, and takes an empty one to say that nothing is to be called back.
    expect(body).toContain("<replyTo/>");
    // Children of the global elements have no namespace, and no default one reaches them.
    expect(body).not.toMatch(/\sxmlns=/);
    expect(body).toMatch(/<head:nsiHeader><protocolVersion>/);
    const ids = recorded.bodies.map((each) => /urn:uuid:[0-9a-f-]{36}/.exec(each)?.[0]);
    expect(new Set(ids).size).toBe(ids.length);
    expect(recorded.connections).toBe(1);
  });

  test.each([
    ["oscars-0.6", "http://oscars.es.net/OSCARS/06"],
    ["oscars-0.5", "http://oscars.es.net/OSCARS"],
    ["dragon", "http://oscars.es.net/OSCARS"],
  ] as const)("to %s is SOAP 1.2 with the action in its type", async (peer, namespace) => {
    const answer = `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><listReservationsResponse xmlns="${namespace}"/></s:Body></s:Envelope>`;
    const recorded = await recorder(chunked("application/soap+xml; charset=UTF-8", answer));
    const url = `http://127.0.0.1:${recorded.port}/axis2/services/OSCARS`;
    await asked({ dialect: "idcp", peer, url }, recorded);
    const [head = "", body = ""] = [recorded.heads[0], recorded.bodies[0]];
    expect(head).toMatch(/^POST \/axis2\/services\/OSCARS HTTP\/1\.1\r\n/);
    expect(head).toMatch(
      /\r\ncontent-type: application\/soap\+xml; charset=utf-8; action="http:\/\/oscars\.es\.net\/OSCARS\/listReservations"/i,
    );
    expect(body).toContain(`xmlns:oscars="${namespace}"`);
    expect(body).toMatch(
      /<oscars:listReservations>.*<oscars:resRequested>100<\/oscars:resRequested>/s,
    );
    expect(recorded.connections).toBe(1);
  });

  test("to an OSCARS 1 server is JSON, without a token where all is open", async () => {
    const recorded = await recorder(chunked("application/json", "[]"));
    const url = `http://127.0.0.1:${recorded.port}`;
    const token = async () => expect.fail("no token is needed");
    await asked({ dialect: "rest", url, token }, recorded);
    const [head = ""] = recorded.heads;
    expect(head).toMatch(/^(GET|POST) \/api\/conn\/\S* HTTP\/1\.1\r\n/);
    expect(head).toMatch(/\r\naccept: application\/json/i);
    for (const each of recorded.heads) expect(each).not.toMatch(/authorization/i);
    expect(recorded.connections).toBe(1);
  });

  test("to one that wants a token even there has it in its own header, and nowhere else", async () => {
    const recorded = await recorder("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
    const url = `http://127.0.0.1:${recorded.port}`;
    await asked({ dialect: "rest", url, token: async () => "s3cret" }, recorded);
    const [first = "", second = ""] = recorded.heads;
    expect(first).not.toMatch(/authorization/i);
    expect(second).toMatch(/\r\nauthorization: Bearer s3cret/i);
    expect(second.replace(/\r\nauthorization: Bearer s3cret/i, "")).toBe(first);
    expect(recorded.bodies.join()).not.toContain("s3cret");
  });

  test("from an NSI provider may be compressed, in chunks, over HTTP/1.0 or with another version's name", async () => {
    const heard: string[] = [];
    const at = { host: "127.0.0.1", port: 0 };
    const server = (
      await openHttpServer(at, async ({ body }) => {
        heard.push(body);
        return { status: 200, body: "" };
      })
    )._unsafeUnwrap();
    open.add(() => server.close());
    const text = writeNsi({
      header: { ...header, protocolVersion: "application/vdn.ogf.nsi.cs.v2.provider+soap" },
      body: { type: "provisionConfirmed", connectionId: "a" },
    });
    const zipped = gzipSync(text);
    const send = (head: string, body: Buffer): Promise<string> =>
      new Promise((resolve, reject) => {
        let answer = "";
        const socket = connect(server.port, "127.0.0.1", () => {
          socket.write(`POST /nsi ${head}\r\n\r\n`);
          socket.write(body);
        });
        socket.on("data", (bytes) => {
          answer += bytes.toString();
          socket.end();
        });
        socket.on("end", () => resolve(answer));
        socket.on("error", reject);
      });
    const chunks = Buffer.concat([
      Buffer.from(`${zipped.length.toString(16)}\r\n`),
      zipped,
      Buffer.from("\r\n0\r\n\r\n"),
    ]);
    const gzip = "HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked";
    expect(await send(gzip, chunks)).toMatch(/^HTTP\/1\.1 200 /);
    const plain = `HTTP/1.0\r\nConnection: close\r\nUser-Agent: Twisted PageGetter\r\nContent-Length: ${text.length}`;
    expect(await send(plain, Buffer.from(text))).toMatch(/^HTTP\/1\.1 200 /);
    expect(heard).toEqual([text, text]);
  });
});
