import type { Result } from "neverthrow";
import { LAST_END_S } from "../../drivers/oscars/circuit-times.ts";
import type { HttpHandler, OutgoingResponse } from "../../drivers/oscars/http/http.ts";
import { OSCARS_05, OSCARS_06 } from "../../drivers/oscars/idcp/names.ts";
import { WS_NOTIFICATION } from "../../drivers/oscars/idcp/notification.ts";
import { Alarms } from "./alarms.ts";
import { CircuitTable } from "./circuit-table.ts";
import { IdcpBroker } from "./idcp-broker.ts";
import { door05 } from "./idcp-door-05.ts";
import { door06 } from "./idcp-door-06.ts";
import { isHeard, isIn } from "./idcp-hearing.ts";
import type {
  IdcpAnswer,
  IdcpDoor,
  IdcpOperation,
  IdcpReservation,
  IdcpTerms,
} from "./idcp-operation.ts";
import type { SimIdcpServerOptions } from "./idcp-options.ts";
import { carriedBy, endsOf, grantOf, type IdcpEnd } from "./idcp-ports.ts";

/**
 * An IDCP server that exists only in memory, with its state engine and its refusals: OSCARS 0.6 or,
 * with its messages and habits, 0.5.
 */
export class SimIdcpServer {
  /** Answers requests, and those to its broker, wherever they are posted. */
  readonly handler: HttpHandler;
  readonly #options: SimIdcpServerOptions;
  readonly #reservations: CircuitTable<IdcpReservation>;
  /** What was sold to others. */
  readonly #elsewhere: IdcpEnd[] = [];
  /** When reservations begin, and end. */
  readonly #alarms: Alarms;
  readonly #broker: IdcpBroker;
  #serial = 0;

