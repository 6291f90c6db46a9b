import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Topology } from "../../src/topology.ts";
import { topologyDocuments } from "./arbitrary-document.ts";
import { designDocument } from "./design-document.ts";

type Path = readonly (string | number)[];

/** A copy of the design's document with the value at `path` replaced; `undefined` removes it. */
function edited(...edits: readonly (readonly [path: Path, value: unknown])[]): unknown {
  const document: unknown = structuredClone(designDocument);
  for (const [path, value] of edits) put(document, path, value);
  return document;
}

function put(document: unknown, path: Path, value: unknown): void {
  const [key, ...rest] = path;
  if (!(document instanceof Object) || key === undefined) throw new Error(`no ${path.join(".")}`);
  if (rest.length > 0) put(Reflect.get(document, key), rest, value);
  else if (value === undefined) Reflect.deleteProperty(document, key);
  else Reflect.set(document, key, value);
}

/** The faults of a document, as `path = value: message`. */
function faultsOf(document: unknown): readonly string[] {
  return Topology.parse(document).match(
    () => [],
    ({ faults }) =>
      faults.map((f) => `${f.path.join(".")} = ${JSON.stringify(f.value)}: ${f.message}`),
  );
}

const link = { id: "second", a: "s1:1", b: "s2:1", capacity: "1Gbps" };
const sparePorts = [
  [["nodes", 0, "ports", 2], { id: "3" }],
  [["nodes", 1, "ports", 2], { id: "3" }],
] as const;

describe("a value that is wrong by itself", () => {
  test.each<[Path, unknown, string]>([
    [["format"], "dcns-topology/2", 'must be "dcns-topology/1"'],
    [["domains"], {}, "must be an array"],
    [["domains", 0], "campus", "must be an object"],
    [["domains", 0, "driver"], undefined, "is missing"],
    [["colour"], "blue", "is not a known key"],
    [["nodes", 0, "colour"], "blue", "is not a known key"],
    [["nodes", 0, "ports", 0, "vlan"], 7, "is not a known key"],
    [["nodes", 0, "id"], "", "must be 1 to 255 characters without white space or colons"],
    [["nodes", 0, "id"], "s:1", "must be 1 to 255 characters without white space or colons"],
    [["nodes", 0, "ports", 0, "id"], "a b", "must be 1 to 255 characters without white space"],
    [["nodes", 0, "vlanTranslation"], "yes", "must be true or false"],
    [["nodes", 0, "branching"], "no", "must be true or false"],
    [["nodes", 0, "datapathId"], "1", "must be 16 hexadecimal digits"],
    [["nodes", 0, "datapathId"], "000000000000000g", "must be 16 hexadecimal digits"],
    [["nodes", 0, "datapathId"], 1, "must be a string"],
    [["nodes", 0, "ports", 0, "ofPort"], 0, "must be from 1 to 4294967040"],
    [["nodes", 0, "ports", 0, "ofPort"], 0xffffff01, "must be from 1 to 4294967040"],
    [["nodes", 0, "ports", 0, "ofPort"], 1.5, "must be a whole number"],
    [["nodes", 0, "ports", 0, "ofPort"], "1", "must be a number"],
    [["nodes", 0, "ports", 0, "name"], "", "must not be empty"],
    [["nodes", 0, "ports", 0, "vlans"], "0-5", "VLAN 0 is not from 1 to 4094"],
    [["nodes", 0, "ports", 0, "vlans"], "1-4095", "VLAN 4095 is not from 1 to 4094"],
    [["nodes", 0, "ports", 0, "vlans"], "9-1", "range 9-1 runs backwards"],
    [["nodes", 0, "ports", 0, "capacity"], -1, "must be more than 0 bit/s"],
    [["links", 0, "capacity"], 0, "must be more than 0 bit/s"],
    [["links", 0, "capacity"], "0Gbps", "must be more than 0 bit/s"],
    [["links", 0, "capacity"], "10GB/s", 'unit "GB/s" may mean bytes'],
    [["links", 0, "capacity"], undefined, "is missing"],
    [["links", 0, "capacity"], true, "must be a number or a string"],
    [["links", 0, "vlans"], "all", '"all" is neither a VLAN ID nor a range of them'],
    [["links", 0, "metric"], -1, "must be from 0 to 1000000000"],
    [["links", 0, "metric"], Number.NaN, "must be a number"],
    [["links", 0, "delayMs"], Number.POSITIVE_INFINITY, "must be from 0 to 86400000"],
    [["links", 0, "srlg"], [""], "must be 1 to 255 characters"],
    [["hosts", 0, "nic"], "eth1:0", "must be 1 to 255 characters without white space or colons"],
    [["hosts", 0, "tagging"], "both", 'must be ("tagged" | "untagged")'],
  ])("is a fault at its path: %j %j", (path, value, message) => {
    const error = Topology.parse(edited([path, value]))._unsafeUnwrapErr();
    const fault = error.faults.find((found) => path.every((key, i) => found.path[i] === key));
    expect(fault?.message).toContain(message);
    if (!Array.isArray(value)) expect(fault?.value).toEqual(value);
  });

  test.each([undefined, null, 7, "{}", [], () => 1])(
    "may be the whole document: %j",
    (document) => {
      expect(faultsOf(document)).not.toEqual([]);
    },
  );
});

