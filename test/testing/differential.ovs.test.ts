import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { FlowMod } from "../../src/drivers/openflow/wire/flow.ts";
import type { GroupMod } from "../../src/drivers/openflow/wire/group.ts";
import type { MeterMod } from "../../src/drivers/openflow/wire/meter.ts";
import type { Frame } from "../../src/testing/index.ts";
import { describeWithOvs } from "../lab/require-ovs.ts";
import { oddities } from "./oddities.ts";
import { foundations, frames, mods, PORTS } from "./programs.ts";
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
      fc.array(mods, { minLength: 1, maxLength: 12 }),
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
});

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
