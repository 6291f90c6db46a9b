import { randomBytes } from "node:crypto";
import { err, errAsync, ok, okAsync, type Result, ResultAsync } from "neverthrow";
import type { DomainView } from "../../model/domain-view.ts";
import type { DriverError, DriverFailed } from "../../model/errors.ts";
import { noFrames } from "../../model/frame-count.ts";
import type { DomainId, NodeId, SegmentId } from "../../model/ids.ts";
import type { RateSteps } from "../../model/rate-steps.ts";
import type { Segment } from "../../model/segment.ts";
import type {
  CallOptions,
  Confirmation,
  DriverBase,
  DriverCapabilities,
  DriverContext,
  HeldSegment,
  NodeCost,
  ProbeReport,
  ProvisionOptions,
  RefusalOptions,
  SegmentReport,
  SegmentStatistics,
  StatisticsOptions,
} from "../driver-base.ts";
import type { DriverEvent } from "../driver-event.ts";
import { DriverLife } from "../driver-life.ts";
import type { NodeRole } from "../roles.ts";
import type { DomainAudit } from "./audit-report.ts";
import type { SwitchFeatures } from "./channel/channel-effect.ts";
import { countItems, countUnpoliced } from "./compile/count-items.ts";
import { canLearn } from "./compile/refusals.ts";
import { programmed, type SwitchProfile, versionBeforeConnect } from "./compile/switch-profile.ts";
import { keepRoom, shortagesOf } from "./domain-room.ts";
import { type OpenFlowDriverOptions, programOptions } from "./driver-options.ts";
import { strangePorts } from "./egress-queues.ts";
import { beginWithdrawal } from "./learning/withdrawal.ts";
import type { LiveSwitch } from "./live-switch.ts";
import { optionFault } from "./option-faults.ts";
import type { ProberVisit } from "./probe/prober-visit.ts";
import { probeSegment } from "./probe/segment-probe.ts";
import type { SwitchProber } from "./probe/switch-prober.ts";
import { type Service, serviceOf } from "./service.ts";
import type { SwitchSession } from "./session.ts";
import { identityOf, refusalOf, strangeNodes } from "./switch-admission.ts";
import type { SwitchNode } from "./switch-node.ts";
import type { ListenAddress, RefusedPeer } from "./transport.ts";
import { type WiringFinding, type WiringRoundContext, wiringRound } from "./wiring/wiring-round.ts";
import { WiringWatch } from "./wiring/wiring-watch.ts";

/**
 * Programs the switches of a domain over OpenFlow 1.0, 1.3, 1.4 or 1.5. The switches dial in; those that are not of
 * the domain are sent away.
 *
 * A network takes one flow for each kind of frame that enters a node, a group of type ALL where
 * frames are copied, and a meter where they are policed. OpenFlow 1.0 has neither: there each flow
 * makes the copies, and {@link cost} says what is not policed. Everything else on a switch is left
 * alone.
 */
export class OpenFlowDriver implements DriverBase {
  readonly kind = "openflow";
  readonly #options: OpenFlowDriverOptions;
  readonly #life = new DriverLife<Service>();
  #address: ListenAddress | undefined;
  #wiring: WiringWatch | undefined;

  constructor(options: OpenFlowDriverOptions) {
    this.#options = options;
  }

  /** Where switches dial in; undefined until {@link attach} has succeeded. */
  get address(): ListenAddress | undefined {
    return this.#address;
  }

