import { describe, expect, test } from "vitest";
import { pause } from "../../../../src/drivers/driver-call.ts";
import {
  post,
  RestClient,
  type RestRequest,
} from "../../../../src/drivers/oscars/rest/rest-client.ts";
import { MemoryHttp } from "../../../../src/testing/wan/memory-http.ts";
import { fakeClock } from "../../../support/fake-clock.ts";

const never = new AbortController().signal;
const list: RestRequest = { method: "GET", path: "/protected/list" };
const commit = post("/protected/commit", { text: "c1" });
const minute = 60_000;

/** A server that says `statusOf` to whoever asks with a token, or without one. */
function world(statusOf: (path: string, token: string | undefined) => number) {
  const clock = fakeClock();
  const http = new MemoryHttp(clock);
  http.serve("http://oscars.example", async ({ path, headers }) => ({
    status: statusOf(path, headers.get("authorization")),
  }));
  const began = clock.now();
  /** When another token was asked for. */
  const renewed: number[] = [];
  const answersAfter = { ms: 100 };
  const client = new RestClient({
    ...{ url: "http://oscars.example", http, clock, timeoutMs: 30_000 },
    token: async ({ refresh }) => {
      if (refresh) {
        renewed.push(clock.now() - began);
        await pause(clock, answersAfter.ms, never);
      }
      return "token";
    },
  });
  /** Sends all at once; the statuses of the answers, or what is wrong. */
  const send = async (...requests: readonly RestRequest[]) => {
    const sent = requests.map((each) => client.send(each, never));
    const answers = await clock.until(Promise.all(sent));
    return answers.map((each) => (each.isOk() ? each.value.status : each.error.kind));
  };
  /** Sends every so often for so long; after how many minutes another token was asked for. */
  const sendFor = async (minutes: number, ...requests: readonly RestRequest[]) => {
    for (const end = clock.now() + minutes * minute; clock.now() < end; ) {
      await send(...requests);
      await clock.advance(minute / 10);
    }
    return renewed.splice(0).map((ms) => Math.floor(ms / minute));
  };
  return { clock, answersAfter, renewed, send, sendFor };
}

describe("the token of a user who may not", () => {
  test("is renewed once for requests at once, and as rarely as for one", async () => {
    const { send, sendFor, renewed } = world(() => 403);
    const eight = Array.from({ length: 8 }, () => commit);
    expect(new Set(await send(...eight))).toEqual(new Set(["rejected"]));
    expect(renewed).toHaveLength(1);
    expect(await sendFor(16, ...eight)).toEqual([0, 1, 3, 7, 15]);
  });

  test("is renewed as rarely where the user may do something else in between", async () => {
    const { sendFor } = world((path) => (path === list.path ? 200 : 403));
    expect(await sendFor(16, list, commit)).toEqual([0, 1, 3, 7, 15]);
  });

  test("is renewed at once when the user has had in between what was refused", async () => {
    const status = { now: 403 };
    const { sendFor, send, renewed } = world(() => status.now);
    expect(await sendFor(5, commit)).toEqual([0, 1, 3]);
    status.now = 200;
    expect(await send(commit)).toEqual([200]);
    status.now = 403;
    await send(commit);
    expect(renewed).toHaveLength(1);
  });
});

test("another token that never comes is asked for again by the next request", async () => {
  const { answersAfter, send, renewed } = world(() => 401);
  answersAfter.ms = 3_600_000;
  expect(await send(commit, commit)).toEqual(["unreachable", "unreachable"]);
  answersAfter.ms = 0;
  expect(await send(commit)).toEqual(["rejected"]);
  expect(renewed).toHaveLength(2);
});

test.each([
  [200, 0],
  [302, 1],
  [303, 1],
  [401, 1],
  [403, 1],
  [404, 0],
])(
  "what is open is asked without a token first, and with one where that is answered by %i",
  async (status, withToken) => {
    const tokens: (string | undefined)[] = [];
    const { send } = world((_, token) => {
      tokens.push(token);
      return token === undefined ? status : 200;
    });
    expect(await send({ method: "GET", path: "/api/conn/info/c1" })).toEqual([
      withToken === 1 ? 200 : status,
    ]);
    expect(tokens).toEqual([undefined, ...Array.from({ length: withToken }, () => "Bearer token")]);
  },
);
