import { createServer } from "node:http";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { httpClient } from "../../../src/drivers/oscars/http/client-socket.ts";
import { idcp05, idcp06, readIdcp } from "../../../src/drivers/oscars/idcp/envelope.ts";
import { readBrokerMessage } from "../../../src/drivers/oscars/idcp/notification.ts";
import { readCtrlPlane } from "../../../src/drivers/oscars/inventory/ctrl-plane-edges.ts";
import { readNml } from "../../../src/drivers/oscars/inventory/nml-edges.ts";
import { readOscarsPorts } from "../../../src/drivers/oscars/inventory/oscars-edges.ts";
import { readNsaDescription } from "../../../src/drivers/oscars/nsi/discovery.ts";
import { readNsi } from "../../../src/drivers/oscars/nsi/envelope.ts";
import { connection, connectionPage } from "../../../src/drivers/oscars/rest/connection.ts";
import { readJson } from "../../../src/drivers/oscars/rest/json.ts";
import { edgePorts, portAvailabilities } from "../../../src/drivers/oscars/rest/port.ts";
import { simpleConnection } from "../../../src/drivers/oscars/rest/simple-connection.ts";
import { defaultXmlLimits, readXml } from "../../../src/drivers/oscars/xml/read-xml.ts";
import { systemClock } from "../../../src/system-clock.ts";

const xmlReaders: readonly ((text: string) => { isOk(): boolean })[] = [
  (text) => readXml(text),
  (text) => readNsi(text),
  (text) => readIdcp(idcp05, text),
  (text) => readIdcp(idcp06, text),
  (text) => readBrokerMessage(idcp05, text),
  (text) => readBrokerMessage(idcp06, text),
  readCtrlPlane,
  readNml,
  readNsaDescription,
];
const jsonReaders: readonly ((text: string) => { isOk(): boolean })[] = [
  (text) => readJson(simpleConnection, text),
  (text) => readJson(connection, text),
  (text) => readJson(connectionPage, text),
  (text) => readJson(edgePorts, text),
  (text) => readJson(portAvailabilities, text),
  (text) => readOscarsPorts(text, text),
];

const soap = (version: string, body: string): string =>
  `<e:Envelope xmlns:e="${version}"><e:Header/><e:Body>${body}</e:Body></e:Envelope>`;
const SOAP_1_1 = "http://schemas.xmlsoap.org/soap/envelope/";
const SOAP_1_2 = "http://www.w3.org/2003/05/soap-envelope";

const documents = [
  soap(
    SOAP_1_1,
    `<c:reserveConfirmed xmlns:c="http://schemas.ogf.org/nsi/2013/12/connection/types"><connectionId>a</connectionId>
     <criteria version="1"><schedule><startTime>2030-01-01T00:00:00Z</startTime></schedule><serviceType>s</serviceType>
     <p:p2ps xmlns:p="http://schemas.ogf.org/nsi/2013/12/services/point2point"><capacity>1</capacity><directionality>Bidirectional</directionality>
     <sourceSTP>urn:ogf:network:x:a?vlan=1-9</sourceSTP><destSTP>urn:ogf:network:x:b?vlan=2</destSTP></p:p2ps></criteria></c:reserveConfirmed>`,
  ),
  soap(
    SOAP_1_2,
    `<queryReservationResponse xmlns="http://oscars.es.net/OSCARS"><globalReservationId>a-1</globalReservationId><login>l</login>
     <status>ACTIVE</status><startTime>1</startTime><endTime>2</endTime><createTime>1</createTime><bandwidth>5</bandwidth>
     <description>d</description><pathInfo><pathSetupMode>signal-xml</pathSetupMode></pathInfo></queryReservationResponse>`,
  ),
  `<nsa xmlns="http://schemas.ogf.org/nsi/2014/02/discovery/nsa" id="urn:n" version="2026-11-22T09:15:42Z"><networkId>x</networkId></nsa>`,
  `<topology xmlns="http://ogf.org/schema/network/topology/ctrlPlane/20080828/" id="t"><idcId>i</idcId><domain id="d"/></topology>`,
];
const bodies = [
  `{"connectionId":"C4KD","begin":1893492000,"end":1893499200,"mode":"AUTOMATIC","description":"d","junctions":[{"device":"a"}],"fixtures":[{"junction":"a","port":"a:1","vlan":700,"strict":true,"mbps":1}],"pipes":[]}`,
  `{"a":[{"urn":"a:1","tags":null,"reservableIngressBw":1,"reservableEgressBw":1,"reservableVlans":[{"floor":2,"ceiling":9}],"capabilities":["EDGE"]}]}`,
  `{"a:1":{"vlanRanges":[{"floor":-1e9,"ceiling":1e308}],"ingressBandwidth":1,"egressBandwidth":2}}`,
];

