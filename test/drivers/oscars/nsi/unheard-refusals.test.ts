import { okAsync } from "neverthrow";
import { expect, test } from "vitest";
import { DcnsAgent } from "../../../../src/dcns.ts";
import { MemoryDriver } from "../../../../src/drivers/memory.ts";
import type { HttpClient } from "../../../../src/drivers/oscars/http/http.ts";
import { MemoryHttp } from "../../../../src/testing/index.ts";
import { campusTopology, hostAt } from "../../../support/campuses.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { simulatedWan } from "../../../support/simulated-wan.ts";
import { value } from "../../../support/testbed.ts";

const campuses = ["west", "east"];

// The states of a connection are the same when another version is committed, and when that is refused.
test("a lower rate that was refused when it was to be committed, and nobody heard that, is asked for again", async () => {
  const clock = fakeClock();
  const http = new MemoryHttp(clock);
  let refusals = 0;
  const telling: HttpClient = {
    send: (request, limits) =>
      /reserve(Commit|Abort)Confirmed/.test(String(request.body))
        ? okAsync({ status: 200, headers: new Map(), body: "" })
        : http.send(request, limits),
    close: () => {},
  };
  const rates: number[] = [];
  const wan = simulatedWan("nsi", {
    ...{ clock, http, telling, ports: campuses.map((campus) => `wan:${campus}`) },
    onCircuit: ({ circuit }) => void rates.push(circuit.mbps),
  });
  http.serve("http://wan.example", (request) => {
    if (refusals === 0 || !request.body.includes("reserveCommit"))
      return wan.server.handler(request);
    refusals -= 1;
    const headers = new Map([...request.headers].map(([name, text]) => [name, aborting(text)]));
    return wan.server.handler({ ...request, headers, body: aborting(request.body) });
  });
  const drivers = {
    ...Object.fromEntries(campuses.map((id) => [id, new MemoryDriver()])),
    wan: wan.driver(),
  };
  const topology = campusTopology({ campuses, wans: ["wan"] });
  const agent = value(await clock.until(DcnsAgent.start({ topology, drivers, clock })));
  value(await clock.until(agent.setupPhysicalNetwork("p", campuses.map(hostAt), "200Mbps")));
  refusals = 1;
  value(await clock.until(agent.modifyPhysicalNetwork("p", [], [], "100Mbps")));
  expect(refusals).toBe(0);
  expect(rates.at(-1)).toBe(100);
  expect(value(await clock.until(agent.verifyNetwork("p")))).toMatchObject({ consistent: true });
  await clock.until(agent.close());
});

function aborting(text: string): string {
  return text.replaceAll("reserveCommit", "reserveAbort");
}
