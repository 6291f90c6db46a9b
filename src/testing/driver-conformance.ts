import assert from "node:assert/strict";
import type { ResultAsync } from "neverthrow";
import type { DriverBase } from "../drivers/driver-base.ts";
import type { DriverEvent } from "../drivers/driver-event.ts";
import type { DriverError } from "../model/errors.ts";
import { type NodeId, nodeId } from "../model/ids.ts";
import type { Segment } from "../model/segment.ts";
import {
  conformanceDomain,
  pairSegment,
  strayedSegment,
  threeWaySegment,
} from "./conformance-segments.ts";

/** A driver at work in a world that a check can disturb. */
export interface ConformanceSubject {
  /** Attached to `conformanceDomain`, with every node reachable and audited. */
  readonly driver: DriverBase;
  /** Lets time pass until a promise settles, and gives its value. */
  readonly until: <T>(promise: PromiseLike<T>) => Promise<T>;
  /** Cuts a node off from the driver, or joins it again, and waits until the driver has noticed. */
  readonly setReachable: (node: NodeId, reachable: boolean) => Promise<void>;
  /** Makes a node lose everything it holds. */
  readonly forget: (node: NodeId) => Promise<void>;
  /** Closes the driver and attaches another to the same world; waits until its nodes are audited. */
  readonly restart: (segments: readonly Segment[]) => Promise<ConformanceSubject>;
  /** How many timers run now. */
  readonly timers: () => number;
}

/** One thing that every driver must do. */
export interface ConformanceCheck {
  /** What a driver does, as the rest of a sentence about it. */
  readonly name: string;
  /** Throws where the driver does not do it. */
  readonly run: (subject: ConformanceSubject) => Promise<void>;
}

const [n1, n2] = [nodeId("n1"), nodeId("n2")];
const pair = pairSegment("pair", 1);
const threeWay = threeWaySegment("pair", 1);
const other = pairSegment("other", 2);

const provisioning: readonly ConformanceCheck[] = [
  {
    name: "holds what it was asked to hold, and confirms it",
    run: async (subject) => {
      const confirmation = await value(subject, subject.driver.provision(pair));
      assert.deepEqual(confirmation.pending, []);
      await holdsExactly(subject, [pair]);
    },
  },
  {
    name: "may be asked for the same once more",
    run: async (subject) => {
      await value(subject, subject.driver.provision(pair));
      await value(subject, subject.driver.provision(pair));
      await holdsExactly(subject, [pair]);
    },
  },
  {
    name: "changes a segment in place",
    run: async (subject) => {
      for (const segment of [pair, threeWay, pair]) {
        await value(subject, subject.driver.provision(segment));
        await holdsExactly(subject, [segment]);
      }
    },
  },
  {
    name: "holds nothing after a release",
    run: async (subject) => {
      await value(subject, subject.driver.provision(threeWay));
      await value(subject, subject.driver.release(threeWay.id));
      await holdsExactly(subject, []);
    },
  },
  {
    name: "takes an unknown segment as released already",
    run: async (subject) => {
      await value(subject, subject.driver.release(pair.id));
      await holdsExactly(subject, []);
    },
  },
  {
    name: "keeps segments apart, also when asked for both at once",
    run: async (subject) => {
      const both = [subject.driver.provision(threeWay), subject.driver.provision(other)];
      await Promise.all(both.map((call) => value(subject, call)));
      await holdsExactly(subject, [threeWay, other]);
      await value(subject, subject.driver.release(threeWay.id));
      await holdsExactly(subject, [other]);
    },
  },
  {
    name: "follows what was asked last when calls overlap",
    run: async (subject) => {
      const calls = [pair, threeWay, pair].map((segment) => subject.driver.provision(segment));
      await Promise.all(calls.map((call) => value(subject, call)));
      await holdsExactly(subject, [pair]);
    },
  },
  {
    name: "refuses a segment of nodes that it does not have, and changes nothing",
    run: async (subject) => {
      const error = await failure(subject, subject.driver.provision(strayedSegment("stray", 3)));
      assert.deepEqual(causesOf(error), ["n9 misconfigured"]);
      await holdsExactly(subject, []);
    },
  },
  {
    name: "foretells what each node will hold",
    run: async ({ driver }) => {
      assert.deepEqual(
        driver.cost(pair).map(({ node }) => node),
        [n1, n2],
      );
    },
  },
];

