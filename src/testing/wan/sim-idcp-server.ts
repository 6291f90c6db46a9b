import type { HttpHandler, OutgoingResponse } from "../../drivers/oscars/http/http.ts";
import { type IdcpFault, idcp06, readIdcp, writeIdcp } from "../../drivers/oscars/idcp/envelope.ts";
import type {
  CreateReservation06,
  Message06,
  ModifyReservation06,
  ReservationDetails06,
} from "../../drivers/oscars/idcp/message-06.ts";
import { verifyEnvelope } from "../../drivers/oscars/idcp/ws-security.ts";
import type { Clock } from "../../model/clock.ts";
import { VlanSet } from "../../model/vlan-set.ts";
import { type CarriedCircuit, type CircuitChange, CircuitTable } from "./circuit-table.ts";

/** A port that a simulated IDCP server sells. */
export interface IdcpPort {
  /** Mbit/s. */
  readonly capacity: number;
  readonly vlans: VlanSet;
}

export interface SimIdcpServerOptions {
  /** What its reservations are called after: `example.net` makes `example.net-1`. */
  readonly domain: string;
  /** By URN. */
  readonly ports: ReadonlyMap<string, IdcpPort>;
  readonly clock: Clock;
  /** How long each step takes, in milliseconds; 0 when absent. */
  readonly delayMs?: number;
  /** Subjects of certificates by which requests must be signed; nobody signs when absent. */
  readonly signers?: ReadonlySet<string>;
  /** Whether a reservation that is active may change its rate; most servers say no. */
  readonly changesActive?: boolean;
  /** Attaches a data plane: told of every circuit that begins, or ceases, to carry frames. */
  readonly onCircuit?: (change: CircuitChange) => void;
}

type Reservation = ReservationDetails06 & {
  readonly reason?: string;
  /** Frames pass: it is active, or is and is being changed. */
  readonly carries?: boolean;
};

/** An OSCARS 0.6 server that exists only in memory, with its state engine and its refusals. */
export class SimIdcpServer {
  /** Answers requests. */
  readonly handler: HttpHandler;
  readonly #options: SimIdcpServerOptions;
  readonly #reservations: CircuitTable<Reservation>;
  /** What was sold to others, by URN. */
  readonly #elsewhere = new Map<string, { readonly mbps: number; readonly vlans: string }[]>();
  #serial = 0;

  constructor(options: SimIdcpServerOptions) {
    this.#options = options;
    this.#reservations = new CircuitTable(carriedBy, options.onCircuit);
    this.handler = ({ body }) => this.#handle(body);
  }