describe("a fault between the parts of a document", () => {
  test.each<[string, unknown, readonly string[]]>([
    [
      "two domains with one id",
      edited([["domains", 1], { id: "campus", driver: "other" }]),
      ['domains.1.id = "campus": is the same as domains.0.id'],
    ],
    [
      "two nodes with one id",
      edited([["nodes", 2], { id: "s1", domain: "campus", ports: [] }]),
      ['nodes.2.id = "s1": is the same as nodes.0.id'],
    ],
    [
      "a datapath id twice, however it is written",
      edited([["nodes", 1, "datapathId"], "00:00:00:00:00:00:00:01"]),
      ['nodes.1.datapathId = "00:00:00:00:00:00:00:01": is the same as nodes.0.datapathId'],
    ],
    [
      "two ports of a node with one id",
      edited([["nodes", 0, "ports", 2], { id: "2" }]),
      ['nodes.0.ports.2.id = "2": is the same as nodes.0.ports.1.id'],
    ],
    [
      "two ports of a node with one OpenFlow number",
      edited([["nodes", 1, "ports", 1, "ofPort"], 1]),
      ["nodes.1.ports.1.ofPort = 1: is the same as nodes.1.ports.0.ofPort"],
    ],
    [
      "two ports of a node with one name",
      edited([["nodes", 0, "ports", 0, "name"], "uplink0"]),
      ['nodes.0.ports.1.name = "uplink0": is the same as nodes.0.ports.0.name'],
    ],
    [
      "a node in no domain",
      edited([["nodes", 0, "domain"], "wan"]),
      ['nodes.0.domain = "wan": is no domain of the topology'],
    ],
    [
      "two links with one id",
      edited(...sparePorts, [["links", 1], { ...link, id: "s1-s2", a: "s1:3", b: "s2:3" }]),
      ['links.1.id = "s1-s2": is the same as links.0.id'],
    ],
    [
      "a link to a port that is not there",
      edited([["links", 0, "a"], "s1:9"]),
      ['links.0.a = "s1:9": is no port of the topology'],
    ],
    [
      "a link to a node that is not there",
      edited([["links", 0, "b"], "s9:2"]),
      ['links.0.b = "s9:2": is no port of the topology'],
    ],
    [
      "a port at two links",
      edited(...sparePorts, [["links", 1], { ...link, a: "s1:2", b: "s2:3" }]),
      ['links.1.a = "s1:2": is used by links.0 already'],
    ],
    [
      "a port at a link and a host",
      edited([["hosts", 0, "port"], "s1:2"]),
      ['hosts.0.port = "s1:2": is used by links.0 already'],
    ],
    [
      "a link from a port to itself",
      edited([["links", 0, "b"], "s1:2"]),
      ['links.0.b = "s1:2": is on the same node as a'],
    ],
    [
      "a link between two ports of one node",
      edited([["links", 0, "b"], "s1:3"], ...sparePorts),
      ['links.0.b = "s1:3": is on the same node as a'],
    ],
    [
      "a host at a port that is not there",
      edited([["hosts", 0, "port"], "s1:9"]),
      ['hosts.0.port = "s1:9": is no port of the topology'],
    ],
    [
      "a host port twice",
      edited([["hosts", 1], { host: "es1", nic: "eth1", port: "s2:1" }]),
      ['hosts.1 = {"host":"es1","nic":"eth1","port":"s2:1"}: is the same host port as hosts.0'],
    ],
  ])("is found: %s", (_, document, faults) => {
    expect(faultsOf(document)).toEqual(faults);
  });

  test("is no fault where several host ports share a port, or links run in parallel", () => {
    expect(
      faultsOf(
        edited(
          ...sparePorts,
          [["links", 1], { ...link, a: "s1:3", b: "s2:3" }],
          [["hosts", 2], { host: "es1", nic: "eth2", port: "s1:1" }],
        ),
      ),
    ).toEqual([]);
  });
});