const reachability: readonly ConformanceCheck[] = [
  {
    name: "says which node is unreachable",
    run: async (subject) => {
      await subject.setReachable(n2, false);
      const error = await failure(subject, subject.driver.provision(pair));
      assert.deepEqual(causesOf(error), ["n2 unreachable"]);
      assert.deepEqual(error.type === "driver-failed" && error.pending, [n2]);
      assert.deepEqual(await discrepancies(subject, pair), ["n2 unreachable"]);
    },
  },
  {
    name: "completes what is pending when the node returns, and tells",
    run: async (subject) => {
      await subject.setReachable(n2, false);
      const call = subject.driver.provision(pair, { allowPending: true });
      assert.deepEqual((await value(subject, call)).pending, [n2]);
      const events = await eventsDuring(subject, () => subject.setReachable(n2, true));
      assert.deepEqual(events, [
        { type: "node-up", node: n2 },
        { type: "confirmed", node: n2, segment: pair.id },
      ]);
      await holdsExactly(subject, [pair]);
    },
  },
  {
    name: "completes a release when the node returns",
    run: async (subject) => {
      await value(subject, subject.driver.provision(pair));
      await subject.setReachable(n2, false);
      const call = subject.driver.release(pair.id, { allowPending: true });
      assert.deepEqual((await value(subject, call)).pending, [n2]);
      await subject.setReachable(n2, true);
      await holdsExactly(subject, []);
    },
  },
  {
    name: "does not forget a release that failed",
    run: async (subject) => {
      await value(subject, subject.driver.provision(pair));
      await subject.setReachable(n2, false);
      for (let attempt = 1; attempt <= 2; attempt += 1) {
        const error = await failure(subject, subject.driver.release(pair.id));
        assert.deepEqual(causesOf(error), ["n2 unreachable"]);
      }
      await subject.setReachable(n2, true);
      await value(subject, subject.driver.release(pair.id));
      await holdsExactly(subject, []);
    },
  },
  {
    name: "tells when a node goes",
    run: async (subject) => {
      const events = await eventsDuring(subject, () => subject.setReachable(n1, false));
      assert.deepEqual(
        events.map(({ type }) => type),
        ["node-down"],
      );
    },
  },
  {
    name: "finds and repairs what a node lost while it was away",
    run: async (subject) => {
      await value(subject, subject.driver.provision(pair));
      await subject.setReachable(n1, false);
      await subject.forget(n1);
      const events = await eventsDuring(subject, () => subject.setReachable(n1, true));
      const drift = events.filter((event) => event.type === "drift");
      assert.deepEqual(
        drift.map((event) => [event.node, event.repaired]),
        [[n1, true]],
      );
      await holdsExactly(subject, [pair]);
    },
  },
  {
    name: "says what a node has lost, and repairs it when asked again",
    run: async (subject) => {
      await value(subject, subject.driver.provision(pair));
      await subject.forget(n1);
      const found = await discrepancies(subject, pair);
      assert.deepEqual([...new Set(found)], ["n1 missing"]);
      await value(subject, subject.driver.provision(pair));
      await holdsExactly(subject, [pair]);
    },
  },
];