  /** Every reservation that has not ended. */
  get reservations(): readonly ReservationDetails06[] {
    return [...this.#reservations.values()].filter(({ status }) => !ENDED.has(status));
  }

  /** Their ids. */
  get ids(): readonly string[] {
    return this.reservations.map(({ globalReservationId }) => globalReservationId);
  }

  /** Sells some of a port to somebody who asks in another way. */
  sellElsewhere(
    urn: string,
    { mbps, vlan }: { readonly mbps: number; readonly vlan: number },
  ): void {
    const before = this.#elsewhere.get(urn) ?? [];
    this.#elsewhere.set(urn, [...before, { mbps, vlans: String(vlan) }]);
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

  async #handle(text: string): Promise<OutgoingResponse> {
    const { signers, clock } = this.#options;
    if (signers !== undefined) {
      const signed = await verifyEnvelope(text);
      const isGood = signed
        .map(({ certificate, validity: { created, expires } }) => {
          const isTimely = created <= clock.now() && clock.now() < expires;
          return isTimely && signers.has(certificate.subject);
        })
        .unwrapOr(false);
      if (!isGood) return answer(500, faultOf("ACCESS_DENIED", "not signed by anybody known"));
    }
    const read = readIdcp(idcp06, text);
    if (read.isErr() || read.value.body.type === "fault") return { status: 400 };
    const said = this.#answerTo(read.value.body);
    return answer(said.type === "fault" ? 500 : 200, said);
  }

  #answerTo(request: Message06): Message06 | IdcpFault {
    switch (request.type) {
      case "createReservation":
        return this.#create(request);
      case "listReservations": {
        const { description = "" } = request;
        const all = [...this.#reservations.values()];
        const resDetails = all.filter((each) => each.description.includes(description));
        return { type: "listReservationsResponse", resDetails, totalResults: resDetails.length };
      }
      case "queryReservation":
      case "cancelReservation":
      case "modifyReservation":
      case "createPath":
      case "teardownPath": {
        const found = this.#reservations.get(request.globalReservationId);
        if (found === undefined) return faultOf("RESERVATION_NOT_FOUND", "no such reservation");
        return this.#operate(request, found);
      }
      default:
        return faultOf("NOT_IMPLEMENTED", request.type);
    }
  }

  #operate(
    request: Extract<Message06, { globalReservationId: string }>,
    found: Reservation,
  ): Message06 | IdcpFault {
    const { globalReservationId: id, status } = found;
    const refused = faultOf("RESERVATION_STATE_CHANGE_NOT_ALLOWED", `${request.type} in ${status}`);
    switch (request.type) {
      case "queryReservation":
        return {
          ...{ type: "queryReservationResponse", reservationDetails: found },
          errorReport: found.reason === undefined ? [] : [this.#report(found.reason)],
        };
      case "cancelReservation":
        if (!["ACCEPTED", "RESERVED", "ACTIVE"].includes(status)) return refused;
        this.#go(id, "INCANCEL", "CANCELLED");
        return { type: "cancelReservationResponse", status: "Ok" };
      case "createPath":
        if (status !== "RESERVED") return refused;
        this.#go(id, "INSETUP", "ACTIVE");
        return { type: "createPathResponse", globalReservationId: id, status: "INSETUP" };
      case "teardownPath":
        if (status === "ACTIVE") this.#go(id, "INTEARDOWN", "RESERVED");
        return { type: "teardownPathResponse", globalReservationId: id, status };
      case "modifyReservation":
        return this.#modify(request, found) ?? refused;
      default:
        return refused;
    }
  }

  #create({ description, userRequestConstraint }: CreateReservation06): Message06 {
    const { clock, domain, delayMs = 0 } = this.#options;
    this.#serial += 1;
    const id = `${domain}-${this.#serial}`;
    this.#reservations.set(id, {
      ...{ globalReservationId: id, login: "user", description, userRequestConstraint },
      ...{ createTime: Math.floor(clock.now() / 1000), status: "INPATHCALCULATION" },
      optionalConstraint: [],
    });
    clock.setTimeout(() => {
      const reason = this.#lack(id, userRequestConstraint);
      if (reason !== undefined) this.#put(id, { status: "FAILED", reason });
      else this.#put(id, { status: "RESERVED", reservedConstraint: userRequestConstraint });
    }, delayMs);
    return { type: "createReservationResponse", globalReservationId: id, status: "Ok" };
  }

  #modify(
    { userRequestConstraint: { bandwidth } }: ModifyReservation06,
    { globalReservationId: id, status, userRequestConstraint }: Reservation,
  ): Message06 | IdcpFault | undefined {
    const may = status === "RESERVED" || (status === "ACTIVE" && this.#options.changesActive);
    if (may !== true) return undefined;
    const changed = { ...userRequestConstraint, bandwidth };
    const lack = this.#lack(id, changed);
    if (lack !== undefined) return faultOf("PCE_MODIFY_FAILED", lack);
    this.#go(id, "INMODIFY", status);
    this.#put(id, { userRequestConstraint: changed, reservedConstraint: changed });
    return { type: "modifyReservationResponse", globalReservationId: id, status };
  }

  #lack(id: string, { bandwidth, pathInfo }: CreateReservation06["userRequestConstraint"]) {
    const others = this.reservations.filter((each) => each.globalReservationId !== id);
    for (const { urn, vlans } of endsOf(pathInfo)) {
      const sold = this.#options.ports.get(urn);
      if (sold === undefined) return `unknown endpoint ${urn}`;
      const ours = others.flatMap(({ reservedConstraint: has }) =>
        endsOf(has?.pathInfo).flatMap((end) =>
          end.urn === urn ? [{ vlans: end.vlans, mbps: has?.bandwidth ?? 0 }] : [],
        ),
      );
      const here = [...ours, ...(this.#elsewhere.get(urn) ?? [])];
      const left = here.reduce((sum, { mbps }) => sum - mbps, sold.capacity);
      if (left < bandwidth) return `${urn} has ${left} Mbps left`;
      const isSold = vlans === "0" || sold.vlans.intersect(asked(vlans)).equals(asked(vlans));
      if (!isSold || here.some((end) => end.vlans === vlans)) return `no VLAN ${vlans} at ${urn}`;
    }
    return undefined;
  }

  #report(errorMsg: string) {
    const timestamp = Math.floor(this.#options.clock.now() / 1000);
    return { errorCode: "PCE_CREATE_FAILED", errorMsg, errorType: "user", timestamp };
  }

  #go(id: string, through: string, to: string): void {
    this.#put(id, { status: through });
    const { clock, delayMs = 0 } = this.#options;
    clock.setTimeout(() => {
      if (this.#reservations.get(id)?.status === through) this.#put(id, { status: to });
    }, delayMs);
  }

  #put(id: string, change: Partial<Reservation>): void {
    const found = this.#reservations.get(id);
    if (found === undefined) return;
    const next = { ...found, ...change };
    const carries = next.status === "INMODIFY" ? found.carries === true : next.status === "ACTIVE";
    this.#reservations.set(id, { ...next, carries });
  }
}

function asked(vlans: string): VlanSet {
  return vlans === "any" ? VlanSet.default : VlanSet.parse(vlans).unwrapOr(VlanSet.all);
}

const ENDED: ReadonlySet<string> = new Set(["CANCELLED", "FINISHED", "FAILED"]);

function endsOf(
  pathInfo: CreateReservation06["userRequestConstraint"]["pathInfo"] | undefined,
): readonly { readonly urn: string; readonly vlans: string }[] {
  const info = pathInfo?.layer2Info;
  if (info === undefined) return [];
  return [
    { urn: info.srcEndpoint, vlans: info.srcVtag?.vlans ?? "any" },
    { urn: info.destEndpoint, vlans: info.destVtag?.vlans ?? "any" },
  ];
}

function carriedBy(of: Reservation): CarriedCircuit | undefined {
  const { globalReservationId: id, carries, reservedConstraint: has } = of;
  if (carries !== true || has === undefined) return undefined;
  const ends = endsOf(has.pathInfo).map(({ urn: port, vlans }) => {
    return { port, tag: vlans === "0" ? ("untagged" as const) : Number(vlans) };
  });
  return { id, ends, mbps: has.bandwidth };
}

function faultOf(errorCode: string, errorMsg: string): IdcpFault {
  const errorReport = { errorCode, errorMsg, errorType: "user", timestamp: 0 };
  return {
    ...{ type: "fault", code: "Receiver", reason: errorMsg },
    detail: { name: "OSCARSFault", msg: errorMsg, errorReport },
  };
}

function answer(status: number, body: Message06 | IdcpFault): OutgoingResponse {
  const headers = { "content-type": "application/soap+xml; charset=utf-8" };
  return { status, headers, body: writeIdcp(idcp06, { header: [], body }) };
}
