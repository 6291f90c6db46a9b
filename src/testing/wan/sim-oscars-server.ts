import type {
  HttpHandler,
  IncomingRequest,
  OutgoingResponse,
} from "../../drivers/oscars/http/http.ts";
import { connectionFilter } from "../../drivers/oscars/rest/connection.ts";
import { readJson } from "../../drivers/oscars/rest/json.ts";
import { modifyBandwidth, modifySchedule } from "../../drivers/oscars/rest/operation.ts";
import { pathRequest } from "../../drivers/oscars/rest/path.ts";
import { timeInterval } from "../../drivers/oscars/rest/port.ts";
import {
  type SimpleConnection,
  simpleConnection,
} from "../../drivers/oscars/rest/simple-connection.ts";
import {
  atRate,
  failure,
  json,
  type OscarsConnection,
  pageOf,
  simpleOf,
  writeConnection,
} from "./oscars-answer.ts";
import { OscarsConnections } from "./oscars-connections.ts";
import { atDoor } from "./oscars-door.ts";
import { availabilityOf, faultsOf, judged, pathBetween } from "./oscars-inventory.ts";
import type { OscarsQuirks, SimOscarsServerOptions } from "./oscars-options.ts";
import { isTooLate, scheduled } from "./oscars-schedule.ts";

const HOLD_S = 900;
/** An end is at least so far away. */
const LEAST_END_S = 60;

/**
 * An OSCARS 1 server that exists only in memory, as the real one behaves and not as one would wish:
 * holds without a reason when refused, begins that move, bodies without quotes, stubs that answer 200
 * and do nothing, objects written out once. It knows nothing of who asks.
 */
export class SimOscarsServer {
  /** Answers requests. */
  readonly handler: HttpHandler;
  quirks: OscarsQuirks;
  readonly #options: SimOscarsServerOptions;
  readonly #connections: OscarsConnections;

  constructor(options: SimOscarsServerOptions) {
    this.#options = options;
    this.#connections = new OscarsConnections(options, () => this.quirks.buildFails === true);
    this.quirks = options.quirks ?? {};
    this.handler = async (request) => this.#handle(request);
  }

  /** What is held or reserved. */
  get connections(): readonly OscarsConnection[] {
    return this.#connections.live;
  }

  /** Their ids. */
  get ids(): readonly string[] {
    return this.connections.map(({ simple }) => simple.connectionId);
  }

  /** Sells something to somebody who asks in another way. */
  sellElsewhere(parts: Pick<SimpleConnection, "fixtures" | "pipes">): void {
    this.#connections.sellElsewhere(parts);
  }

  /** Ends a circuit without anybody asking. */
  forceEnd(connectionId: string): void {
    const found = this.#connections.get(connectionId);
    if (found !== undefined) this.#connections.archive(found);
  }