  constructor(options: SimIdcpServerOptions) {
    this.#options = options;
    this.#alarms = new Alarms(options.clock);
    this.#reservations = new CircuitTable(carriedBy, options.onCircuit);
    const { clock, http } = options;
    const url = `http://${options.domain}/OSCARSNotify`;
    const told = { clock, door: this.#door, url };
    this.#broker = new IdcpBroker(http === undefined ? told : { ...told, http });
    this.handler = ({ body }) => this.#handle(body);
  }

  /** Every reservation that has not ended. */
  get reservations(): readonly IdcpReservation[] {
    return [...this.#reservations.values()].filter(({ status }) => !ENDED.has(status));
  }

  /** Their ids. */
  get ids(): readonly string[] {
    return this.reservations.map(({ gri }) => gri);
  }

  /** Names of the subscriptions at its broker that have not ended. */
  get subscriptions(): readonly string[] {
    return this.#broker.subscriptions;
  }

  /** The broker has lost all subscriptions, and tells nobody. */
  forgetSubscriptions(): void {
    this.#broker.forget();
  }

  /** Sells some of a port to somebody who asks in another way. */
  sellElsewhere(
    urn: string,
    { mbps, vlan }: { readonly mbps: number; readonly vlan: number },
  ): void {
    this.#elsewhere.push({ urn, mbps, vlans: String(vlan) });
  }

  /** Ends a reservation without anybody asking. */
  forceEnd(id: string): void {
    this.#put(id, { status: "FINISHED" });
  }

  /** Breaks, or mends, what carries a reservation: its path is gone, and comes back. */
  setDataPlane(id: string, works: boolean): void {
    const [from, to] = works ? ["RESERVED", "ACTIVE"] : ["ACTIVE", "RESERVED"];
    if (this.#reservations.get(id)?.status === from) this.#put(id, { status: to });
  }

  get #is05(): boolean {
    return this.#options.version === "0.5";
  }

  async #handle(text: string): Promise<OutgoingResponse> {
    const door = this.#door;
    if (isIn(WS_NOTIFICATION, text)) return this.#handleSubscription(text);
    const operation = isIn(this.#is05 ? OSCARS_05 : OSCARS_06, text)
      ? door.operationIn(text)
      : undefined;
    if (operation === undefined) return { status: 400 };
    const said = (await isHeard(text, this.#options))
      ? this.#answerTo(operation)
      : refused("ACCESS_DENIED", "not signed by anybody known");
    return {
      status: said.type === "refused" ? 500 : 200,
      headers: { "content-type": "application/soap+xml; charset=utf-8" },
      body: door.say(operation, said, this.#seconds),
    };
  }

  get #door(): IdcpDoor {
    return this.#is05 ? door05 : door06;
  }

  async #handleSubscription(text: string): Promise<OutgoingResponse> {
    const body = (await isHeard(text, this.#options)) ? this.#broker.answer(text) : undefined;
    const headers = { "content-type": "application/soap+xml; charset=utf-8" };
    return body === undefined ? { status: 500 } : { status: 200, headers, body };
  }

  #answerTo(operation: IdcpOperation): IdcpAnswer {
    const { topology } = this.#options;
    switch (operation.type) {
      case "create":
        return {
          type: "reservation",
          reservation: this.#create(operation.description, operation.wanted),
        };
      case "list": {
        const { description = "", from, count } = operation;
        const all = [...this.#reservations.values()];
        const found = all.filter((each) => each.description.includes(description));
        return { type: "list", reservations: found.slice(from, from + count) };
      }
      case "topology":
        if (topology !== undefined) return { type: "topology", topology };
        return refused("NOT_IMPLEMENTED", "the inventory is not told");
      case "unknown":
        return refused("NOT_IMPLEMENTED", operation.name);
      default: {
        const found = this.#reservations.get(operation.gri);
        if (found === undefined) return refused("RESERVATION_NOT_FOUND", "no such reservation");
        return this.#operate(operation, found);
      }
    }
  }

  #operate(operation: Extract<IdcpOperation, { gri: string }>, found: IdcpReservation): IdcpAnswer {
    const { gri, status } = found;
    const notNow = refused(
      "RESERVATION_STATE_CHANGE_NOT_ALLOWED",
      `cannot ${operation.type} with status ${status}`,
    );
    switch (operation.type) {
      case "query":
      case "refreshPath":
        return { type: "reservation", reservation: found };
      case "cancel":
        return this.#cancel(found) ?? notNow;
      case "createPath":
        if (status !== "RESERVED" || found.wanted.startTime > this.#seconds) return notNow;
        this.#go(gri, "INSETUP", "ACTIVE");
        return { type: "reservation", reservation: { ...found, status: "INSETUP" } };
      case "teardownPath":
        if (status === "ACTIVE") this.#go(gri, "INTEARDOWN", "RESERVED");
        return { type: "reservation", reservation: found };
      case "modify":
        return this.#modify(operation.wanted, found) ?? notNow;
    }
  }

  #cancel(found: IdcpReservation): IdcpAnswer | undefined {
    const { gri, status } = found;
    const answer: IdcpAnswer = { type: "reservation", reservation: found };
    if (["ACCEPTED", "RESERVED", "ACTIVE"].includes(status)) {
      this.#go(gri, "INCANCEL", "CANCELLED");
      return answer;
    }
    // OSCARS 0.5 finds out afterwards, and tells nobody.
    return this.#is05 && !ENDED.has(status) ? answer : undefined;
  }

  /** Makes a reservation that nobody asked for by a message; gives its name. */
  reserve(description: string, wanted: IdcpTerms): string {
    return this.#create(description, wanted).gri;
  }

  #create(description: string, wanted: IdcpTerms): IdcpReservation {
    const { clock, domain, delayMs = 0 } = this.#options;
    this.#serial += 1;
    const gri = `${domain}-${this.#serial}`;
    const reservation: IdcpReservation = {
      ...{ gri, description, wanted, createTime: this.#seconds, status: "INPATHCALCULATION" },
    };
    this.#reservations.set(gri, reservation);
    clock.setTimeout(() => this.#decide(reservation), delayMs);
    return reservation;
  }

  #decide({ gri, wanted }: IdcpReservation): void {
    if (this.#reservations.get(gri)?.status !== "INPATHCALCULATION") return;
    const granted = this.#grant(gri, wanted);
    this.#put(
      gri,
      granted.match<Partial<IdcpReservation>>(
        (reserved) => ({ status: "RESERVED", reserved }),
        (reason) => ({ status: "FAILED", reason }),
      ),
    );
    this.#mindTimes(gri);
  }

  /** Has a reservation begin, where it is set up by itself, and end. */
  #mindTimes(gri: string): void {
    const found = this.#reservations.get(gri);
    if (found?.reserved === undefined || ENDED.has(found.status)) return;
    const { startTime, endTime, pathInfo } = found.reserved;
    if (pathInfo.pathSetupMode === "timer-automatic")
      this.#alarms.set(`${gri} begins`, startTime * 1000, () => {
        if (this.#reservations.get(gri)?.status === "RESERVED") this.#go(gri, "INSETUP", "ACTIVE");
      });
    if (endTime < LAST_END_S) this.#alarms.set(`${gri} ends`, endTime * 1000, () => this.#end(gri));
    else this.#alarms.clear(`${gri} ends`);
  }

  /** The time of a reservation is over. */
  #end(gri: string): void {
    const status = this.#reservations.get(gri)?.status;
    if (status === "ACTIVE") this.#go(gri, "INTEARDOWN", "FINISHED");
    else if (status === "RESERVED") this.#put(gri, { status: "FINISHED" });
    else if (status !== undefined && !ENDED.has(status))
      this.#alarms.set(`${gri} ends`, (this.#seconds + 1) * 1000, () => this.#end(gri));
  }

  /** The times that a change makes of others: 0, or less than a minute's difference, changes nothing. */
  #changedTimes(
    asked: Pick<IdcpTerms, "startTime" | "endTime">,
    { wanted, status }: IdcpReservation,
  ): Pick<IdcpTerms, "startTime" | "endTime"> {
    const changed = (to: number, was: number): number =>
      to === 0 || Math.abs(to - was) <= CHANGES_NOTHING_S ? was : Math.max(to, this.#seconds);
    return {
      // What is active has begun.
      startTime:
        status === "ACTIVE" ? wanted.startTime : changed(asked.startTime, wanted.startTime),
      endTime: changed(asked.endTime, wanted.endTime),
    };
  }

  #modify(asked: Omit<IdcpTerms, "pathInfo">, found: IdcpReservation): IdcpAnswer | undefined {
    const { gri, status, wanted } = found;
    // OSCARS 0.5 changes nothing but times, and says so to nobody.
    const bandwidth = this.#is05 ? wanted.bandwidth : asked.bandwidth;
    const isOther = bandwidth !== wanted.bandwidth;
    const mayChange = !isOther || this.#options.changesActive === true;
    if (status !== "RESERVED" && (status !== "ACTIVE" || !mayChange)) return undefined;
    const changed = { ...wanted, ...this.#changedTimes(asked, found), bandwidth };
    if (changed.endTime <= changed.startTime)
      return refused("INVALID_PARAMETER", "the end is not after the start");
    const granted = this.#grant(gri, changed);
    if (granted.isErr()) return refused("PCE_MODIFY_FAILED", granted.error);
    this.#go(gri, "INMODIFY", status);
    this.#put(gri, { wanted: changed, reserved: granted.value });
    this.#mindTimes(gri);
    return { type: "reservation", reservation: found };
  }

  /** What a reservation would have; or why it cannot. */
  #grant(gri: string, terms: IdcpTerms): Result<IdcpTerms, string> {
    const { ports, swapsLabels = true } = this.#options;
    const others = this.reservations.flatMap((each) =>
      each.gri === gri || each.reserved === undefined ? [] : endsOf(each.reserved),
    );
    return grantOf(terms, { ports, swapsLabels, taken: [...others, ...this.#elsewhere] });
  }

  get #seconds(): number {
    return Math.floor(this.#options.clock.now() / 1000);
  }

  #go(id: string, through: string, to: string): void {
    this.#put(id, { status: through });
    const { clock, delayMs = 0 } = this.#options;
    clock.setTimeout(() => {
      if (this.#reservations.get(id)?.status === through) this.#put(id, { status: to });
    }, delayMs);
  }

  #put(id: string, change: Partial<IdcpReservation>): void {
    const found = this.#reservations.get(id);
    if (found === undefined) return;
    const next = { ...found, ...change };
    const carries = next.status === "INMODIFY" ? found.carries === true : next.status === "ACTIVE";
    this.#reservations.set(id, { ...next, carries });
    this.#broker.tell(found.status, next);
    if (!ENDED.has(next.status)) return;
    this.#alarms.clear(`${id} begins`);
    this.#alarms.clear(`${id} ends`);
  }
}

/** By how much times may change and stay as they are, in seconds. */
const CHANGES_NOTHING_S = 61;
const ENDED: ReadonlySet<string> = new Set(["CANCELLED", "FINISHED", "FAILED"]);

function refused(code: string, message: string): IdcpAnswer {
  return { type: "refused", code, message };
}
