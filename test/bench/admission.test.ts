import { expect, test } from "vitest";
import { planningAdmitter } from "../../bench/admission/planner.ts";
import { generatedFabric, generatedWorkload } from "../../bench/admission/random-workload.ts";
import { acceptance } from "../../bench/admission/simulation.ts";
import { seededRandom } from "../../src/testing/random.ts";

test("more networks fit at the default cost than at the metrics alone", { timeout: 30_000 }, () => {
  const random = seededRandom(1);
  const workload = generatedWorkload(generatedFabric(random), random, 500);
  const usual = acceptance(workload, planningAdmitter(workload));
  const byMetric = acceptance(workload, planningAdmitter(workload, { cost: "metric" }));
  expect(byMetric.requests).toBeLessThan(95);
  expect(100 - usual.requests).toBeLessThan(0.9 * (100 - byMetric.requests));
});
