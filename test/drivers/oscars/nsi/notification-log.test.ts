import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Notification } from "../../../../src/drivers/oscars/nsi/notification.ts";
import { NotificationLog } from "../../../../src/drivers/oscars/nsi/notification-log.ts";
import type { ChildSummary, Reservation } from "../../../../src/drivers/oscars/nsi/reservation.ts";
import type { LifecycleState } from "../../../../src/drivers/oscars/nsi/states.ts";

const connectionId = "c1";

/** A notification that frames pass, or do not. */
function passing(notificationId: number, active: boolean, timeStamp = notificationId) {
  const dataPlaneStatus = { active, version: 1, versionConsistent: true };
  const base = { connectionId, notificationId, timeStamp };
  return { type: "dataPlaneStateChange", ...base, dataPlaneStatus } as const;
}

function failing(
  notificationId: number,
  event: "activateFailed" | "forcedEnd",
  timeStamp = notificationId,
): Notification {
  return {
    ...{ type: "errorEvent", connectionId, notificationId, timeStamp, event },
    originatingConnectionId: connectionId,
    originatingNSA: "urn:them",
  };
}

/** What a query shows of a connection when this was told of it last. */
function shown(
  notificationId: number,
  lifecycleState: LifecycleState = "Created",
): Reservation<ChildSummary> {
  const dataPlaneStatus = { active: true, version: 1, versionConsistent: true };
  const connectionStates = {
    reservationState: "ReserveStart",
    provisionState: "Provisioned",
    lifecycleState,
    dataPlaneStatus,
  } as const;
  return { connectionId, criteria: [], requesterNSA: "urn:us", connectionStates, notificationId };
}

function begun(): NotificationLog {
  const log = new NotificationLog();
  log.begin(connectionId);
  return log;
}

describe("a notification that is posted again", () => {
  test("is no news, whenever it was heard, and hides nothing that was not", () => {
    const log = begun();
    expect([1, 1, 2].map((id) => log.come(passing(id, true)))).toEqual([true, false, true]);
    expect(log.missingFrom(shown(2))).toBeUndefined();
    expect([1, 2, 4, 4].map((id) => log.come(passing(id, true)))).toEqual([
      ...[false, false],
      ...[true, false],
    ]);
    expect(log.missingFrom(shown(4))).toBe(3);
    const told = [3, 4].map((id) => passing(id, true));
    expect(log.asked(connectionId, 4, told)).toEqual([passing(3, true)]);
    expect([3, 3, 4].map((id) => log.come(passing(id, true)))).toEqual([false, false, false]);
  });

  test("each is news once, in whatever order and however often they come or are asked for", () => {
    const ids = fc.integer({ min: 1, max: 8 });
    const steps = fc.array(fc.record({ id: ids, isAsked: fc.boolean() }), { maxLength: 30 });
    fc.assert(
      fc.property(steps, (list) => {
        const log = begun();
        const news: number[] = [];
        for (const { id, isAsked } of list) {
          const from = isAsked ? log.missingFrom(shown(id)) : undefined;
          if (!isAsked && log.come(failing(id, "forcedEnd"))) news.push(id);
          if (from === undefined) continue;
          const told = Array.from({ length: id }, (_, at) => failing(at + 1, "forcedEnd"));
          const since = log.asked(connectionId, id, told.slice(from - 1));
          news.push(...since.map(({ notificationId }) => notificationId));
        }
        expect(news).toHaveLength(new Set(news).size);
        const last = Math.max(0, ...list.filter(({ isAsked }) => isAsked).map(({ id }) => id));
        for (let id = 1; id <= last; id += 1) expect(news).toContain(id);
      }),
    );
  });

  test("without a number is told each time: nobody can know", () => {
    const log = begun();
    expect([log.come(passing(0, true, 7)), log.come(passing(0, true, 7))]).toEqual([true, true]);
  });
});