  attach(context: DriverContext): ResultAsync<void, DriverError> {
    const { egressQueues, identities } = this.#options;
    const fault =
      optionFault(this.#options) ??
      strangePorts(egressQueues, context.domain) ??
      strangeNodes(identities, context.domain);
    if (fault !== undefined) return errAsync(misconfigured(context.domain.id, fault));
    const taken = this.#life.take(context.domain.id);
    return taken.isErr() ? errAsync(taken.error) : this.#begin(context);
  }

  #begin(context: DriverContext): ResultAsync<void, DriverError> {
    const { domain } = context;
    const service = serviceOf(this.#options, context, (event) => this.#life.emit(event));
    this.#life.serve(service);
    const refused = (peer: RefusedPeer): void =>
      this.#life.emit({ type: "switch-refused", ...peer });
    return service.server
      .listen((session, features) => this.#greet(service, session, features), refused)
      .mapErr(({ address: { host, port }, reason }): DriverError => {
        this.#life.giveBack();
        return misconfigured(domain.id, `cannot listen on ${host}:${port}: ${reason}`);
      })
      .andThen((address) => this.#listening(service, address));
  }

  /** Switches may come, unless the driver was closed meanwhile: then nobody listens any more. */
  #listening(service: Service, address: ListenAddress): ResultAsync<void, DriverError> {
    if (this.#life.closing.aborted) {
      return ResultAsync.fromSafePromise(service.server.close()).andThen(() =>
        errAsync<void, DriverError>({ type: "closed", what: "the driver" }),
      );
    }
    this.#address = address;
    this.#wiring = this.#watchWiring(service);
    return okAsync();
  }

  updateDomain(domain: DomainView): ResultAsync<void, DriverError> {
    return this.#life.call("updateDomain", {}, async ({ nodes }) => ok(nodes.update(domain.nodes)));
  }

  capabilities(): DriverCapabilities {
    const { table, learning } = programOptions(this.#options);
    const learns = [...this.profiles().values()].every((profile) =>
      canLearn({ table, learning, profile }),
    );
    return { multipoint: true, programsNodes: true, learns };
  }

  /** What each switch can do, for every node whose switch has connected since {@link attach}. */
  profiles(): ReadonlyMap<NodeId, SwitchProfile> {
    return this.#life.service?.nodes.profiles() ?? new Map();
  }

  rateSteps(): readonly RateSteps[] {
    return this.#life.service?.nodes.rateSteps() ?? [];
  }

  refusal(
    segment: Segment,
    { after = [], isLater = false }: RefusalOptions = {},
  ): DriverFailed | undefined {
    if (this.#life.service === undefined) return undefined;
    const { domain, nodes } = this.#life.service;
    const lacking = nodes.lacks(segment);
    const isJudged = lacking.length === 0 && !isLater;
    const causes = isJudged ? shortagesOf((node) => nodes.node(node), segment, after) : lacking;
    return causes.length === 0 ? undefined : { type: "driver-failed", domain, causes };
  }

  keepRoom(way: readonly Segment[]): Disposable {
    return keepRoom((node) => this.#life.service?.nodes.node(node), way);
  }

  cost(segment: Segment): readonly NodeCost[] {
    return segment.nodes.map(({ node, rules }) => {
      const profile = this.#life.service?.nodes.profileOf(node);
      const version =
        profile === undefined
          ? versionBeforeConnect
          : programmed(profile, programOptions(this.#options).learning);
      const unpoliced = countUnpoliced(rules, version);
      return { node, ...countItems(rules, version), ...(unpoliced > 0 && { unpoliced }) };
    });
  }

  provision(
    segment: Segment,
    options: ProvisionOptions = {},
  ): ResultAsync<Confirmation, DriverError> {
    return this.#settle("provision", segment.id, options, ({ nodes, domain }) => {
      // What was held once is wanted again, whether there is room or not: nobody else is to have it. And what
      // somebody else's switch can do has perhaps changed since it was ours: its master knows.
      const causes = nodes.lacks(segment, "ours");
      if (causes.length > 0) return err({ type: "driver-failed", domain, causes });
      const before = nodes.segment(segment.id);
      const afterwards = beginWithdrawal(before, segment, (node) => nodes.node(node)?.ours);
      return ok({ kept: nodes.want(segment), afterwards });
    });
  }

  release(
    segment: SegmentId,
    options: ProvisionOptions = {},
  ): ResultAsync<Confirmation, DriverError> {
    return this.#settle("release", segment, options, ({ nodes }) => {
      nodes.unwant(segment);
      return ok({});
    });
  }

  verify(segment: SegmentId, options: CallOptions = {}): ResultAsync<SegmentReport, DriverError> {
    return this.#life.call("verify", options, ({ nodes }, signal) => nodes.verify(segment, signal));
  }

  probe(segment: SegmentId, options: CallOptions = {}): ResultAsync<ProbeReport, DriverError> {
    return this.#life.call("probe", options, async ({ nodes, clock }, signal) => {
      const wanted = nodes.segment(segment);
      if (wanted === undefined) return ok({ segment, pairs: [] });
      const visit = (node: NodeId): Promise<ProberVisit | undefined> => nodes.visit(node);
      const context = { segment: wanted, domain: nodes.view, clock, random: randomBytes, signal };
      return ok(await probeSegment({ ...context, visit }));
    });
  }

  statistics(
    segment: SegmentId,
    { maxAgeMs = DEFAULT_MAX_AGE_MS, ...options }: StatisticsOptions = {},
  ): ResultAsync<SegmentStatistics, DriverError> {
    return this.#life.call("statistics", options, async ({ nodes, clock, samples }) => {
      const wanted = nodes.segment(segment);
      if (wanted === undefined) return ok({ segment, ends: [], dropped: noFrames, gaps: [] });
      const liveOf = (node: NodeId): LiveSwitch | undefined => nodes.node(node)?.live;
      return ok(await samples.take({ segment: wanted, liveOf, maxAgeMs, nowMs: clock.now() }));
    });
  }

  list(options: CallOptions = {}): ResultAsync<readonly HeldSegment[], DriverError> {
    return this.#life.call("list", options, async ({ nodes }) => ok(await nodes.list()));
  }

  /**
   * Compares everything of ours that the switches hold with what they should, except what is being
   * worked on, and repairs what is not right; drift is told by events, too. A switch that cannot be
   * read is unknown, and nothing is done there.
   */
  audit(options: CallOptions = {}): ResultAsync<DomainAudit, DriverError> {
    return this.#life.call("audit", options, async ({ nodes }) => ok(await nodes.audit()));
  }

  /**
   * Compares the wiring of links with the inventory now; see `OpenFlowDriverOptions.wiringIntervalMs`.
   * Gives every port at a link that could be asked, and what is at the far end of its cable.
   */
  verifyWiring(options: CallOptions = {}): ResultAsync<readonly WiringFinding[], DriverError> {
    return this.#life.call("verifyWiring", options, async (service, signal) =>
      ok(await wiringRound(this.#wiringContext(service, signal))),
    );
  }

  setRole(node: NodeId, role: NodeRole, options: CallOptions = {}): ResultAsync<void, DriverError> {
    return this.#life.call("setRole", options, ({ nodes }) => nodes.setRole(node, role));
  }

  subscribe(listener: (event: DriverEvent) => void): Disposable {
    return this.#life.subscribe(listener);
  }

  async close(): Promise<void> {
    this.#life.close();
    this.#wiring?.[Symbol.dispose]();
    await this.#life.service?.server.close();
  }

  /** Takes a switch that has shaken hands into service, or sends it away without having touched it. */
  #greet(service: Service, session: SwitchSession, features: SwitchFeatures): void {
    const { datapathId, auxiliaryId } = features;
    const node = auxiliaryId === 0 ? service.nodes.at(datapathId) : undefined;
    const reason =
      node === undefined
        ? "the switch is not in the topology"
        : refusalOf(session, identityOf(this.#options.identities, node.id), node.peer);
    if (reason === undefined) {
      node?.connect(session, features);
    } else {
      session.close(reason);
      this.#life.emit({ type: "switch-refused", datapathId, remote: session.remote, reason });
    }
  }

  #watchWiring(service: Service): WiringWatch | undefined {
    const { wiringIntervalMs: intervalMs } = this.#options;
    if (intervalMs === undefined) return undefined;
    return new WiringWatch({
      clock: service.clock,
      intervalMs,
      round: () => this.#wiringContext(service, this.#life.closing),
      emit: (event) => this.#life.emit(event),
    });
  }

  #wiringContext({ nodes, clock }: Service, signal: AbortSignal): WiringRoundContext {
    const proberOf = (node: NodeId): SwitchProber | undefined => nodes.prober(node);
    return { domain: nodes.view, proberOf, clock, random: randomBytes, signal };
  }

  /** Notes what is wanted of a segment, and brings the nodes to that; `note` gives those that are there. */
  #settle(
    operation: string,
    segment: SegmentId,
    { allowPending = false, ...limits }: ProvisionOptions,
    note: (service: Service) => Result<Noted, DriverError>,
  ): ResultAsync<Confirmation, DriverError> {
    const settled = this.#life.call(operation, limits, async (service, signal) => {
      const noted = note(service);
      if (noted.isErr()) return err(noted.error);
      const { kept, afterwards } = noted.value;
      const brought = await service.nodes.settle(segment, { signal, allowPending }, kept);
      // Nobody waits for what ages anyway.
      if (brought.isOk()) void afterwards?.();
      return brought;
    });
    // A node that did not answer in time is as good as one that is not there.
    return settled.orElse((error) =>
      allowPending && error.type === "timeout"
        ? ok({ pending: this.#life.service?.nodes.pendingNodes(segment) ?? [] })
        : err(error),
    );
  }
}

/** What follows from what was asked, before any switch hears of it. */
interface Noted {
  /** The nodes that hold their part already. */
  readonly kept?: ReadonlySet<SwitchNode>;
  /** What is to be begun when all nodes hold theirs. */
  readonly afterwards?: (() => Promise<void>) | undefined;
}

const DEFAULT_MAX_AGE_MS = 1_000;

function misconfigured(domain: DomainId, message: string): DriverFailed {
  return { type: "driver-failed", domain, causes: [{ kind: "misconfigured", message }] };
}
