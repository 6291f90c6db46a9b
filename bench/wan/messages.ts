import {
  type IdcpEnvelope,
  idcp06,
  readIdcp,
  writeIdcp,
} from "../../src/drivers/oscars/idcp/envelope.ts";
import type { Message06 } from "../../src/drivers/oscars/idcp/message-06.ts";
import { type NsiEnvelope, readNsi, writeNsi } from "../../src/drivers/oscars/nsi/envelope.ts";
import { ETHERNET_SERVICE, PROVIDER_VERSION } from "../../src/drivers/oscars/nsi/names.ts";
import { readJson } from "../../src/drivers/oscars/rest/json.ts";
import {
  type SimpleConnection,
  simpleConnection,
} from "../../src/drivers/oscars/rest/simple-connection.ts";
import type { dialects } from "../../test/support/simulated-wan.ts";
import { rounded } from "../support/statistics.ts";

const agent = (name: string): string => `urn:ogf:network:${name}.example:2026:nsa`;

const request: NsiEnvelope = {
  header: {
    protocolVersion: PROVIDER_VERSION,
    correlationId: "urn:uuid:dc500001-0000-4000-8000-000000000001",
    requesterNSA: agent("us"),
    providerNSA: agent("wan"),
    replyTo: "https://us.example:8443/nsi",
    sessionSecurityAttr: [],
    extensions: [],
  },
  body: {
    type: "reserve",
    description: "dcns 1@wan wan1:a/100 wan1:b/100",
    criteria: {
      version: 1,
      schedule: { startTime: 1_893_492_000_000, endTime: 1_893_499_200_000 },
      serviceType: ETHERNET_SERVICE,
      p2ps: {
        capacity: 1_000,
        directionality: "Bidirectional",
        sourceSTP: "urn:ogf:network:wan.example:2026:topology:a?vlan=100",
        destSTP: "urn:ogf:network:wan.example:2026:topology:b?vlan=100",
        parameter: [],
        inclusion: [],
        exclusion: [],
        others: [],
      },
      parameter: [],
      others: [],
    },
  },
};

const creation: IdcpEnvelope<Message06> = {
  header: [],
  body: {
    type: "createReservation",
    description: "dcns 1@wan wan1:a/100 wan1:b/100",
    userRequestConstraint: {
      startTime: 1_893_492_000,
      endTime: 1_893_499_200,
      bandwidth: 1_000,
      pathInfo: {
        pathSetupMode: "signal-xml",
        layer2Info: {
          srcVtag: { tagged: true, vlans: "100" },
          destVtag: { tagged: true, vlans: "100" },
          srcEndpoint: "urn:ogf:network:domain=wan.example:node=n1:port=a:link=*",
          destEndpoint: "urn:ogf:network:domain=wan.example:node=n1:port=b:link=*",
        },
      },
    },
    optionalConstraint: [],
  },
};

const held: SimpleConnection = {
  ...{ connectionId: "d0123456789", begin: 1_893_492_000, end: 1_893_499_200 },
  ...{ connection_mtu: 9_000, mode: "AUTOMATIC" },
  description: "dcns 1@wan wan1:a/100 wan1:b/100",
  junctions: [{ device: "edge-a" }, { device: "edge-b" }],
  fixtures: ["a", "b"].map((end) => ({
    ...{ junction: `edge-${end}`, port: `edge-${end}:1/1/1`, vlan: 100, strict: true },
    mbps: 1_000,
  })),
  pipes: [
    {
      ...{ a: "edge-a", z: "edge-b", mbps: 1_000, protect: false, exclude: [] },
      ero: ["edge-a", "edge-a:core", "core:edge-a", "core", "core:edge-b", "edge-b:core", "edge-b"],
    },
  ],
  ...{ tags: [], projectIds: [] },
};

/** Requests for a circuit written and read, in each dialect, per second of processor time. */
export function messageRates(
  sliceMs: number,
): Readonly<Record<(typeof dialects)[number], MessageRates>> {
  return {
    nsi: ratesOf(sliceMs, () => writeNsi(request), readNsi),
    rest: ratesOf(
      sliceMs,
      () => JSON.stringify(held),
      (body) => readJson(simpleConnection, body),
    ),
    idcp: ratesOf(
      sliceMs,
      () => writeIdcp(idcp06, creation),
      (body) => readIdcp(idcp06, body),
    ),
  };
}

/** How many of one message there are in a second, and how long it is. */
type MessageRates = Readonly<Record<"written" | "read" | "bytes", number>>;

function ratesOf(
  sliceMs: number,
  write: () => string,
  read: (text: string) => unknown,
): MessageRates {
  const text = write();
  return {
    written: rate(sliceMs, write),
    read: rate(sliceMs, () => read(text)),
    bytes: Buffer.byteLength(text),
  };
}

function rate(sliceMs: number, task: () => unknown): number {
  const until = (limitMs: number): number => {
    const start = process.cpuUsage();
    for (let count = 1; ; count += 1) {
      task();
      const { user, system } = process.cpuUsage(start);
      const elapsedMs = (user + system) / 1000;
      if (elapsedMs >= limitMs) return (count * 1000) / elapsedMs;
    }
  };
  // The first is there to be compiled.
  until(sliceMs);
  return rounded(until(sliceMs));
}