describe("links to other domains that share a port", () => {
  const sharing = (vlans: readonly [string, string], domain = "wan"): unknown =>
    edited(
      ...sparePorts,
      [["domains", 1], { id: "wan", driver: "oscars" }],
      [["nodes", 1, "domain"], domain],
      [["links", 0, "vlans"], vlans[0]],
      [["links", 1], { ...link, a: "s1:2", b: "s2:3", vlans: vlans[1] }],
    );

  test("are told apart by their VLANs", () => {
    expect(faultsOf(sharing(["100-199", "200-299"]))).toEqual([]);
    expect(faultsOf(sharing(["100-199", "199-299"]))).toEqual([
      'links.1.vlans = "199-299": have some in common with links.0 at s1:2',
    ]);
  });

  test("lead to no node of the same", () => {
    expect(faultsOf(sharing(["100-199", "200-299"], "campus"))).toEqual([
      'links.1.a = "s1:2": is used by links.0 already',
    ]);
  });
});

describe("all faults of a document", () => {
  test("are reported at once, those of values and those between parts", () => {
    const document = edited(
      [["colour"], "blue"],
      [["taste"], "sour"],
      [["nodes", 0, "ports", 0, "vlans"], "0-5"],
      [["nodes", 1, "datapathId"], "0x1"],
      [["nodes", 2], null],
      [["links", 0, "capacity"], 0],
      [["links", 1], { ...link, b: "s9:1", delayMs: "1ms" }],
      [["hosts", 0, "port"], "s1:2"],
      [["hosts", 1, "tagging"], "both"],
    );
    expect(faultsOf(document)).toEqual([
      'nodes.0.ports.0.vlans = "0-5": VLAN 0 is not from 1 to 4094',
      "nodes.2 = null: must be an object",
      "links.0.capacity = 0: must be more than 0 bit/s",
      'links.1.delayMs = "1ms": must be a number',
      'hosts.1.tagging = "both": must be ("tagged" | "untagged")',
      'colour = "blue": is not a known key',
      'taste = "sour": is not a known key',
      'nodes.1.datapathId = "0x1": is the same as nodes.0.datapathId',
      'links.1.b = "s9:1": is no port of the topology',
      'hosts.0.port = "s1:2": is used by links.0 already',
    ]);
  });

  test("are values of the document at their paths, whatever was put anywhere into a valid one", () => {
    fc.assert(
      fc.property(topologyDocuments, fc.anything(), fc.nat(), (valid, junk, place) => {
        const document: unknown = structuredClone(valid);
        const paths = [...pathsIn(document)];
        put(document, paths[place % paths.length] ?? ["format"], junk);
        const result = Topology.parse(document);
        if (result.isOk()) return;
        expect(result.error.faults.length).toBeGreaterThan(0);
        for (const fault of result.error.faults) {
          expect(fault.message).not.toBe("");
          expect(valueAt(document, fault.path)).toBe(fault.value);
        }
      }),
      { numRuns: 300 },
    );
  });
});

function* pathsIn(value: unknown, path: Path = []): Generator<Path> {
  if (!(value instanceof Object)) return;
  for (const [key, inner] of Object.entries(value)) {
    const here = [...path, Array.isArray(value) ? Number(key) : key];
    yield here;
    yield* pathsIn(inner, here);
  }
}

function valueAt(document: unknown, [key, ...rest]: Path): unknown {
  if (key === undefined) return document;
  return document instanceof Object ? valueAt(Reflect.get(document, key), rest) : undefined;
}