/** Pieces that are dangerous where they do not belong. */
const pieces = [
  ...[
    "<",
    ">",
    "</",
    "/>",
    "&",
    "&#0;",
    "&#xD800;",
    "&lt;",
    "]]>",
    "<![CDATA[",
    "<!--",
    "<?x",
    '"',
    "'",
  ],
  ...[
    "<!DOCTYPE a [<!ENTITY b 'c'>]>",
    "&b;",
    'xmlns=""',
    'xmlns:e="u"',
    ":",
    "\0",
    "\ufffe",
    "\ud800",
  ],
  ...[
    "{",
    "}",
    "[",
    "]",
    ",",
    "null",
    "1e999",
    "-0",
    '"__proto__":{"x":1},',
    "\\u0000",
    "true",
    " ",
  ],
];

/** A text with a few of its parts taken out, doubled or replaced. */
function damaged(texts: readonly string[]): fc.Arbitrary<string> {
  const change = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.nat(4),
    by: fc.oneof(fc.constantFrom(...pieces), fc.constant(undefined), fc.string({ maxLength: 2 })),
  });
  return fc
    .tuple(fc.constantFrom(...texts), fc.array(change, { minLength: 1, maxLength: 2 }))
    .map(([text, changes]) =>
      changes.reduce((all, { at, length, by }) => {
        const from = Math.floor(at * all.length);
        const part = all.slice(from, from + length);
        return (
          all.slice(0, from) + (by ?? part + part) + all.slice(from + (by === "" ? 0 : length))
        );
      }, text),
    );
}

describe("what a domain sends", () => {
  test("is read or refused as XML, whatever it is, and never throws", () => {
    let readable = 0;
    fc.assert(
      fc.property(damaged(documents), (text) => {
        for (const read of xmlReaders) if (read(text).isOk()) readable += 1;
      }),
      { numRuns: 1_500 },
    );
    // Otherwise nothing but the first check of all was tried.
    expect(readable).toBeGreaterThan(20);
  });

  test("is read or refused as JSON, whatever it is, and never throws", () => {
    let readable = 0;
    fc.assert(
      fc.property(damaged(bodies), (text) => {
        for (const read of jsonReaders) if (read(text).isOk()) readable += 1;
      }),
      { numRuns: 1_500 },
    );
    expect(readable).toBeGreaterThan(20);
    expect(Object.hasOwn(Object.prototype, "x")).toBe(false);
  });

  test.each([
    ["attributes", ` a0=""`],
    ["namespaces", ` xmlns:a0="u"`],
  ])("is refused before its %s fill the memory", (_what, one) => {
    const size = defaultXmlLimits.maxCharacters;
    const count = Math.floor(size / (one.length + 6)) - 10;
    const many = Array.from({ length: count }, (_, at) => one.replace("a0", `a${at}`)).join("");
    const before = process.memoryUsage().heapUsed;
    expect(readXml(`<r${many}/>`).isErr()).toBe(true);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(4 * size);
  });

  test.each(["[", `{"a":`, `[{"a":`])("is refused where JSON nests without end: %s", (one) => {
    const [read] = jsonReaders;
    expect(read?.(one.repeat(100_000)).isOk()).toBe(false);
  });

  test("grows no further than its cap, however small it was when it came", async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20));
    expect(bomb.length).toBeLessThan(100_000);
    const server = createServer((_request, response) => {
      response.writeHead(200, { "content-encoding": "gzip", "content-type": "text/xml" }).end(bomb);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const bound = server.address();
    const port = typeof bound === "object" && bound !== null ? bound.port : 0;
    const http = httpClient({ clock: systemClock, maxBodyBytes: 1024 * 1024 });
    const sent = await http.send(
      { method: "GET", url: `http://127.0.0.1:${port}/`, headers: {} },
      { signal: new AbortController().signal, timeoutMs: 10_000 },
    );
    expect(sent._unsafeUnwrapErr().kind).toBe("too-large");
    http.close();
    server.close();
  });
});
