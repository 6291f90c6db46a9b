import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { flowFlag, meterFlag } from "../../src/drivers/openflow/wire/constants.ts";
import { type FlowMod, flowMod } from "../../src/drivers/openflow/wire/flow.ts";
import type { GroupMod } from "../../src/drivers/openflow/wire/group.ts";
import type { MeterMod } from "../../src/drivers/openflow/wire/meter.ts";
import { type Frame, frame } from "../../src/testing/index.ts";
import { describeWithOvs } from "../lab/require-ovs.ts";
import { frames, PORTS } from "./flow-parts.ts";
import { oddities } from "./oddities.ts";
import { foundations, overlappingFlows, programs } from "./programs.ts";
import { type Contest, type Subject, startContest } from "./subjects.ts";

const { DCNS_DIFFERENTIAL_RUNS = "150" } = process.env;

describeWithOvs("the simulated switch beside Open vSwitch", () => {
  let contest: Contest;
  beforeAll(async () => {
    contest = await startContest(PORTS);
  });
  afterAll(async () => {
    await contest.stop();
  });

  test.each(Object.entries(oddities))("answers the same to %s", async (_, message) => {
    const [simulated, real] = await Promise.all(
      contest.subjects.map(async (subject) => {
        await subject.wipe();
        return { refusals: await subject.program([message]), held: await subject.readBack() };
      }),
    );
    expect(simulated).toEqual(real);
  });

  test("accepts and refuses the same, reads back the same, and sends the same frames", async () => {
    const property = fc.asyncProperty(
      foundations,
      programs,
      fc.array(fc.tuple(fc.constantFrom(...PORTS), frames), { minLength: 1, maxLength: 12 }),
      async (foundation, program, arrivals) => {
        const [simulated, real] = await Promise.all(
          contest.subjects.map((subject) =>
            observe(subject, [...foundation, ...program], arrivals),
          ),
        );
        expect(simulated).toEqual(real);
      },
    );
    await fc.assert(property, { numRuns: Number(DCNS_DIFFERENTIAL_RUNS) });
  }, 120_000);

  test("drops the same frames at a meter, as time passes", async () => {
    const bands = fc.array(
      fc.record({
        type: fc.constant("drop" as const),
        rate: fc.integer({ min: 1, max: 20 }),
        burst: fc.integer({ min: 0, max: 10 }),
      }),
      { minLength: 1, maxLength: 2 },
    );
    const flags = fc
      .tuple(fc.constantFrom(meterFlag.pktps, meterFlag.kbps), fc.constantFrom(0, meterFlag.burst))
      .map(([unit, burst]) => unit | burst);
    const property = fc.asyncProperty(
      flags,
      bands,
      meteredArrivals,
      async (bits, list, arrivals) => {
        const [simulated, real] = await Promise.all(
          contest.subjects.map(async (subject) => {
            await subject.wipe();
            await subject.program(metered(bits, list));
            const passed = [];
            for (const { afterMs, payloadBytes } of arrivals) {
              if (afterMs > 0) await subject.advance(afterMs);
              const sent = frame({ payload: new Uint8Array(payloadBytes) });
              passed.push((await subject.exchange(1, sent)).ports[2]?.length);
            }
            return passed;
          }),
        );
        expect(simulated).toEqual(real);
      },
    );
    await fc.assert(property, { numRuns: Math.ceil(Number(DCNS_DIFFERENTIAL_RUNS) / 10) });
  }, 120_000);

  test("sees the same overlaps", async () => {
    const property = fc.asyncProperty(overlappingFlows, async (program) => {
      const [simulated, real] = await Promise.all(
        contest.subjects.map(async (subject) => {
          await subject.wipe();
          return subject.program(program);
        }),
      );
      expect(simulated).toEqual(real);
    });
    await fc.assert(property, { numRuns: Number(DCNS_DIFFERENTIAL_RUNS) });
  });

  test("lets the same flows go when their time is up, and says the same of them", async () => {
    const [simulated, real] = await Promise.all(contest.subjects.map(outlive));
    expect(simulated).toEqual(real);
  });

  test("fails over to the same ports", async () => {
    const ups = fc.uniqueArray(fc.constantFrom(...PORTS));
    const property = fc.asyncProperty(
      foundations,
      fc.array(ups, { minLength: 1, maxLength: 4 }),
      async (foundation, changes) => {
        const program = [...foundation, ...throughGroups];
        const [simulated, real] = await Promise.all(
          contest.subjects.map((subject) => failOver(subject, program, [...changes, PORTS])),
        );
        expect(simulated).toEqual(real);
      },
    );
    await fc.assert(property, { numRuns: Math.ceil(Number(DCNS_DIFFERENTIAL_RUNS) / 10) });
  }, 120_000);
});

