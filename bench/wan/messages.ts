import { type NsiEnvelope, readNsi, writeNsi } from "../../src/drivers/oscars/nsi/envelope.ts";
import { ETHERNET_SERVICE, PROVIDER_VERSION } from "../../src/drivers/oscars/nsi/names.ts";
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

/** Reserve requests written and read per second of processor time. */
export function messageRates(sliceMs: number): {
  readonly written: number;
  readonly read: number;
  readonly bytes: number;
} {
  const text = writeNsi(request);
  return {
    written: rate(sliceMs, () => writeNsi(request)),
    read: rate(sliceMs, () => readNsi(text)),
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