describe("a notification that is older than one that was told", () => {
  test("changes nothing where the later one says otherwise, come late or asked for late", () => {
    const log = begun();
    expect(log.come(passing(3, true))).toBe(true);
    expect(log.come(passing(2, false))).toBe(false);
    const told = [failing(1, "activateFailed"), passing(2, false), passing(3, true)];
    expect(log.asked(connectionId, 3, told)).toEqual([]);
    expect(log.missingFrom(shown(3))).toBeUndefined();
  });

  test("says why, where the later one says the same", () => {
    const log = begun();
    log.come(passing(2, false));
    const told = [passing(2, false), failing(1, "activateFailed")];
    expect(log.asked(connectionId, 2, told)).toEqual([failing(1, "activateFailed")]);
  });

  test("ends the connection all the same, where it does: nothing comes after that", () => {
    const log = begun();
    log.come(passing(2, true));
    expect(log.come(failing(1, "forcedEnd"))).toBe(true);
  });

  test("is known by its time where the provider numbers none", () => {
    const log = begun();
    expect(log.come(passing(0, true, 20))).toBe(true);
    expect(log.come(passing(0, false, 10))).toBe(false);
    expect(log.come(passing(0, false, 30))).toBe(true);
  });
});

test("what is asked for is told in the order in which it happened", () => {
  const told = [passing(2, true), passing(1, false)];
  expect(begun().asked(connectionId, 2, told)).toEqual([passing(1, false), passing(2, true)]);
});

describe("a provider that begins to count anew", () => {
  test("tells news with smaller numbers than before, and with those that were used before", () => {
    const log = begun();
    expect(log.come(passing(3, false, 1_000))).toBe(true);
    expect(log.come(passing(42, true, 2_000))).toBe(true);
    expect(log.come(passing(5, false, 9_000))).toBe(true);
    expect(log.come(failing(3, "forcedEnd", 9_500))).toBe(true);
    expect(log.come(failing(3, "forcedEnd", 9_500))).toBe(false);
    expect(log.come(passing(5, false, 9_000))).toBe(false);
  });

  test("is heard where all until a greater number were asked for, and its repetitions are not", () => {
    const log = begun();
    const told = [passing(41, true, 1_000), passing(42, true, 2_000)];
    expect(log.asked(connectionId, 42, told)).toEqual(told);
    expect(log.come(passing(42, true, 2_500))).toBe(false);
    expect(log.come(passing(2, false, 9_000))).toBe(true);
    expect(log.come(failing(1, "activateFailed", 8_000))).toBe(true);
    expect(log.come(passing(2, false, 9_000))).toBe(false);
  });
});

describe("what is remembered", () => {
  test("is nothing of a connection that is over, whatever is told or listed of it yet", () => {
    const log = begun();
    log.end(connectionId);
    expect(log.come(passing(4, false))).toBe(true);
    expect(log.come(passing(0, false))).toBe(true);
    log.list(shown(4, "Terminated"), 4);
    expect(log.missingFrom(shown(5, "Terminated"))).toBeUndefined();
    expect(log.asked(connectionId, 5, [passing(5, false)])).toEqual([]);
    expect(log.connectionIds).toEqual([]);
  });

  test("begins with the first list where somebody had asked for the connection before", () => {
    const log = new NotificationLog();
    log.list(shown(4), 10_000);
    expect(log.missingFrom(shown(4))).toBeUndefined();
    expect(log.missingFrom(shown(6))).toBe(5);
    expect(log.come(passing(4, false, 9_000))).toBe(false);
    expect(log.come(passing(2, false, 20_000))).toBe(true);
  });

  test("does not grow with what comes, and each is news once all the same", () => {
    const log = begun();
    const ids = Array.from({ length: 1_000 }, (_, at) => 2 * at + 1);
    for (const id of ids) expect(log.come(failing(id, "activateFailed"))).toBe(true);
    for (const id of ids) expect(log.come(failing(id, "activateFailed"))).toBe(false);
    // What is far back is not asked for: it is not known one by one any more.
    expect(log.missingFrom(shown(1_999))).toBeGreaterThan(1_500);
  });
});
