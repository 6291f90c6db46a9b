import { type Clock, steadyMs } from "../../../model/clock.ts";
import type { NetworkNumber } from "../../../model/ids.ts";
import type { ForwardingRule } from "../../../model/segment.ts";
import {
  isLearned,
  isOurs,
  NO_NETWORK,
  networkOfCookie,
  OWNER_MASK,
  ownerCookie,
} from "../compile/cookie.ts";
import { vidOf } from "../compile/ingress.ts";
import { taughtTable } from "../compile/pipeline.ts";
import { flowKey } from "../compile/program.ts";
import { type Place, removal, TaughtFlows } from "../compile/taught.ts";
import type { ProgramOptions } from "../driver-options.ts";
import { PROBE_SOURCE } from "../probe/probe-frame.ts";
import type { SwitchSession } from "../session.ts";
import type { SwitchPorts } from "../switch-ports.ts";
import type { SwitchReader } from "../switch-reader.ts";
import type { FlowMod, FlowRemoved } from "../wire/flow.ts";
import type { Match } from "../wire/match.ts";
import type { PacketIn } from "../wire/packet.ts";
import { AddressBook, type Sighting } from "./address-book.ts";
import type { FullIngress } from "./full-ingress.ts";
import { IngressLimit } from "./ingress-limit.ts";
import { OncePer } from "./once-per.ts";
import { sourceOf } from "./source-of.ts";

/** What a teacher works with: a switch that is ours to change and learns nothing itself. */
export interface TeacherContext {
  readonly session: SwitchSession;
  readonly reader: SwitchReader;
  readonly ports: SwitchPorts;
  readonly options: ProgramOptions;
  readonly clock: Clock;
  /** What the switch should do for a network at this moment. */
  readonly rulesOf: (network: NetworkNumber) => readonly ForwardingRule[];
  /** An address moves again and again, and is not followed for some time. */
  readonly held: (address: string, forMs: number) => void;
  /** An address was seen for which there is no room. */
  readonly full: (at: FullIngress) => void;
}

/** How long an ingress is not listened to that has too many addresses, or shows too many. */
const QUIET_S = 5;

/**
 * Learns for one switch where addresses are, from frames that it is shown, and tells it.
 *
 * All of that is soft: what a switch was told ages by itself, with an agent or without one; an agent
 * that comes to the switch later goes on from what is there; what is not known goes everywhere.
 */
export class AddressTeacher implements Disposable {
  readonly #context: TeacherContext;
  readonly #book: AddressBook;
  readonly #limit = new IngressLimit();
  readonly #repeats = new OncePer(1_000);
  readonly #listening: Disposable;

