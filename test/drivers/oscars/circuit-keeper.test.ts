import { errAsync, ok, okAsync } from "neverthrow";
import { expect, test } from "vitest";
import type { Circuit } from "../../../src/drivers/oscars/circuit.ts";
import { CircuitKeeper } from "../../../src/drivers/oscars/circuit-keeper.ts";
import { type CircuitService, circuitFault } from "../../../src/drivers/oscars/circuit-service.ts";
import { portRef, segmentId, vlanId } from "../../../src/model/ids.ts";
import { fakeClock } from "../../support/fake-clock.ts";

const segment = segmentId("s");
const circuit: Circuit = {
  segment,
  ends: ["wan:a", "wan:b"].map((port) => ({ port: portRef(port), tag: vlanId(100) })),
  mbps: 100,
  isReserved: true,
};

/** A domain that has nothing, and promises nothing ahead of time. */
function atOnceOnly(): CircuitService {
  const unused = (): never => expect.fail("not to be asked");
  return {
    multipoint: false,
    list: () => okAsync([]),
    agrees: () => true,
    hold: () => errAsync(circuitFault("unsupported", "nothing is promised here")),
    commit: unused,
    bringUp: unused,
    holdChange: unused,
    dropChange: unused,
    change: unused,
    remove: unused,
    subscribe: () => ({ [Symbol.dispose]: () => {} }),
    close: async () => undefined,
  };
}

test("that a domain promises a circuit to nobody ahead of time is known while it is wanted", async () => {
  const clock = fakeClock();
  const keeper = new CircuitKeeper(atOnceOnly(), clock);
  const settle = () => keeper.settle(segment);
  keeper.want(segment, [circuit]);
  expect(await settle()).toEqual(ok(undefined));
  expect(keeper.outageOf(segment)).toBeUndefined();
  keeper.want(segment, []);
  expect(await settle()).toEqual(ok(undefined));
  // Who wants it again asks again.
  keeper.want(segment, [circuit]);
  expect(keeper.outageOf(segment)).toEqual({ silent: [circuit] });
  expect(await settle()).toEqual(ok(undefined));
  expect(keeper.outageOf(segment)).toBeUndefined();
  await keeper.close();
});
