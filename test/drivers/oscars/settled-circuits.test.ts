import { err, errAsync, ok, okAsync } from "neverthrow";
import { describe, expect, test } from "vitest";
import { type Circuit, circuitKey } from "../../../src/drivers/oscars/circuit.ts";
import {
  type CircuitService,
  circuitFault,
  type FoundCircuit,
} from "../../../src/drivers/oscars/circuit-service.ts";
import { CircuitTenure } from "../../../src/drivers/oscars/circuit-tenure.ts";
import { SettledCircuits, suffices } from "../../../src/drivers/oscars/settled-circuits.ts";
import { domainId, portRef, type SegmentId, segmentId, vlanId } from "../../../src/model/ids.ts";
import { campusTopology } from "../../support/campuses.ts";
import { fakeClock } from "../../support/fake-clock.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const segment = segmentId("s");

function at(mbps: number, times: Pick<Circuit, "start" | "end"> = {}): Circuit {
  const ends = ["wan:west", "wan:east"].map((port) => ({ port: portRef(port), tag: vlanId(100) }));
  return { segment, ends, mbps, ...times };
}

const agrees = (a: Circuit, b: Circuit): boolean => a.mbps === b.mbps && a.end === b.end;

describe("a circuit suffices", () => {
  const now = Date.UTC(2026, 0, 1);
  const until = (ms: number): Circuit => at(100, { end: now + ms });

  test("with more bandwidth, and not with less", () => {
    expect(suffices(at(101), at(100), now)).toBe(true);
    expect(suffices(at(99), at(100), now)).toBe(false);
  });

  test("while it does not end too soon for more to be had", () => {
    expect(suffices(until(HOUR), at(100), now)).toBe(true);
    expect(suffices(until(10 * MINUTE), at(100), now)).toBe(false);
    expect(suffices(until(10 * MINUTE), at(100), now, MINUTE)).toBe(true);
    expect(suffices(until(5 * MINUTE), until(6 * MINUTE), now)).toBe(true);
    expect(suffices(until(2 * HOUR), until(HOUR), now)).toBe(true);
    expect(suffices(at(100), until(HOUR), now)).toBe(true);
  });

  test("when it begins in time", () => {
    const [soon, later] = [{ start: now + HOUR }, { start: now + 2 * HOUR }];
    expect(suffices(at(100, later), at(100), now)).toBe(false);
    expect(suffices(at(100, later), at(100, soon), now)).toBe(false);
    expect(suffices(at(100, soon), at(100, later), now)).toBe(true);
    expect(suffices(at(100, soon), at(100, soon), now)).toBe(true);
  });
});

describe("what a domain has said yes to", () => {
  const settled = (): SettledCircuits => {
    const made = new SettledCircuits({ agrees }, fakeClock());
    made.granted(at(100));
    return made;
  };
  const seen = (circuit: Circuit): FoundCircuit => ({ externalId: "x", state: "active", circuit });
  const fault = (kind: "unreachable" | "rejected" | "unavailable" | "unsupported") =>
    err(circuitFault(kind, kind));

  test("is there with more, for who wants just that", () => {
    expect(settled().isEnough(at(128), at(100))).toBe(true);
    expect(settled().isEnough(at(64), at(100))).toBe(false);
    expect(settled().isEnough(at(128), at(110))).toBe(false);
  });

  test.each(["unreachable", "rejected", "unavailable"] as const)(
    "is there only just so when it was asked for something else (%s), until it says yes again",
    (kind) => {
      const its = settled();
      its.answered(at(200), fault(kind));
      expect(its.isEnough(at(256), at(100))).toBe(false);
      expect(its.isEnough(at(100), at(100))).toBe(true);
      its.answered(at(100), fault(kind));
      expect(its.isEnough(at(128), at(100))).toBe(false);
      its.answered(at(100), ok(undefined));
      expect(its.isEnough(at(128), at(100))).toBe(true);
    },
  );

  test("stays so when the same was asked for, whatever came of that", () => {
    const its = settled();
    its.answered(at(100), fault("unreachable"));
    expect(its.isEnough(at(128), at(100))).toBe(true);
    expect(its.isEnough(at(64), at(100))).toBe(false);
  });

  test("stays so when there is no room for more, and not when that is not known, or held", () => {
    const holding = (outcome: Parameters<SettledCircuits["held"]>[1]): boolean => {
      const its = settled();
      its.held(at(200), outcome);
      return its.isEnough(at(128), at(100));
    };
    expect(holding(fault("unavailable"))).toBe(true);
    expect(holding(fault("unsupported"))).toBe(true);
    expect(holding(fault("rejected"))).toBe(false);
    expect(holding(fault("unreachable"))).toBe(false);
    expect(holding(ok(undefined))).toBe(false);
  });

  test("is there only just so once it was seen so", () => {
    const its = settled();
    its.seen(segment, [seen(at(100))], [at(100)]);
    expect(its.isEnough(at(128), at(100))).toBe(false);
  });

  test("is not known any more when the domain has lost the circuit", () => {
    const its = settled();
    its.seen(segment, [], [at(100)]);
    expect(its.isEnough(at(128), at(100))).toBe(false);
  });

  test("is not worth an interruption, unless something else was asked for since", () => {
    const its = settled();
    expect(its.mayStay(at(128), at(100))).toBe(true);
    expect(its.mayStay(at(64), at(100))).toBe(false);
    expect(its.mayStay(at(128), at(110))).toBe(false);
    its.answered(at(200), fault("unreachable"));
    expect(its.mayStay(at(256), at(100))).toBe(false);
    // Of what nobody has asked for here, nobody knows that it is not as it should be.
    expect(new SettledCircuits({ agrees }, fakeClock()).mayStay(at(128), at(100))).toBe(true);
  });

  test("stays until the last minute where it cannot be changed", () => {
    const clock = fakeClock();
    const its = new SettledCircuits({ agrees }, clock);
    const ending = (ms: number): Circuit => at(100, { end: clock.now() + ms });
    its.granted(at(100));
    expect(its.isEnough(ending(9 * MINUTE), at(100))).toBe(false);
    its.stays(at(100));
    expect(its.isEnough(ending(9 * MINUTE), at(100))).toBe(true);
    expect(its.isEnough(ending(MINUTE), at(100))).toBe(false);
    expect(its.mayStay(ending(MINUTE), at(100))).toBe(false);
  });
});

