import { errAsync, okAsync } from "neverthrow";
import { expect, test } from "vitest";
import type { HttpClient } from "../../src/drivers/oscars/http/http.ts";
import { Outbox } from "../../src/nsi-provider/outbox.ts";
import { fakeClock } from "../support/fake-clock.ts";

const MEBI = 1024 * 1024;
const text = "x".repeat(8 * MEBI);

/** Posts the same to each of these addresses until it is not taken; gives how often it was. */
function takenBy(outbox: Outbox, urlOf: (nth: number) => string): number {
  for (let nth = 0; nth < 100; nth += 1) {
    const letter = {
      connectionId: `c${nth}`,
      url: urlOf(nth),
      type: "querySummaryConfirmed",
      text,
    };
    if (!outbox.post(letter)) return nth;
  }
  return Number.POSITIVE_INFINITY;
}

test("what waits for addresses that take nothing is bounded, for each and for all, and makes room again", async () => {
  const clock = fakeClock();
  let isDeaf = true;
  const fault = { type: "http-fault", kind: "unreachable", message: "nobody there" } as const;
  const http: HttpClient = {
    send: () => (isDeaf ? errAsync(fault) : okAsync({ status: 200, headers: new Map(), body: "" })),
    close: () => {},
  };
  const outbox = new Outbox(http, clock, new AbortController().signal);
  expect(takenBy(outbox, () => "http://one.example")).toBe(2);
  expect(takenBy(outbox, (nth) => `http://${nth}.example`)).toBe(6);
  expect(takenBy(outbox, (nth) => `http://another-${nth}.example`)).toBe(0);
  isDeaf = false;
  await clock.advance(60_000);
  expect(takenBy(outbox, () => "http://one.example")).toBe(2);
  await clock.until(outbox.idle());
  expect(clock.countTimers()).toBe(0);
});
