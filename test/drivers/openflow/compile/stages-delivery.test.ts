import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bindDraft } from "../../../../src/drivers/openflow/compile/bind.ts";
import { compileNode } from "../../../../src/drivers/openflow/compile/compile.ts";
import { dialectOf } from "../../../../src/drivers/openflow/compile/dialect.ts";
import { diffPrograms } from "../../../../src/drivers/openflow/compile/diff.ts";
import {
  emptyProgram,
  type NodeProgram,
} from "../../../../src/drivers/openflow/compile/program.ts";
import { type ModMessage, stagesOf } from "../../../../src/drivers/openflow/compile/stages.ts";
import { OPENFLOW_1_3 } from "../../../../src/drivers/openflow/wire/version.ts";
import { type Attachment, attachmentKey } from "../../../../src/model/attachment.ts";
import { bandwidth } from "../../../../src/model/bandwidth.ts";
import { BROADCAST, frame } from "../../../../src/model/frame.ts";
import { networkNumber } from "../../../../src/model/ids.ts";
import { type MacAddress, parseMacAddress } from "../../../../src/model/mac-address.ts";
import type { ForwardingRule } from "../../../../src/model/segment.ts";
import { Datapath } from "../../../../src/testing/datapath/datapath.ts";
import { attachments, portNumbers } from "../../../support/forwardings.ts";
import { tagOnWire } from "../../../support/labels.ts";
import { compileOptionsOf, shuffled } from "../../../support/programs.ts";

/** A node of a network that delivers known unicast one way only, and who is behind each place. */
interface DeliveringNode {
  readonly mode: "static" | "learn" | "taught";
  readonly members: readonly Attachment[];
  /** Whether trunks have a second limit. */
  readonly isShared: boolean;
  /** A host port each; the others are trunks, where any source may come from. */
  readonly hosts: ReadonlySet<string>;
}

const mac = (text: string): MacAddress => parseMacAddress(text)._unsafeUnwrap();

/** The address of the one host that is behind a place. */
const addressAt = (at: Attachment): MacAddress => {
  const index = attachments.findIndex((one) => attachmentKey(one) === attachmentKey(at));
  return mac(`02:00:00:00:01:${index.toString(16).padStart(2, "0")}`);
};
const STRANGER = mac("02:00:00:00:02:01");
const RATE = bandwidth(1e9);

const nodeArbitrary = (mode: DeliveringNode["mode"]): fc.Arbitrary<DeliveringNode> =>
  fc
    .tuple(
      fc.subarray([...attachments], { minLength: 2, maxLength: 6 }),
      fc.boolean(),
      fc.subarray([...attachments]),
    )
    .map(([members, isShared, hosts]) => ({
      mode,
      members,
      isShared,
      hosts: new Set(hosts.map(attachmentKey)),
    }));

function rulesOf({ mode, members, isShared, hosts }: DeliveringNode): readonly ForwardingRule[] {
  return members.map((ingress): ForwardingRule => {
    const key = attachmentKey(ingress);
    const isHost = hosts.has(key);
    const egress = members.filter((one) => one !== ingress);
    const addresses = (at: Attachment): readonly MacAddress[] =>
      mode === "static" ? [addressAt(at)] : [];
    return {
      ingress,
      role: isHost ? "edge" : "trunk",
      admit: {
        linkProtocols: false,
        ...(isHost && { sources: [addressAt(ingress)] }),
      },
      police: { key, rate: RATE },
      ...(isShared && !isHost && { thenPolice: { key: "all", rate: RATE } }),
      egress,
      unicast: {
        flood: { key: `flood ${key}`, rate: RATE },
        ways: members.map((to) => ({
          to,
          police: { key: `to ${attachmentKey(to)}`, rate: RATE },
          addresses: addresses(to),
        })),
        ...(mode !== "static" && { learn: { maxAddresses: 8 } }),
      },
    };
  });
}

const options = compileOptionsOf(OPENFLOW_1_3);

/** What a node is told; where it is taught, by an agent that has not taught it anything yet. */
function compiled(node: DeliveringNode, installed: NodeProgram): NodeProgram {
  const learning = node.mode === "taught" ? "agent" : "either";
  let next = 1 + Math.max(0, ...installed.groups.keys(), ...installed.meters.keys());
  const take = (): number => next++;
  return compileNode(rulesOf(node), networkNumber(7), portNumbers, { ...options, learning })
    .andThen((draft) => bindDraft(draft, installed, { takeGroup: take, takeMeter: take }))
    ._unsafeUnwrap();
}

/** The messages from one program to another; between barriers in an order that `draw` gives. */
function messagesBetween(from: NodeProgram, to: NodeProgram, draw: () => number): ModMessage[] {
  const { make, remove } = stagesOf(diffPrograms(from, to), dialectOf(OPENFLOW_1_3));
  return shuffled([...make, ...remove], draw);
}

const numberOf = (at: Attachment): number => portNumbers.get(at.port) ?? 0;
const placeOf = (at: Attachment): string => `${numberOf(at)}/${tagOnWire(at)}`;

