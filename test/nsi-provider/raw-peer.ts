import type { IncomingRequest } from "../../src/drivers/oscars/http/http.ts";
import { NETWORK_B, NSA_A, NSA_B, type TwoClouds } from "./two-clouds.ts";

const SOAP = "http://schemas.xmlsoap.org/soap/envelope/";
const NSI = "http://schemas.ogf.org/nsi/2013/12";
const EVTS = "http://services.ogf.org/nsi/2013/12/descriptions/EVTS.A-GOLE";

/** What a request says beside its body; what is absent is as it should be. */
export interface RawRequest {
  readonly requesterNSA?: string;
  readonly providerNSA?: string;
  readonly correlationId?: string;
  /** Empty for an empty element, `null` for none. */
  readonly replyTo?: string | null;
  readonly subject?: string;
  /** Elements of the header after those of the protocol. */
  readonly extensions?: string;
}

/** Somebody who writes messages by hand, and asks cloud B. Nothing of the driver is used. */
export class RawPeer {
  readonly its: TwoClouds;
  /** Everything that B has said to it: answers, and what it posted. */
  readonly said: string[] = [];
  /** What was posted, in order. */
  readonly told: string[] = [];
  readonly #nsa: string;
  readonly #url: string;
  #serial = 0;

  constructor(its: TwoClouds, nsa: string = NSA_A, url: string = "http://peer.example/") {
    this.its = its;
    this.#nsa = nsa;
    this.#url = url;
    its.http.serve(url.replace(/\/$/, ""), async ({ body }) => {
      this.told.push(body);
      this.said.push(body);
      return { status: 200 };
    });
  }

  /** A correlation id that was not used before. */
  newCorrelationId(): string {
    this.#serial += 1;
    const own = this.#nsa.length.toString(16).padStart(4, "0");
    return `urn:uuid:00000000-0000-4000-${own}-${String(this.#serial).padStart(12, "0")}`;
  }

  /** A whole message, as text. */
  message(body: string, its: RawRequest = {}): string {
    const { correlationId = this.newCorrelationId(), replyTo = this.#url, extensions = "" } = its;
    const { requesterNSA = this.#nsa, providerNSA } = its;
    const addressed = providerNSA === undefined ? {} : { providerNSA };
    return messageOf(body, { correlationId, requesterNSA, replyTo, extensions, ...addressed });
  }

  /** Posts a text, and gives the answer. */
  async post(
    text: string,
    { subject }: RawRequest = {},
  ): Promise<{ status: number; body: string }> {
    const request: IncomingRequest = {
      ...{ method: "POST", path: "/nsi", headers: new Map(), body: text },
      ...(subject === undefined ? {} : { clientSubject: subject }),
    };
    const { status, body = "" } = await this.its.clock.until(this.its.provider.handler(request));
    if (body !== "") this.said.push(body);
    await this.its.clock.advance(2_000);
    return { status, body };
  }

  /** Asks something, and gives the answer. */
  async ask(body: string, its: RawRequest = {}): Promise<string> {
    return (await this.post(this.message(body, its), its)).body;
  }

  /** Asks for a connection; gives its id. */
  async reserve(criteria: Criteria = {}, its: RawRequest = {}): Promise<string> {
    const answer = await this.ask(reserve(criteria), its);
    const id = /<connectionId>([^<]*)</.exec(answer)?.[1];
    if (id === undefined) throw new Error(`refused: ${answer}`);
    return id;
  }

  /** A request that names a connection only. */
  on(operation: string, connectionId: string, its: RawRequest = {}): Promise<string> {
    return this.ask(
      `<c:${operation}><connectionId>${connectionId}</connectionId></c:${operation}>`,
      its,
    );
  }

  /** The names of what was told since this was asked last. */
  heard(): readonly string[] {
    return this.told.splice(0).map((text) => /Body>\s*<(?:\w+:)?(\w+)/.exec(text)?.[1] ?? "?");
  }
}

/** A whole message, as text. */
export function messageOf(
  body: string,
  {
    correlationId = "",
    requesterNSA = NSA_A,
    providerNSA = NSA_B,
    replyTo = null,
    extensions = "",
  }: RawRequest,
): string {
  const reply = replyTo === null ? "" : `<replyTo>${replyTo}</replyTo>`;
  return `<?xml version="1.0"?><s:Envelope xmlns:s="${SOAP}" xmlns:h="${NSI}/framework/headers" xmlns:c="${NSI}/connection/types" xmlns:p="${NSI}/services/point2point" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><s:Header><h:nsiHeader><protocolVersion>application/vnd.ogf.nsi.cs.v2.provider+soap</protocolVersion><correlationId>${correlationId}</correlationId><requesterNSA>${requesterNSA}</requesterNSA><providerNSA>${providerNSA}</providerNSA>${reply}${extensions}</h:nsiHeader></s:Header><s:Body>${body}</s:Body></s:Envelope>`;
}

/** Parts of a reservation, each as text. */
export interface Criteria {
  readonly connectionId?: string;
  readonly description?: string;
  readonly globalId?: string;
  readonly version?: string;
  readonly schedule?: string;
  readonly serviceType?: string;
  readonly capacity?: string;
  readonly direction?: string;
  readonly source?: string;
  readonly dest?: string;
  /** After the STPs. */
  readonly rest?: string;
}

/** A body that asks for a circuit from the uplink to the server. */
export function reserve({
  connectionId,
  description = "by hand",
  globalId,
  version = "0",
  schedule = "",
  serviceType = EVTS,
  capacity = "100",
  direction = "Bidirectional",
  source = `${NETWORK_B}:uplink?vlan=100-105`,
  dest = `${NETWORK_B}:server?vlan=100-200`,
  rest = "",
}: Criteria): string {
  const element = (name: string, text: string | undefined): string =>
    text === undefined ? "" : `<${name}>${text}</${name}>`;
  return `<c:reserve>${element("connectionId", connectionId)}${element("globalReservationId", globalId)}${element("description", description)}<criteria version="${version}"><schedule>${schedule}</schedule><serviceType>${serviceType}</serviceType><p:p2ps><capacity>${capacity}</capacity><directionality>${direction}</directionality><sourceSTP>${source}</sourceSTP><destSTP>${dest}</destSTP>${rest}</p:p2ps></criteria></c:reserve>`;
}