describe("a new master of a domain that has 128 Mbit/s for 100", () => {
  const domain = campusTopology({ campuses: ["west", "east"], wans: ["wan"] }).domainView(
    domainId("wan"),
  );

  /** What it asks for, of a domain that changes circuits, or does not. */
  async function asks(
    doubtful: { readonly [which in "unsettled" | "doubtful"]?: ReadonlySet<SegmentId> },
    {
      changes,
      asksMeanwhile = false,
    }: { readonly changes: boolean; readonly asksMeanwhile?: boolean },
  ): Promise<readonly string[]> {
    const clock = fakeClock();
    const asked: string[] = [];
    const circuits = domainWith(at(128), changes, asked);
    const context = {
      ...{ clock, circuits, domain: () => domain, emit: () => {} },
      ...{ closing: new AbortController().signal, auditMs: 30_000, outageMs: 120_000 },
    };
    const first = CircuitTenure.first(context, false);
    first.keeper.want(segment, [at(100)]);
    const none: ReadonlySet<SegmentId> = new Set();
    const role = { role: "master", stands: () => true } as const;
    const known = new Map(first.keeper.wanted);
    // Whoever asks for something else while the role is taken has not been promised it.
    if (asksMeanwhile) first.keeper.want(segment, [at(100)]);
    const given = { ...role, unsettled: none, doubtful: none, ...doubtful };
    const next = first.next(context, given, known);
    next.begin();
    await clock.advance(5 * MINUTE);
    await clock.until(next.stop());
    return asked;
  }

  test("asks once for what was asked of it while it became that", async () => {
    expect(await asks({}, { changes: true, asksMeanwhile: true })).toEqual(["change to 100"]);
  });

  const these = new Set([segment]);

  test("asks for nothing where that was promised to somebody", async () => {
    expect(await asks({}, { changes: true })).toEqual([]);
    expect(await asks({}, { changes: false })).toEqual([]);
  });

  test.each(["unsettled", "doubtful"] as const)(
    "asks once for what it cannot know (%s), and cuts nothing for it",
    async (which) => {
      expect(await asks({ [which]: these }, { changes: true })).toEqual(["change to 100"]);
      expect(await asks({ [which]: these }, { changes: false })).toEqual(["change to 100"]);
    },
  );
});

function domainWith(circuit: Circuit, changes: boolean, asked: string[]): CircuitService {
  const unused = (): never => expect.fail("not to be asked");
  const found: FoundCircuit = { externalId: circuitKey(circuit), circuit, state: "active" };
  return {
    ...{ multipoint: false, agrees, list: () => okAsync([found]) },
    ...{ hold: unused, commit: unused, bringUp: unused, holdChange: unused, dropChange: unused },
    change: (_found, { mbps }) => {
      asked.push(`change to ${mbps}`);
      return changes ? okAsync() : errAsync(circuitFault("unsupported", "nothing is changed here"));
    },
    remove: unused,
    subscribe: () => ({ [Symbol.dispose]: () => {} }),
    close: async () => undefined,
  };
}