/** A switch that carries out what it is told, with time enough between any two frames. */
class Bench {
  readonly #datapath = new Datapath(
    { datapathId: 1n, ports: [...portNumbers.values()].map((port) => ({ port })), learns: true },
    0,
  );
  #nowMs = 0;

  tell(messages: readonly ModMessage[]): void {
    for (const message of messages) {
      const refused = this.#datapath.receive(message, this.#nowMs);
      expect(refused.filter(({ type }) => type === "refuse")).toEqual([]);
    }
  }

  /** Where copies of a frame leave. */
  send(at: Attachment, source: MacAddress, destination: string): readonly string[] {
    // Meters fill up again, and what is learned is not forgotten.
    this.#nowMs += 1_000;
    const tag = tagOnWire(at);
    const vlans = tag === "untagged" ? [] : [tag];
    const effects = this.#datapath.forward(
      frame({ source, destination, vlans }),
      numberOf(at),
      this.#nowMs,
    );
    return effects.flatMap((effect) =>
      effect.type === "transmit"
        ? [`${effect.port}/${effect.frame.tags[0]?.vid ?? "untagged"}`]
        : [],
    );
  }
}

/** A frame of one kind, and where it leaves before and after. */
interface Flow {
  readonly at: Attachment;
  readonly source: MacAddress;
  readonly destination: string;
}

/** Every host to every other, to everybody and to nobody that is known; and a stranger to everybody. */
function flowsOf(members: readonly Attachment[]): readonly Flow[] {
  return members.flatMap((at) => {
    const to = [...members.filter((one) => one !== at).map(addressAt), BROADCAST, STRANGER];
    const own = to.map((destination) => ({ at, source: addressAt(at), destination }));
    return [...own, { at, source: STRANGER, destination: BROADCAST }];
  });
}

/** The same, but for whoever a switch that learns would hear of by them. */
function flowsOfKnown(staying: readonly Attachment[]): readonly Flow[] {
  return flowsOf(staying).filter(({ source }) => source !== STRANGER);
}

/** A switch that holds `program`, where every member that stays has been heard of. */
function benchWith(program: NodeProgram, heard: readonly Attachment[]): Bench {
  const bench = new Bench();
  bench.tell(messagesBetween(emptyProgram, program, () => 0));
  for (const at of heard) bench.send(at, addressAt(at), BROADCAST);
  return bench;
}

/** What goes wrong with frames that are sent after each message, from one way of delivering to another. */
function faultsBetween(
  from: DeliveringNode,
  to: DeliveringNode,
  draw: () => number,
): readonly string[] {
  const before = compiled(from, emptyProgram);
  const after = compiled(to, before);
  const isOld = new Set(from.members);
  const staying = to.members.filter((at) => isOld.has(at));
  const members = [...new Set([...from.members, ...to.members])];
  const places = new Set(members.map(placeOf));
  const flows = to.mode === "static" ? flowsOf(members) : flowsOfKnown(staying);
  const old = benchWith(before, staying);
  const wanted = benchWith(after, staying);
  const expected = flows.map(({ at, source, destination }) => {
    const out = new Set(old.send(at, source, destination));
    const later = wanted.send(at, source, destination);
    return {
      must: later.filter((place) => out.has(place)),
      isEver: out.size > 0 || later.length > 0,
    };
  });
  const bench = benchWith(before, staying);
  return messagesBetween(before, after, draw).flatMap((message) => {
    bench.tell([message]);
    return flows.flatMap(({ at, source, destination }, index) => {
      const out = bench.send(at, source, destination);
      const { must = [], isEver = false } = expected[index] ?? {};
      const lost = must.filter((place) => !out.includes(place));
      const faults = [
        ...lost.map((place) => `lost ${place}`),
        ...(new Set(out).size < out.length ? ["doubled"] : []),
        ...(out.includes(placeOf(at)) ? ["reflected"] : []),
        ...out.filter((place) => !places.has(place)).map((place) => `leaked to ${place}`),
        ...(out.length > 0 && !isEver ? ["let in"] : []),
      ];
      return faults.map((fault) => `${placeOf(at)} ${source} > ${destination}: ${fault}`);
    });
  });
}

describe("each message on the way from one way of delivering to another", () => {
  const randomOrder = fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true }));

  test.each(["static", "learn", "taught"] as const)(
    "leaves what stays delivered and nothing doubled, reflected, leaked or let in wrongly, with %s",
    { timeout: 60_000 },
    (mode) => {
      fc.assert(
        fc.property(nodeArbitrary(mode), nodeArbitrary(mode), randomOrder, (from, to, order) => {
          expect(faultsBetween(from, to, () => order.next().value)).toEqual([]);
        }),
        { numRuns: 120 },
      );
    },
  );

  test.each([
    ["as they are given", 1],
    ["the other way round", -1],
  ])("is no harm where a node comes to have one way only: %s", (_, step) => {
    const places = ["12/4094", "13/untagged", "13/100"];
    const [host, ...others] = attachments.filter((at) => places.includes(placeOf(at)));
    const hosts = new Set(host === undefined ? [] : [attachmentKey(host)]);
    const members = host === undefined ? [] : [host, ...others];
    expect(members.map(placeOf).sort()).toEqual(places.toSorted());
    const from: DeliveringNode = { mode: "static", members, isShared: false, hosts };
    const to = { ...from, members: members.slice(0, 2), hosts: new Set<string>() };
    let drawn = 0;
    const draw = (): number => {
      drawn += step;
      return drawn;
    };
    expect(faultsBetween(from, to, draw)).toEqual([]);
  });
});
