import { existsSync, readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { readNsi } from "../../../src/drivers/oscars/nsi/envelope.ts";
import { VlanSet } from "../../../src/model/vlan-set.ts";
import { MemoryHttp } from "../../../src/testing/wan/memory-http.ts";
import { nsiPeerQuirks } from "../../../src/testing/wan/nsi-peers.ts";
import { SimNsiProvider } from "../../../src/testing/wan/sim-nsi-provider.ts";
import { fakeClock } from "../../support/fake-clock.ts";

const { DCNS_SHARED } = process.env;
const samples = resolve(DCNS_SHARED ?? "../shared", "data/wan/samples/nsi/recorded-opennsa");
const nsa = "urn:ogf:network:example.net:2013:nsa";
const portUrn = (name: string) => `urn:ogf:network:example.net:2013:topology:${name}`;

/** One message of a recorded session. */
interface Recorded {
  readonly file: string;
  readonly isRequest: boolean;
  readonly isCallback: boolean;
  /** The first line: what is asked for, or how it was answered. */
  readonly start: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

function recorded(file: string): Recorded {
  const [head = "", ...rest] = readFileSync(resolve(samples, file), "utf8").split("\r\n\r\n");
  const [start = "", ...lines] = head.split("\r\n");
  const headers = new Map(
    lines.map((line): [string, string] => {
      const at = line.indexOf(":");
      return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()];
    }),
  );
  const sent = rest.join("\r\n\r\n");
  // One chunk: its size, what it has, and the empty one that ends it.
  const isChunked = headers.get("transfer-encoding") === "chunked";
  const body = isChunked ? sent.slice(sent.indexOf("\r\n") + 2, sent.lastIndexOf("\r\n0")) : sent;
  const isCallback = /^\d+-callback-/.test(file);
  return { file, isRequest: /^\d+-request-/.test(file), isCallback, start, headers, body };
}

/** A request, what was posted until the next one, and how it was answered. */
interface Exchange {
  readonly request: Recorded;
  readonly answer: Recorded;
  readonly posted: readonly Recorded[];
}

function exchanges(session: readonly Recorded[]): readonly Exchange[] {
  const starts = session.flatMap(({ isRequest }, at) => (isRequest ? [at] : []));
  return starts.flatMap((from, index) => {
    const its = session.slice(from, starts[index + 1] ?? session.length);
    const [request] = its;
    const answer = its.find((each) => !each.isRequest && !each.isCallback);
    const posted = its.filter(({ isCallback }) => isCallback);
    return request === undefined || answer === undefined ? [] : [{ request, answer, posted }];
  });
}

/** What is the server's to choose, or says the same in two ways. */
const CHOSEN: Readonly<Record<string, (value: unknown) => boolean>> = {
  // Words, numbers and times.
  text: () => true,
  faultstring: () => true,
  timeStamp: () => true,
  notificationId: () => true,
  resultId: () => true,
  // It gives a service a name of its own, whatever it was asked for by.
  serviceType: () => true,
  // What the schema takes it to be where it is missing.
  symmetricPath: (value) => value === false,
  // Where asked for all, it shows a part of each connection, under a name that is known inside only.
  children: () => true,
  // It answers in the version of the request; others in that of who is answered.
  protocolVersion: () => true,
};

/** A message as read, without what is {@link CHOSEN}, and with its connections numbered as they come. */
function comparable(text: string, ids: Map<string, string>): unknown {
  const read = readNsi(text)._unsafeUnwrap();
  const isNews = read.body.type === "dataPlaneStateChange";
  const json = JSON.stringify(read, (key, value: unknown) => {
    const isOwn = CHOSEN[key]?.(value) === true || (isNews && key === "correlationId");
    if (isOwn || (Array.isArray(value) && value.length === 0)) return undefined;
    if (key !== "connectionId" || typeof value !== "string" || value === "EX-doesnotexist")
      return value;
    const known = ids.get(value) ?? `connection ${ids.size + 1}`;
    ids.set(value, known);
    return known;
  });
  return JSON.parse(json);
}

function sorted(all: readonly unknown[]): readonly unknown[] {
  return all.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

describe.skipIf(!existsSync(samples))("the simulated OpenNSA", () => {
  test("answers and posts what the real one did when it was asked the same", async () => {
    const files = readdirSync(samples).filter((file) => file.endsWith(".http"));
    const session = exchanges(files.sort().map(recorded));
    expect(session.map(({ posted }) => 2 + posted.length).reduce((a, b) => a + b)).toBe(
      files.length,
    );
    const clock = fakeClock(Date.parse(session[0]?.answer.headers.get("date") ?? ""));
    const http = new MemoryHttp(clock);
    const sold = { capacity: 1_000, vlans: VlanSet.default };
    const ports = new Map(["ps", "eth", "trunk", "cur"].map((name) => [portUrn(name), sold]));
    const quirks = nsiPeerQuirks.opennsa;
    const provider = new SimNsiProvider({ nsa, ports, clock, http, quirks, delayMs: 20 });
    const heard: { readonly action: string | undefined; readonly body: string }[] = [];
    http.serve("http://127.0.0.1:9555", async ({ headers, body }) => {
      heard.push({ action: headers.get("soapaction"), body });
      return { status: 200, body: "" };
    });
    const [ids, theirIds] = [new Map<string, string>(), new Map<string, string>()];
    /** The connection here that has the number which that one has there. */
    const named = (theirs: string): string =>
      [...ids].find(([, number]) => number === theirIds.get(theirs))?.[0] ?? theirs;

    for (const [index, { request, answer, posted }] of session.entries()) {
      const body = request.body.replace(/EX-[0-9a-f]+(?=<)/g, named);
      const post = { method: "POST", path: "/", headers: request.headers, body };
      const is = await provider.handler(post);
      const next = session[index + 1]?.answer.headers.get("date");
      const until = next === undefined ? clock.now() + 1_000 : Date.parse(next);
      await clock.advance(Math.max(100, until - clock.now()));
      const told = heard.splice(0);

      expect([request.file, is.status]).toEqual([request.file, Number(answer.start.split(" ")[1])]);
      expect([request.file, comparable(String(is.body), ids)]).toEqual([
        request.file,
        comparable(answer.body, theirIds),
      ]);
      expect([request.file, told.map(({ action }) => action).sort()]).toEqual([
        request.file,
        posted.map(({ headers }) => headers.get("soapaction")).sort(),
      ]);
      expect([request.file, sorted(told.map((each) => comparable(each.body, ids)))]).toEqual([
        request.file,
        sorted(posted.map((each) => comparable(each.body, theirIds))),
      ]);
    }
  });
});
