import { expect, test } from "vitest";
import { ranked } from "../../../src/agent/sharing/rendezvous.ts";

const agents = Array.from({ length: 8 }, (_, n) => `agent${n}`);
const switches = Array.from({ length: 4_000 }, (_, n) => `node/s${n}`);

test("many switches are spread over agents, none of whom has much more than another", () => {
  const counts = new Map(agents.map((agent) => [agent, 0]));
  for (const each of switches) {
    const [first = ""] = ranked(each, agents);
    counts.set(first, (counts.get(first) ?? 0) + 1);
  }
  const mean = switches.length / agents.length;
  for (const count of counts.values()) {
    expect(count).toBeGreaterThan(0.7 * mean);
    expect(count).toBeLessThan(1.3 * mean);
  }
});

test("when an agent is gone only its switches change hands, and all who are left take some", () => {
  const left = agents.slice(1);
  const heirs = new Set<string>();
  for (const each of switches) {
    const [[first], [next = ""]] = [ranked(each, agents), ranked(each, left)];
    if (first === agents[0]) heirs.add(next);
    else expect(next).toBe(first);
  }
  expect(heirs.size).toBe(left.length);
});