  constructor(context: TeacherContext) {
    this.#context = context;
    this.#book = new AddressBook(context.options.moveDamping);
    this.#listening = context.session.subscribe((event) => {
      if (event.type === "packet-in") this.#onPacket(event);
      if (event.type === "flow-removed") this.#onRemoved(event);
    });
  }

  [Symbol.dispose](): void {
    this.#listening[Symbol.dispose]();
  }

  /** Goes on from what the switch was told before. */
  async resume(): Promise<void> {
    const { reader, options } = this.#context;
    const owner = ownerCookie(options.cookiePrefix);
    const table = options.table + taughtTable.sources;
    const found = await reader.flowsIn(table, owner, OWNER_MASK);
    for (const { cookie, match, hardTimeoutS } of found.unwrapOr([])) {
      const address = fieldValue(match, "eth_src");
      const at = placeOf(match);
      const isKnown = isLearned(cookie) && hardTimeoutS === 0;
      if (!isKnown || at === undefined || typeof address !== "string") continue;
      this.#see(networkOfCookie(cookie), at, address);
    }
  }

  #onPacket({ cookie, table, match, data }: PacketIn): void {
    const { options, clock } = this.#context;
    const network = networkOfCookie(cookie);
    const isShown =
      isOurs(cookie, options.cookiePrefix) &&
      network !== NO_NETWORK &&
      table === options.table + taughtTable.sources;
    const port = fieldValue(match, "in_port");
    const source = sourceOf(data);
    if (!isShown || typeof port !== "number" || source === undefined) return;
    if (source.address === PROBE_SOURCE) return;
    const at = { port, vid: source.vid, ...tunnelOf(match) };
    if (!this.#limit.admits(network, at, steadyMs(clock))) {
      this.#quiet(network, at);
      return;
    }
    this.#see(network, at, source.address);
  }

  #see(network: NetworkNumber, at: Place, address: string): void {
    const ingress = this.#ingress(network, at);
    if (ingress === undefined) return;
    const nowMs = steadyMs(this.#context.clock);
    this.#teach({ network, at, address, maxAddresses: ingress.limit, nowMs }, ingress);
  }

  #teach(sighting: Sighting, ingress: FullIngress): void {
    const { network, at, address } = sighting;
    const { agingS } = this.#context.options;
    const flows = this.#flows(network);
    const lesson = this.#book.see(sighting);
    switch (lesson.type) {
      case "known":
        break;
      case "full":
        this.#quiet(network, at);
        this.#context.full(ingress);
        break;
      case "learn":
        if (lesson.from !== undefined) {
          this.#send(removal(flows.source(lesson.from, address, agingS)));
        }
        this.#send(flows.destination(at, address, agingS));
        this.#send(flows.source(at, address, agingS));
        break;
      case "hold": {
        const { from, forS } = lesson;
        if (from !== undefined) {
          this.#send(removal(flows.source(from, address, agingS)));
          this.#send(removal(flows.destination(from, address, agingS)));
          this.#context.held(address, forS * 1_000);
        }
        this.#sendOnce(flows.ignored(at, address, forS));
        break;
      }
    }
  }

  #quiet(network: NetworkNumber, at: Place): void {
    this.#sendOnce(this.#flows(network).quiet(at, QUIET_S));
  }

  /** What comes before the switch has carried it out would ask for it again, frame by frame. */
  #sendOnce(flow: FlowMod): void {
    const now = steadyMs(this.#context.clock);
    if (this.#repeats.admits(`${flow.cookie} ${flowKey(flow)}`, now)) this.#send(flow);
  }

  #onRemoved({ cookie, table, match, reason }: FlowRemoved): void {
    const { options } = this.#context;
    if (!isOurs(cookie, options.cookiePrefix) || !isLearned(cookie)) return;
    const network = networkOfCookie(cookie);
    const flows = this.#flows(network);
    if (table === options.table + taughtTable.sources) {
      const address = fieldValue(match, "eth_src");
      const at = placeOf(match);
      if (typeof address !== "string" || at === undefined) return;
      if (this.#book.forget(network, at, address)) {
        this.#send(removal(flows.destination(at, address, options.agingS)));
      }
    } else if (table === options.table + taughtTable.addresses && reason === "hard-timeout") {
      // It is forgotten with its source only: until then, who sends to it is not to flood.
      const address = fieldValue(match, "eth_dst");
      if (typeof address !== "string") return;
      const at = this.#book.placeOf(network, address);
      if (at === undefined || this.#ingress(network, at) === undefined) return;
      this.#send(flows.destination(at, address, options.agingS));
    }
  }

  /** Where that is, and how many addresses may be known there; undefined where none are learned. */
  #ingress(network: NetworkNumber, { port, vid }: Place): FullIngress | undefined {
    const { rulesOf, ports } = this.#context;
    const numbers = ports.numbers();
    const rule = rulesOf(network).find(
      ({ ingress }) => numbers.get(ingress.port) === port && vidOf(ingress.tag) === vid,
    );
    const limit = rule?.unicast?.learn?.maxAddresses;
    if (rule === undefined || rule.egress.length <= 1 || limit === undefined) return undefined;
    return { network, port: rule.ingress.port, limit };
  }

  #flows(network: NetworkNumber): TaughtFlows {
    return new TaughtFlows(network, this.#context.options);
  }

  /** A switch that refuses it goes on as if nothing had been learned. */
  #send(flow: FlowMod): void {
    this.#context.session.send(flow).unwrapOr(undefined);
  }
}

function placeOf(match: Match): Place | undefined {
  const port = fieldValue(match, "in_port");
  const vlan = fieldValue(match, "vlan_vid");
  if (typeof port !== "number" || typeof vlan !== "number") return undefined;
  return { port, vid: vlan & 0xfff, ...tunnelOf(match) };
}

/** The VNI under which frames came in, if they came in a tunnel. */
function tunnelOf(match: Match): Pick<Place, "tunnelId"> {
  const tunnelId = fieldValue(match, "tunnel_id");
  return typeof tunnelId === "bigint" ? { tunnelId } : {};
}

function fieldValue(match: Match, name: string): unknown {
  return match.find(({ field }) => field === name)?.value;
}
