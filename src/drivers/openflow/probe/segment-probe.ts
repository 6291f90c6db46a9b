import { type Attachment, attachmentKey } from "../../../model/attachment.ts";
import { type Clock, steadyMs } from "../../../model/clock.ts";
import type { DomainView } from "../../../model/domain-view.ts";
import type { NodeId, PortRef } from "../../../model/ids.ts";
import { invariant } from "../../../model/invariant.ts";
import type { Segment } from "../../../model/segment.ts";
import type { LossPoint, ProbeOutcome, ProbeReport } from "../../driver-base.ts";
import { PORT_CONTROLLER, PORT_TABLE } from "../wire/constants.ts";
import { traceLoss } from "./loss-trace.ts";
import { type Arrival, type Echo, ProbeExchange, type Shot } from "./probe-exchange.ts";
import { outputTo, PROBE_FLOW_LIFETIME_S } from "./probe-flows.ts";
import { PROBE_SOURCE, type ProbeRun, probeRun } from "./probe-frame.ts";
import { ProbeInstallation } from "./probe-installation.ts";
import { pairKey, pairsOf, report, untested } from "./probe-pairs.ts";
import type { ProberVisit } from "./prober-visit.ts";
import { SegmentMap } from "./segment-map.ts";
import type { SwitchProber } from "./switch-prober.ts";

/** What a probe of a segment works with. */
export interface SegmentProbeContext {
  readonly segment: Segment;
  readonly domain: DomainView;
  /** Visits a switch that is connected. */
  readonly visit: (node: NodeId) => Promise<ProberVisit | undefined>;
  readonly clock: Clock;
  /** Gives this many bytes that nobody can guess. */
  readonly random: (bytes: number) => Uint8Array;
  readonly signal: AbortSignal;
}

/**
 * Sends probes from every end of a segment to every other, through the flows that its network has.
 *
 * A probe goes in at an end as a host's frame would, and takes the network's own flows, groups and
 * meters from link to link. Only where a node would hand it to a host or another domain, it takes a
 * twin of the network's flow instead: for probes alone, made of the same rule, with the same copies
 * to the same links, and the controller in the place of whoever is out there.
 */
export async function probeSegment(context: SegmentProbeContext): Promise<ProbeReport> {
  const { nodes } = context.segment;
  const visits = new Map<NodeId, ProberVisit>();
  const visited = nodes.map(async ({ node }) => {
    const visit = await context.visit(node);
    if (visit !== undefined) visits.set(node, visit);
  });
  await Promise.all(visited);
  try {
    return await probeVisited(context, visits);
  } finally {
    await Promise.all([...visits.values()].map((visit) => visit[Symbol.asyncDispose]()));
  }
}

async function probeVisited(
  context: SegmentProbeContext,
  visits: ReadonlyMap<NodeId, ProberVisit>,
): Promise<ProbeReport> {
  const { segment } = context;
  for (const { node, rules } of segment.nodes) {
    const visit = visits.get(node);
    if (visit === undefined) return untested(segment, `the switch of ${node} is not connected`);
    const missing = missingPort(rules, visit.prober);
    if (missing !== undefined) return untested(segment, `the switch has no port for ${missing}`);
  }
  using probe = new SegmentProbe(context, visits);
  return await probe.run();
}

const ARRIVAL_TIMEOUT_MS = 500;
const MAX_ATTEMPTS = 3;
const MAX_ARRIVALS_AT_ONCE = 500;
/** Nothing is sent any more when the flows that catch it may soon be gone. */
const MAX_RUN_MS = (PROBE_FLOW_LIFETIME_S - 10) * 1_000;

const ELSEWHERE = "the way between them leads through another domain";
const INTERRUPTED = "a switch was lost or got another master, or time ran out";

/** The first probe that made it from one end to another, with all its copies. */
interface Success {
  readonly echo: Echo;
  /** How long the ways to and from the controller take, in milliseconds. */
  readonly detourMs: number;
}

class SegmentProbe implements Disposable {
  readonly #segment: Segment;
  readonly #clock: Clock;
  readonly #run: ProbeRun;
  readonly #map: SegmentMap;
  readonly #switches: ReadonlyMap<NodeId, SwitchProber>;
  readonly #exchange: ProbeExchange;
  readonly #installation: ProbeInstallation;
  readonly #successes = new Map<string, Success>();
  /** Raised when nothing may be sent any more. */
  readonly #over = new AbortController();
  readonly #signal: AbortSignal;
  readonly #watches: readonly Disposable[];
  readonly #timer: unknown;

