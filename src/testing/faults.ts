import type { ErrorCode, ErrorKind } from "../drivers/openflow/wire/error.ts";
import type { OfMessage } from "../drivers/openflow/wire/message.ts";
import { drawnOf } from "./chance.ts";
import type { Random } from "./random.ts";

/** What may befall a message on its way into a switch. */
export type Fault =
  /** It is lost: neither carried out nor answered. */
  | { readonly type: "drop" }
  /** It, and everything behind it, waits. */
  | { readonly type: "delay"; readonly delayMs: number }
  /** The switch does and says nothing more on this connection, which stays open. */
  | { readonly type: "hang" }
  /** The connection breaks before it is carried out. */
  | { readonly type: "disconnect" }
  /** It is refused with this error. */
  | { readonly type: "reject"; readonly kind: ErrorKind; readonly code: ErrorCode }
  /** A flow-mod that adds is accepted, a barrier confirms it, and the flow is not there. */
  | { readonly type: "forget" }
  /**
   * It is carried out after the one behind it, if that is there and neither is a barrier: the
   * protocol allows it (OpenFlow 1.3.5 §6.2).
   */
  | { readonly type: "overtaken" }
  /** It is carried out twice, and answered twice. */
  | { readonly type: "duplicate" };

/** How likely each fault is for a message, from 0, the default, to 1. */
export interface FaultRates {
  readonly drop?: number;
  readonly delay?: number;
  /** Delays are uniform up to this; 100 ms when absent. */
  readonly maxDelayMs?: number;
  readonly disconnect?: number;
  readonly reject?: number;
  readonly forget?: number;
  readonly overtaken?: number;
  /** Only of messages that change nothing the second time. */
  readonly duplicate?: number;
}

/** A fault that happens once, at a given place of the conversation. */
export interface ScriptedFault {
  /** Which messages count. */
  readonly on: OfMessage["type"];
  /** The how manyeth of them from now; 1, the default, is the next. */
  readonly nth?: number;
  readonly fault: Fault;
}

/** Decides what befalls each message of one switch: scripted faults first, then chance. */
export class FaultPlan {
  readonly #random: Random;
  readonly #script: { on: OfMessage["type"]; left: number; fault: Fault }[] = [];
  #rates: FaultRates;

  constructor(random: Random, rates: FaultRates = {}) {
    this.#random = random;
    this.#rates = rates;
  }

  /** Changes the chances from now on. */
  setRates(rates: FaultRates): void {
    this.#rates = rates;
  }

  /** Plans a fault. Several may wait; each message meets at most one. */
  add({ on, nth = 1, fault }: ScriptedFault): void {
    this.#script.push({ on, left: nth, fault });
  }

  /** What befalls this message; undefined for nothing. */
  strike(message: OfMessage): Fault | undefined {
    return this.#scripted(message) ?? this.#byChance(message);
  }

  #scripted(message: OfMessage): Fault | undefined {
    for (const planned of this.#script) {
      if (planned.on === message.type) planned.left -= 1;
    }
    const due = this.#script.findIndex(({ on, left }) => on === message.type && left <= 0);
    return due === -1 ? undefined : this.#script.splice(due, 1)[0]?.fault;
  }

  #byChance(message: OfMessage): Fault | undefined {
    if (!changesOrReads.has(message.type)) return undefined;
    const rates = this.#rates;
    const falls = drawnOf(this.#random);
    if (falls(rates.drop)) return { type: "drop" };
    if (falls(rates.delay)) {
      const maxDelayMs = rates.maxDelayMs ?? DEFAULT_MAX_DELAY_MS;
      return { type: "delay", delayMs: this.#random.next() * maxDelayMs };
    }
    if (falls(rates.disconnect)) return { type: "disconnect" };
    if (falls(rates.reject)) return rejectionOf(message);
    if (falls(rates.forget)) return message.type === "flow-mod" ? { type: "forget" } : undefined;
    if (falls(rates.overtaken)) return mayBeOvertaken(message) ? { type: "overtaken" } : undefined;
    return falls(rates.duplicate) && isIdempotent(message) ? { type: "duplicate" } : undefined;
  }
}

const DEFAULT_MAX_DELAY_MS = 100;

/** The messages that chance strikes: not those that set a connection up or keep it alive. */
const changesOrReads: ReadonlySet<OfMessage["type"]> = new Set([
  "flow-mod",
  "group-mod",
  "meter-mod",
  "port-mod",
  "packet-out",
  "barrier-request",
  "multipart-request",
]);

/** Whether the order of a message and its neighbours is the switch's affair. */
export function mayBeOvertaken({ type }: OfMessage): boolean {
  return type !== "barrier-request" && changesOrReads.has(type);
}

function isIdempotent({ type }: OfMessage): boolean {
  return type === "flow-mod" || type === "barrier-request" || type === "multipart-request";
}

/** The error of a table that is full, in the words for this message. */
function rejectionOf(message: OfMessage): Fault {
  switch (message.type) {
    case "flow-mod":
      return { type: "reject", kind: "flow-mod-failed", code: "table-full" };
    case "group-mod":
      return { type: "reject", kind: "group-mod-failed", code: "out-of-groups" };
    case "meter-mod":
      return { type: "reject", kind: "meter-mod-failed", code: "out-of-meters" };
    default:
      return { type: "reject", kind: "bad-request", code: "eperm" };
  }
}