const life: readonly ConformanceCheck[] = [
  {
    name: "leaves nothing behind when it is aborted before it begins",
    run: async (subject) => {
      const call = subject.driver.provision(pair, { signal: AbortSignal.abort() });
      const error = await failure(subject, call);
      assert.deepEqual(error, { type: "aborted", operation: "provision" });
      await holdsExactly(subject, []);
    },
  },
  {
    name: "ends at once when it is aborted, and can be undone",
    run: async (subject) => {
      const timers = subject.timers();
      const abort = new AbortController();
      const limits = { signal: abort.signal, timeoutMs: 60_000 };
      const call = subject.driver.provision(pair, limits);
      abort.abort();
      const now = { ...subject, until: async <T>(promise: PromiseLike<T>): Promise<T> => promise };
      assert.deepEqual(await failure(now, call), { type: "aborted", operation: "provision" });
      await value(subject, subject.driver.release(pair.id));
      await holdsExactly(subject, []);
      assert.equal(subject.timers(), timers);
    },
  },
  {
    name: "keeps what its predecessor left if it is right, and removes the rest",
    run: async (subject) => {
      await value(subject, subject.driver.provision(pair));
      await value(subject, subject.driver.provision(other));
      const successor = await subject.restart([pair]);
      await holdsExactly(successor, [pair]);
      const last = await successor.restart([]);
      await holdsExactly(last, []);
    },
  },
  {
    name: "cannot be attached twice",
    run: async (subject) => {
      const clock = { now: () => 0, setTimeout: () => 0, clearTimeout: () => {} };
      const again = subject.driver.attach({ domain: conformanceDomain, clock, segments: [] });
      assert.equal((await failure(subject, again)).type, "driver-failed");
    },
  },
  {
    name: "is silent to those who have unsubscribed",
    run: async (subject) => {
      const events: DriverEvent[] = [];
      subject.driver.subscribe((event) => events.push(event))[Symbol.dispose]();
      await subject.setReachable(n1, false);
      assert.deepEqual(events, []);
    },
  },
  {
    name: "may be closed twice, and then answers that it is closed",
    run: async (subject) => {
      const { driver, until } = subject;
      await until(Promise.all([driver.close(), driver.close()]));
      const errors = [
        await failure(subject, driver.provision(pair)),
        await failure(subject, driver.release(pair.id)),
        await failure(subject, driver.verify(pair.id)),
        await failure(subject, driver.list()),
      ];
      assert.deepEqual([...new Set(errors.map(({ type }) => type))], ["closed"]);
    },
  },
];

/**
 * What every driver of nodes must do, as checks for any test runner: make a fresh subject for each,
 * run it, and take the subject's world down.
 */
export const driverConformance: readonly ConformanceCheck[] = [
  ...provisioning,
  ...reachability,
  ...life,
];

async function value<T>(
  { until }: ConformanceSubject,
  call: ResultAsync<T, DriverError>,
): Promise<T> {
  const outcome = await until(call);
  assert(outcome.isOk(), `unexpected error: ${JSON.stringify(outcome)}`);
  return outcome.value;
}

async function failure<T>(
  { until }: ConformanceSubject,
  call: ResultAsync<T, DriverError>,
): Promise<DriverError> {
  const outcome = await until(call);
  assert(outcome.isErr(), `unexpected success: ${JSON.stringify(outcome)}`);
  return outcome.error;
}

function causesOf(error: DriverError): readonly string[] {
  assert(error.type === "driver-failed", `unexpected error: ${JSON.stringify(error)}`);
  return error.causes.map(({ node, kind }) => `${node} ${kind}`);
}

async function discrepancies(subject: ConformanceSubject, { id }: Segment): Promise<string[]> {
  const report = await value(subject, subject.driver.verify(id));
  return report.discrepancies.map(({ node, kind }) => `${node} ${kind}`);
}

/** The domain holds these segments as they are, and nothing else of ours. */
async function holdsExactly(
  subject: ConformanceSubject,
  segments: readonly Segment[],
): Promise<void> {
  for (const segment of segments) assert.deepEqual(await discrepancies(subject, segment), []);
  const held = await value(subject, subject.driver.list());
  const found = held.map(({ segment, nodes }) => `${segment}: ${nodes.toSorted()}`);
  const expected = segments.map(({ id, nodes }) => `${id}: ${nodes.map(({ node }) => node)}`);
  assert.deepEqual(found.sort(), expected.sort());
}

async function eventsDuring(
  { driver }: ConformanceSubject,
  action: () => Promise<void>,
): Promise<readonly DriverEvent[]> {
  const events: DriverEvent[] = [];
  const subscription = driver.subscribe((event) => events.push(event));
  await action();
  subscription[Symbol.dispose]();
  return events;
}