  /** Breaks, or mends, what carries a circuit: the network is being deployed again meanwhile. */
  setDataPlane(connectionId: string, works: boolean): void {
    const found = this.#connections.get(connectionId);
    const [from, state] = works
      ? (["WAITING", "ACTIVE"] as const)
      : (["ACTIVE", "WAITING"] as const);
    if (found?.state !== from || found.simple.begin > this.#now()) return;
    this.#connections.progress(connectionId, {
      state,
      deployment: works ? "DEPLOYED" : "BEING_DEPLOYED",
    });
  }

  #handle(request: IncomingRequest): OutgoingResponse {
    if (this.quirks.outOfService === true) return { status: 503 };
    const kept = atDoor(this.#options, request);
    if (kept !== undefined) return kept;
    const { method, path, body } = request;
    const last = path.slice(path.lastIndexOf("/") + 1);
    const route = `${method} ${path}`;
    if (route.startsWith("GET /protected/held/clear/")) return this.#clear(last);
    if (route.startsWith("GET /api/conn/info/")) return this.#info(last);
    if (route.startsWith("GET /api/log/conn/")) return this.#log(last);
    if (route.startsWith("POST /protected/conn/mode/")) return this.#setMode(last, body);
    if (route.startsWith("GET /protected/pss/dismantle/")) return this.#dismantle(last);
    // These are there, say that all is well, and do nothing.
    if (route.startsWith("POST /protected/simple/")) return { status: 200 };
    switch (route) {
      case "POST /protected/hold":
        return this.#hold(body);
      case "POST /protected/cloneable":
        return this.#cloneable(body);
      case "POST /protected/conn/commit":
        return this.#commit(body);
      case "POST /protected/conn/release":
        return this.#release(body);
      case "POST /protected/modify/bandwidth":
        return this.#modify(body);
      case "POST /protected/modify/schedule":
        return this.#modifySchedule(body);
      case "POST /api/conn/list":
        return this.#list(body);
      case "POST /api/pce/paths":
        return this.#paths(body);
      case "POST /api/topo/available":
        return this.#available(body);
      case "POST /api/simple/info": {
        const found = this.#connections.find(body);
        return found === undefined ? { status: 404 } : json(simpleOf(found));
      }
      case "GET /api/ping":
      case "GET /protected/ping":
        return { status: 200, body: "pong" };
      default:
        return { status: 404 };
    }
  }

  #hold(body: string): OutgoingResponse {
    const read = readJson(simpleConnection, body);
    if (read.isErr()) return failure(400, "/protected/hold");
    const wanted = scheduled(read.value, this.#now(), this.#options);
    if (wanted === undefined || wanted.mode === undefined || this.#refused(wanted).length > 0)
      return failure(500, "/protected/hold");
    const heldUntil = this.#now() + HOLD_S;
    const simple = { ...wanted, heldUntil };
    const before = this.#connections.get(wanted.connectionId);
    const held: OscarsConnection =
      before?.phase === "RESERVED"
        ? { ...before, next: simple }
        : { simple, phase: "HELD", state: "WAITING", deployment: "UNDEPLOYED" };
    this.#connections.set(wanted.connectionId, held);
    this.#options.clock.setTimeout(() => this.#connections.expire(held), HOLD_S * 1000);
    return json({
      ...judged(simple, []),
      heldUntil,
      username: "anonymous",
      phase: null,
      state: null,
    });
  }

  #cloneable(body: string): OutgoingResponse {
    const read = readJson(simpleConnection, body);
    if (read.isErr()) return failure(400, "/protected/cloneable");
    const begin = this.#now();
    const wanted = { ...read.value, begin, end: begin + (read.value.end - read.value.begin) };
    return json(judged(wanted, this.#refused(wanted)));
  }

  #commit(id: string): OutgoingResponse {
    const found = this.#connections.get(id);
    const simple = found?.next ?? found?.simple;
    if (found === undefined || simple === undefined) return { status: 404 };
    if (found.phase !== "HELD" && found.next === undefined)
      return failure(500, "/protected/conn/commit");
    if (isTooLate(simple, this.#now())) return { status: 400 };
    const { next: _, ...kept } = found;
    this.#connections.noteCommitted(id);
    const { pipes } = found.simple;
    const isWithin =
      found.phase === "HELD" ||
      simple.pipes.every(({ a, z }) => pipes.some((p) => p.a === a && p.z === z));
    // What takes the place of a circuit that is up is built anew; ways between other devices it has none.
    const [state, deployment] = isWithin
      ? (["WAITING", "UNDEPLOYED"] as const)
      : (["FAILED", "REDEPLOY_FAILED"] as const);
    this.#connections.set(id, { ...kept, simple, phase: "RESERVED", state, deployment });
    if (isWithin) this.#connections.buildAtBegin(id);
    this.#connections.archiveAtEnd(id);
    return json({ what: "COMMITTED", phase: "RESERVED", when: this.#instant() });
  }

  #setMode(id: string, body: string): OutgoingResponse {
    const found = this.#connections.find(id);
    if (found === undefined) return { status: 404 };
    if (found.phase !== "RESERVED" || (body !== "AUTOMATIC" && body !== "MANUAL"))
      return { status: 400 };
    const changed: OscarsConnection = { ...found, simple: { ...found.simple, mode: body } };
    this.#connections.set(id, changed);
    if (found.state === "WAITING" && found.deployment === "UNDEPLOYED")
      this.#connections.buildAtBegin(id);
    return json(writeConnection(changed));
  }

  /** What is taken apart so is still to be deployed, and is built again at once. */
  #dismantle(id: string): OutgoingResponse {
    const found = this.#connections.get(id);
    return found?.simple.mode === "MANUAL"
      ? { status: 200 }
      : failure(500, "/protected/pss/dismantle");
  }

  #release(id: string): OutgoingResponse {
    const found = this.#connections.get(id);
    if (found === undefined) return { status: 404 };
    if (found.phase === "ARCHIVED") return { status: 400 };
    const when = this.#instant();
    if (found.phase === "RESERVED" && found.simple.begin <= this.#now()) {
      this.#connections.archive(found);
      return json({ what: "ARCHIVED", phase: null, when });
    }
    this.#connections.forgetTimes(id);
    if (found.phase === "RESERVED") this.#connections.spend(id);
    this.#connections.delete(id);
    return json({ what: "DELETED", phase: null, when });
  }

  /** Says 200 also when it does not. */
  #modify(body: string): OutgoingResponse {
    const read = readJson(modifyBandwidth, body);
    if (read.isErr()) return failure(400, "/protected/modify/bandwidth");
    const { connectionId, bandwidth: mbps } = read.value;
    const found = this.#connections.find(connectionId);
    const no = (explanation: string) => json({ success: false, explanation, connection: null });
    if (found?.phase !== "RESERVED") return no(`connection ${connectionId} not in RESERVED phase`);
    const simple = atRate(found.simple, mbps);
    const [fault] = this.#refused(simple);
    if (fault !== undefined) return no(fault.message);
    const changed = { ...found, simple };
    this.#connections.set(connectionId, changed);
    return json({ success: true, explanation: "", connection: writeConnection(changed) });
  }

  /** Says 200, and success, also when the time is not to be had. */
  #modifySchedule(body: string): OutgoingResponse {
    const path = "/protected/modify/schedule";
    const read = readJson(modifySchedule, body);
    if (read.isErr()) return failure(400, path);
    const { connectionId, type, timestamp } = read.value;
    const found = this.#connections.find(connectionId);
    if (found?.phase !== "RESERVED" || type === "BEGIN")
      return json({ success: false, explanation: "cannot change that", connection: null });
    if (found.deployment !== "DEPLOYED") return failure(500, path);
    const end = Math.max(timestamp, this.#now() + LEAST_END_S);
    const simple = { ...found.simple, end };
    const changed = this.#refused(simple).length === 0 ? { ...found, simple } : found;
    this.#connections.set(connectionId, changed);
    this.#connections.archiveAtEnd(connectionId);
    return json({ success: true, explanation: "", connection: writeConnection(changed) });
  }

  #available(body: string): OutgoingResponse {
    const read = readJson(timeInterval, body);
    if (read.isErr()) return failure(400, "/api/topo/available");
    return json(availabilityOf(this.#options, this.#connections.others(), read.value));
  }

  #list(body: string): OutgoingResponse {
    const read = readJson(connectionFilter, body);
    if (read.isErr()) return failure(400, "/api/conn/list");
    return json(pageOf(this.#connections.all, read.value));
  }

  #paths(body: string): OutgoingResponse {
    const read = readJson(pathRequest, body);
    if (read.isErr()) return failure(500, "/api/pce/paths");
    const { a, z, include } = read.value;
    if (include.length < 2 || a === z) return { status: 400 };
    const path = pathBetween(this.#options, this.#connections.others(), read.value);
    const all = ["shortest", "leastHops", "fits", "widestSum", "widestAZ", "widestZA"];
    return json({
      evaluated: path === null ? 0 : 1,
      ...Object.fromEntries(all.map((name) => [name, path])),
    });
  }

  #info(id: string): OutgoingResponse {
    const found = this.#connections.find(id);
    return found === undefined ? { status: 404 } : json(writeConnection(found));
  }

  /** Of what was never committed it knows nothing, and says so without a word. */
  #log(id: string): OutgoingResponse {
    if (!this.#connections.wasCommitted(id)) return { status: 200 };
    return json({ connectionId: id, created: this.#instant(), archived: null, events: [] });
  }

  #clear(id: string): OutgoingResponse {
    const found = this.#connections.get(id);
    if (found?.phase === "HELD") this.#connections.delete(id);
    else if (found !== undefined) this.#connections.withoutNext(found);
    return { status: 200 };
  }

  #refused(wanted: SimpleConnection): ReturnType<typeof faultsOf> {
    return faultsOf(this.#options, this.#connections.others(wanted.connectionId), wanted);
  }

  #now(): number {
    return Math.floor(this.#options.clock.now() / 1000);
  }

  #instant(): number {
    return this.#options.clock.now() / 1000;
  }
}