  constructor(context: SegmentProbeContext, visits: ReadonlyMap<NodeId, ProberVisit>) {
    const { segment, domain, clock, random } = context;
    const switches = new Map([...visits].map(([node, { prober }]) => [node, prober]));
    this.#segment = segment;
    this.#clock = clock;
    this.#switches = switches;
    this.#run = probeRun(random(19));
    this.#map = new SegmentMap(segment, domain);
    this.#signal = AbortSignal.any([context.signal, this.#over.signal]);
    const common = { run: this.#run, switches, clock, signal: this.#signal };
    const ends = new Map(segment.ends.map(({ at }, end) => [attachmentKey(at), end]));
    const untilMs = steadyMs(clock) + MAX_RUN_MS;
    this.#exchange = new ProbeExchange({ ...common, untilMs });
    this.#installation = new ProbeInstallation({ ...common, segment, ends, map: this.#map });
    // A switch that comes back, or gets another master, is cleared of probe flows: nothing must be on its
    // way to it then.
    this.#watches = [...visits.values()].flatMap((visit) => [
      visit.onOver(() => this.#over.abort()),
      visit.prober.onFlowRemoved((destination) => {
        if (this.#run.destinations.includes(destination)) this.#over.abort();
      }),
    ]);
    this.#timer = clock.setTimeout(() => this.#over.abort(), MAX_RUN_MS);
  }

  async run(): Promise<ProbeReport> {
    const refused = await this.#installation.guardEnds();
    const lost = refused === undefined ? await this.#test() : new Map<string, LossPoint>();
    const wasOver = this.#signal.aborted;
    await this.#installation.remove();
    if (refused !== undefined) return untested(this.#segment, refused);
    return report(this.#segment, (from, to) => {
      const key = pairKey(from, to);
      const success = this.#successes.get(key);
      if (success !== undefined) return this.#outcome(to, success);
      if (!this.#isInside(from, to)) return { status: "untested", reason: ELSEWHERE };
      if (wasOver) return { status: "untested", reason: INTERRUPTED };
      const at = lost.get(key);
      return { status: "lost", ...(at !== undefined && { at }) };
    });
  }

  [Symbol.dispose](): void {
    this.#over.abort();
    this.#clock.clearTimeout(this.#timer);
    this.#exchange[Symbol.dispose]();
    for (const watch of this.#watches) watch[Symbol.dispose]();
  }

  /** Sends probes until all have arrived, or often enough; gives where the others were lost. */
  async #test(): Promise<ReadonlyMap<string, LossPoint>> {
    const detours = await this.#measureDetours();
    for (let attempt = 1; attempt <= MAX_ATTEMPTS && this.#missing.length > 0; attempt += 1) {
      for (const portion of this.#portions) {
        await Promise.all(portion.map((from) => this.#shootFrom(from, detours)));
      }
    }
    return this.#trace();
  }

  /** The ends, so many at a time that switches do not send more packets at once than they may. */
  get #portions(): readonly (readonly number[])[] {
    const ends = this.#segment.ends.map((_, end) => end);
    const size = Math.max(1, Math.floor(MAX_ARRIVALS_AT_ONCE / ends.length));
    return ends.flatMap((_, end) => (end % size === 0 ? [ends.slice(end, end + size)] : []));
  }

  /** The pairs that no probe has made it between. */
  get #missing(): readonly (readonly [from: number, to: number])[] {
    return pairsOf(this.#segment).filter(
      ([from, to]) => this.#isInside(from, to) && !this.#successes.has(pairKey(from, to)),
    );
  }

  #isInside(from: number, to: number): boolean {
    return this.#map.reaches(this.#at(from).node, to);
  }

  /** Sends from one end, unless all others have been reached from there, and notes who was. */
  async #shootFrom(from: number, detours: ReadonlyMap<NodeId, number>): Promise<void> {
    const at = this.#at(from);
    const wanted = this.#missing.flatMap(([a, to]) => (a === from ? [to] : []));
    if (wanted.length === 0) return;
    const entry = this.#shot(at.node, this.#numberOf(at.node, at.port), at.tag);
    const shot = { ...entry, source: this.#sourceAt(at) };
    const echo = await this.#exchange.shoot(
      shot,
      (seen) => wanted.every((to) => this.#copiesAt(to, seen).length > 0),
      ARRIVAL_TIMEOUT_MS,
    );
    for (const to of wanted) {
      if (this.#copiesAt(to, echo.arrivals).length === 0) continue;
      const there = detours.get(at.node) ?? 0;
      const detourMs = (there + (detours.get(this.#at(to).node) ?? 0)) / 2;
      this.#successes.set(pairKey(from, to), { echo, detourMs });
    }
  }

  #outcome(to: number, { echo, detourMs }: Success): ProbeOutcome {
    const copies = this.#copiesAt(to, echo.arrivals);
    const tookMs = (copies[0]?.atMs ?? echo.sentAtMs) - echo.sentAtMs;
    return {
      status: "reached",
      latencyMs: Math.max(0, tookMs - detourMs),
      copies: copies.length,
    };
  }

  /** The arrivals at an end's node that were about to leave by it, with the tag it should have. */
  #copiesAt(end: number, arrivals: readonly Arrival[]): readonly Arrival[] {
    const at = this.#at(end);
    return arrivals.filter(
      ({ node, end: left, frame }) =>
        left === end && node === at.node && (frame.tags[0]?.vid ?? "untagged") === at.tag,
    );
  }

  /** How long a packet takes to a switch and back, in milliseconds, by node. */
  async #measureDetours(): Promise<ReadonlyMap<NodeId, number>> {
    const nodes = new Set(this.#segment.ends.map(({ at }) => at.node));
    const measured = [...nodes].map(async (node) => {
      const shot = this.#shot(node, PORT_CONTROLLER, "untagged", PORT_CONTROLLER);
      const { sentAtMs, arrivals } = await this.#exchange.shoot(
        shot,
        (seen) => seen.length > 0,
        ARRIVAL_TIMEOUT_MS,
      );
      return [node, (arrivals[0]?.atMs ?? sentAtMs) - sentAtMs] as const;
    });
    return new Map(await Promise.all(measured));
  }

  /** Finds out where the pairs that are missing lose their probes. */
  async #trace(): Promise<ReadonlyMap<string, LossPoint>> {
    const points = new Map<string, LossPoint>();
    const missing = this.#missing;
    if (missing.length === 0 || (await this.#installation.trapTrunks()) !== undefined) {
      return points;
    }
    for (const from of new Set(missing.map(([end]) => end))) {
      const targets = missing.flatMap(([end, to]) => (end === from ? [to] : []));
      const context = {
        map: this.#map,
        exchange: this.#exchange,
        caughtAt: (colour: 0 | 1) => this.#run.destinations[colour],
        source: this.#sourceAt(this.#at(from)),
        numberOf: (node: NodeId, port: PortRef) => this.#numberOf(node, port),
        timeoutMs: ARRIVAL_TIMEOUT_MS,
      };
      const lost = await traceLoss(context, this.#at(from), targets);
      for (const [to, point] of lost) points.set(pairKey(from, to), point);
    }
    return points;
  }

  #shot(node: NodeId, inPort: number, tag: Attachment["tag"], output = PORT_TABLE): Shot {
    const [destination] = this.#run.destinations;
    return { node, inPort, source: PROBE_SOURCE, destination, tag, actions: [outputTo(output)] };
  }

  /** An address that is let in at an end. */
  #sourceAt(end: Attachment): string {
    const rules = this.#segment.nodes.find(({ node }) => node === end.node)?.rules ?? [];
    const rule = rules.find(({ ingress }) => attachmentKey(ingress) === attachmentKey(end));
    return rule?.admit?.sources?.[0] ?? PROBE_SOURCE;
  }

  #at(end: number): Attachment {
    const at = this.#segment.ends[end]?.at;
    invariant(at !== undefined, `the segment has an end ${end}`);
    return at;
  }

  #numberOf(node: NodeId, port: PortRef): number {
    return this.#switches.get(node)?.numbers().get(port) ?? PORT_CONTROLLER;
  }
}

function missingPort(
  rules: Segment["nodes"][number]["rules"],
  prober: SwitchProber,
): PortRef | undefined {
  const numbers = prober.numbers();
  return rules.map(({ ingress }) => ingress.port).find((port) => !numbers.has(port));
}
