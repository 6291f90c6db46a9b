import { gzipSync } from "node:zlib";
import type { HttpClient } from "../../drivers/oscars/http/http.ts";
import { exceptionOf } from "../../drivers/oscars/nsi/answer.ts";
import { writeNsi } from "../../drivers/oscars/nsi/envelope.ts";
import type { NsiHeader } from "../../drivers/oscars/nsi/header.ts";
import type { NsiMessage } from "../../drivers/oscars/nsi/message.ts";
import { REQUESTER_VERSION, soapAction } from "../../drivers/oscars/nsi/names.ts";
import type { Notification } from "../../drivers/oscars/nsi/notification.ts";
import type { OperationResult } from "../../drivers/oscars/nsi/result.ts";
import type { Clock } from "../../model/clock.ts";
import { accented } from "./nsi-accent.ts";
import type { NsiConnection } from "./nsi-connection.ts";
import { childNsa } from "./nsi-faults.ts";
import type { NsiQuirks } from "./nsi-options.ts";
import { partOf } from "./nsi-shown.ts";

/** As OSCARS writes it. */
const MISSPELT = "application/vdn.ogf.nsi.cs.v2.provider+soap";

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** A notification before it has a number and a time. */
export type Untold = DistributiveOmit<Notification, "notificationId" | "timeStamp">;

/** That frames do not pass by what was provisioned, as a provider tells that cannot have them pass. */
export function activationFailed(nsa: string, connectionId: string): Untold {
  return {
    ...{ type: "errorEvent", connectionId, event: "activateFailed" },
    ...{ originatingConnectionId: connectionId, originatingNSA: nsa },
    serviceException: exceptionOf(nsa, { errorId: "00800", text: "a switch does not answer" }),
  };
}

/** What callbacks are made with. */
export interface NsiCallbacksContext {
  readonly nsa: string;
  readonly clock: Clock;
  readonly http: HttpClient;
  /** How long each takes, in milliseconds; 0 when absent. */
  readonly delayMs?: number;
}

/** What a simulated provider tells its requesters, where they last said that they listen. */
export class NsiCallbacks {
  readonly #context: NsiCallbacksContext;
  readonly #quirks: () => NsiQuirks;
  readonly #replyTo = new Map<string, string>();
  readonly #never = new AbortController();
  #notifications = 0;

  constructor(context: NsiCallbacksContext, quirks: () => NsiQuirks = () => ({})) {
    this.#context = context;
    this.#quirks = quirks;
  }

  /** Notes where the sender of a request listens, if it says so. */
  learn({ requesterNSA, replyTo }: NsiHeader): void {
    if (replyTo !== undefined) this.#replyTo.set(requesterNSA, replyTo);
  }

  /** Does something when a step of the provider has passed, and so many milliseconds more. */
  later(run: () => Promise<void>, moreMs: number = 0): void {
    this.#context.clock.setTimeout(() => void run(), (this.#context.delayMs ?? 0) + moreMs);
  }

  /** Tells of something that nobody asked for, aloud or not; gives what is told. */
  notify({ requesterNSA }: NsiConnection, notification: Untold, isAloud = true): Notification {
    this.#notifications += 1;
    const stamped = {
      ...this.#passedOn(notification),
      notificationId: this.#quirks().countsNotifications === false ? 0 : this.#notifications,
      timeStamp: this.#context.clock.now(),
    };
    const serial = String(this.#notifications).padStart(12, "0");
    const correlationId = `urn:uuid:00000000-0000-4000-8000-${serial}`;
    const header = { ...this.#header(requesterNSA), correlationId };
    if (isAloud) this.later(() => this.post(header, stamped as Notification));
    return stamped as Notification;
  }

  /** Where a notification comes from: of an aggregator's parts, or by the name that it has inside. */
  #passedOn(notification: Untold): Untold {
    if (!("originatingNSA" in notification)) return notification;
    const { originatingConnectionId: id, originatingNSA: nsa } = notification;
    const { aggregates, tellsInternalIds } = this.#quirks();
    if (tellsInternalIds) return { ...notification, originatingConnectionId: `DUD-${id}` };
    if (!aggregates) return notification;
    const origin = { originatingConnectionId: partOf(id), originatingNSA: childNsa(nsa) };
    return { ...notification, ...origin };
  }

  /** Posts what came of a request, or an answer to a query, or news. */
  async post(header: NsiHeader, body: OperationResult | Notification | NsiMessage): Promise<void> {
    const url = this.#replyTo.get(header.requesterNSA);
    // Who wants to hear nothing says so by an empty address.
    if (url === undefined || url === "") return;
    const { replyTo: _, ...echoed } = header;
    const quirks = this.#quirks();
    const { misspellsVersion, zipsCallbacks } = quirks;
    const protocolVersion = misspellsVersion ? MISSPELT : REQUESTER_VERSION;
    const text = accented(writeNsi({ header: { ...echoed, protocolVersion }, body }), quirks);
    const headers = {
      "content-type": "text/xml; charset=utf-8",
      soapaction: soapAction(body.type),
      ...(zipsCallbacks ? { "content-encoding": "gzip" } : {}),
    };
    const sent = zipsCallbacks ? gzipSync(text) : text;
    const limits = { signal: this.#never.signal, timeoutMs: 30_000 };
    await this.#context.http.send({ method: "POST", url, headers, body: sent }, limits);
  }

  #header(requesterNSA: string): NsiHeader {
    return {
      protocolVersion: REQUESTER_VERSION,
      correlationId: "",
      requesterNSA,
      providerNSA: this.#context.nsa,
      sessionSecurityAttr: [],
      extensions: [],
    };
  }
}