/** Everything goes through the three groups, one after the other. */
const throughGroups = [
  flowMod({
    instructions: [
      { type: "apply-actions", actions: [1, 2, 3].map((group) => ({ type: "group", group })) },
    ],
  }),
];

/** What happens on a metered port: time passes, then a frame of this many bytes arrives. */
const meteredArrivals = fc.array(
  fc.record({
    afterMs: fc.constantFrom(0, 0, 0, 1, 10, 99, 500, 2_000),
    payloadBytes: fc.constantFrom(46, 100, 1_000),
  }),
  { minLength: 5, maxLength: 40 },
);

/** One meter on whatever comes in by port 1 and leaves by port 2. */
function metered(flags: number, bands: MeterMod["bands"]): readonly Mod[] {
  return [
    { type: "meter-mod", command: "add", meter: 1, flags, bands },
    flowMod({
      match: [{ field: "in_port", value: 1 }],
      instructions: [
        { type: "meter", meter: 1 },
        { type: "apply-actions", actions: [{ type: "output", port: 2, maxLen: 0 }] },
      ],
    }),
  ];
}

type Mod = FlowMod | GroupMod | MeterMod;

async function observe(
  subject: Subject,
  program: readonly Mod[],
  arrivals: readonly (readonly [port: number, frame: Frame])[],
): Promise<unknown> {
  await subject.wipe();
  const refusals = await subject.program(program);
  const programmed = await subject.readBack();
  const transmitted = [];
  for (const [port, frame] of arrivals) transmitted.push(await subject.exchange(port, frame));
  return { refusals, programmed, transmitted, counted: await subject.readBack() };
}

/**
 * Takes ports up and down, and after each change sends a frame in by every port that is up. What
 * the dummy ports of Open vSwitch send while they are down does not count: there is no wire.
 */
async function failOver(
  subject: Subject,
  program: readonly Mod[],
  changes: readonly (readonly number[])[],
): Promise<unknown> {
  await subject.wipe();
  await subject.program(program);
  const seen: unknown[] = [];
  for (const up of changes) {
    await subject.setPorts(up);
    seen.push(await subject.ports());
    for (const port of up) {
      const { ports, packetIns } = await subject.exchange(port, frame());
      seen.push(packetIns, ...up.map((number) => ports[number]));
    }
  }
  return seen;
}

/**
 * Three flows, of which one ends after three seconds and one two seconds after the frame that comes
 * at 1.5 s. Open vSwitch looks about once a second, so half a second before and two after count.
 */
async function outlive(subject: Subject): Promise<unknown> {
  const { sendFlowRemoved } = flowFlag;
  await subject.wipe();
  await subject.program([
    flowMod({ priority: 3, match: [{ field: "in_port", value: 3 }], hardTimeoutS: 3 }),
    flowMod({
      priority: 2,
      match: [{ field: "in_port", value: 2 }],
      idleTimeoutS: 2,
      flags: sendFlowRemoved,
    }),
    flowMod({ priority: 1, hardTimeoutS: 100, flags: sendFlowRemoved }),
  ]);
  const seen: unknown[] = [];
  await subject.advance(1_500);
  await subject.exchange(2, frame());
  for (const ms of [1_000, 3_100]) {
    await subject.advance(ms);
    seen.push(await subject.readBack());
  }
  return [seen, await subject.removal()];
}
