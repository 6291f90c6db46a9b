import { err, ok, okAsync, type Result, ResultAsync } from "neverthrow";
import type { SwitchFeatures } from "./channel/channel-effect.ts";
import type { ReplyBodyTo } from "./channel/message-roles.ts";
import { Coalesced } from "./coalesced.ts";
import { EXACT_MASK } from "./compile/cookie.ts";
import { type Dialect, dialectOf } from "./compile/dialect.ts";
import { type FlowEntry, flowKey } from "./compile/program.ts";
import { hasGroups, hasMeters, type SwitchProfile } from "./compile/switch-profile.ts";
import { Gate } from "./gate.ts";
import type { SwitchSession } from "./session.ts";
import { bundleControl } from "./session-batch.ts";
import type { SessionError } from "./session-error.ts";
import { readTableSizes } from "./switch-tables.ts";
import type { BundleControlType } from "./wire/bundle.ts";
import { GROUP_ANY, METER_ALL, PORT_ANY, TABLE_ALL } from "./wire/constants.ts";
import type { FlowStats } from "./wire/flow.ts";
import type { GroupDesc, GroupFeatures } from "./wire/group.ts";
import type { Match } from "./wire/match.ts";
import type { MeterConfig, MeterFeatures, MeterStats } from "./wire/meter.ts";
import type { MultipartRequestBody } from "./wire/multipart.ts";
import type { Port } from "./wire/port.ts";
import type { SwitchDesc } from "./wire/switch.ts";

/** Selects the flows of all tables, whatever they do. */
const allFlows = { table: TABLE_ALL, outPort: PORT_ANY, outGroup: GROUP_ANY, match: [] } as const;

/** How many questions may be open at one switch; well below what a session takes. */
const MAX_OPEN_READS = 256;

/** A bundle that is opened to see whether there are any. */
const PROBED_BUNDLE = 0xffff_fffe;
const PROBE_TIMEOUT_MS = 1_000;

/** How many places are asked about one by one: each costs a software switch a walk over its table. */
const MAX_OPEN_PLACES = 32;

/** Reads what one switch holds, and says it as programs do. */
export class SwitchReader {
  readonly #session: SwitchSession;
  readonly #features: SwitchFeatures;
  readonly #dialect: Dialect;
  readonly #gate = new Gate(MAX_OPEN_READS);
  /** Up to OpenFlow 1.4 one cannot ask for one group: concurrent questions share one dump of them all. */
  readonly #groupDump: Coalesced<Result<ReadonlyMap<number, GroupDesc>, SessionError>>;

  /** Nor, in OpenFlow 1.0, for the flows with one cookie. */
  readonly #flowDump: Coalesced<Result<readonly FlowStats[], SessionError>>;

  /** How many places {@link inPlaceOf} asks about now. */
  #openPlaces = 0;

  /** `features` are what the switch said of itself when it connected. */
  constructor(session: SwitchSession, features: SwitchFeatures) {
    this.#session = session;
    this.#features = features;
    this.#dialect = dialectOf(features.version);
    this.#flowDump = new Coalesced(() => this.#selectFlows(0n, 0n));
    this.#groupDump = new Coalesced(() => this.#dumpGroups());
  }

  /** Every port of the switch. */
  ports(): ResultAsync<readonly Port[], SessionError> {
    const { ports } = this.#features;
    if (ports !== undefined) return okAsync(ports);
    return this.#ask({ type: "port-desc" }).map((parts) => parts.flatMap((part) => part.ports));
  }

  /** What the switch can do, as far as it says so. */
  profile(): ResultAsync<SwitchProfile, SessionError> {
    const { version, tables, capabilities } = this.#features;
    const known = { version, tables, capabilities };
    const groups = hasGroups(known) ? this.#groupFeatures() : okAsync(undefined);
    const meters = hasMeters(known) ? this.#meterFeatures() : okAsync(undefined);
    const sizes = readTableSizes(this.#session, known);
    return ResultAsync.combine([groups, meters, this.#description(), this.#bundles(), sizes]).map(
      ([groups, meters, description, bundles, tableSizes]) => ({
        ...known,
        ...tableSizes,
        learns: hasGroups(known) && isOpenVSwitch(description),
        bundles,
        ...(description && { description }),
        ...(groups && { groups }),
        ...(meters && { meters }),
      }),
    );
  }

  /** The flows whose cookie equals `cookie` where `mask` has ones, in all tables. */
  flows(cookie: bigint, mask: bigint): ResultAsync<readonly FlowStats[], SessionError> {
    const { selectsByCookie, understood } = this.#dialect;
    const flows = selectsByCookie
      ? this.#selectFlows(cookie, mask)
      : this.#dumpFlows().map((all) =>
          all.filter((flow) => (flow.cookie & mask) === (cookie & mask)),
        );
    return flows.map((found) => found.map(understood));
  }

  /**
   * The flows that stand exactly where these would be put, of those whose cookie is not `owner` where `mask`
   * has ones. Each is asked for by itself; when many are asked for at once, they share a dump of everything,
   * which is not asked for where all flows are the owner's.
   */
  othersInPlaceOf(
    flows: readonly FlowEntry[],
    owner: bigint,
    mask: bigint,
  ): ResultAsync<readonly FlowStats[], SessionError> {
    const understood = (found: readonly FlowStats[]): readonly FlowStats[] => {
      const others = found.filter(({ cookie }) => (cookie & mask) !== (owner & mask));
      if (others.length === 0) return [];
      const keys = new Set(flows.map(flowKey));
      return others.map(this.#dialect.understood).filter((flow) => keys.has(flowKey(flow)));
    };
    const isMany = this.#openPlaces + flows.length > MAX_OPEN_PLACES;
    if (!this.#dialect.selectsByCookie) return this.#dumpFlows().map(understood);
    if (isMany) {
      return this.#hasOthers(owner, mask).andThen((hasOthers) =>
        hasOthers ? this.#dumpFlows().map(understood) : ok([]),
      );
    }
    this.#openPlaces += flows.length;
    const asked = flows.map(({ table, match }) =>
      this.#ask({ type: "flow", ...allFlows, table, match, cookie: 0n, cookieMask: 0n }),
    );
    const parts = ResultAsync.combine(asked).map((answers) =>
      understood(answers.flat().flatMap((part) => part.flows)),
    );
    void parts.then(() => {
      this.#openPlaces -= flows.length;
    });
    return parts;
  }

  /**
   * Whether some flow's cookie is not `owner` where `mask` has ones: it is another in one of these bits at
   * least, and a switch counts flows by any bit of their cookies without telling them.
   */
  #hasOthers(owner: bigint, mask: bigint): ResultAsync<boolean, SessionError> {
    const counts = bitsOf(mask).map((bit) => this.countFlows(owner ^ bit, bit));
    return ResultAsync.combine(counts).map((all) => all.some((count) => count > 0));
  }

  #dumpFlows(): ResultAsync<readonly FlowStats[], SessionError> {
    return new ResultAsync(this.#flowDump.get());
  }

  /** How many flows there are in a table, or in all, whose cookie equals `cookie` where `mask` has ones. */
  countFlows(
    cookie: bigint,
    mask: bigint,
    table: number = TABLE_ALL,
  ): ResultAsync<number, SessionError> {
    // Where one cannot ask by cookie, there is one table.
    if (!this.#dialect.selectsByCookie) return this.flows(cookie, mask).map(({ length }) => length);
    const counted = { type: "aggregate", ...allFlows, table, cookie, cookieMask: mask } as const;
    return this.#ask(counted).map((parts) =>
      parts.reduce((sum, { flowCount }) => sum + flowCount, 0),
    );
  }

  /** The flows of one table whose cookie equals `cookie` where `mask` has ones. */
  flowsIn(
    table: number,
    cookie: bigint,
    mask: bigint,
  ): ResultAsync<readonly FlowStats[], SessionError> {
    const { understood } = this.#dialect;
    const request = { type: "flow", ...allFlows, table, cookie, cookieMask: mask } as const;
    return this.#ask(request).map((parts) => parts.flatMap(({ flows }) => flows.map(understood)));
  }

  /** Everybody's flows that match no other frames than `match` does. */
  matching(match: Match): ResultAsync<readonly FlowStats[], SessionError> {
    const { understood } = this.#dialect;
    const request = { type: "flow", ...allFlows, match, cookie: 0n, cookieMask: 0n } as const;
    return this.#ask(request).map((parts) => parts.flatMap(({ flows }) => flows.map(understood)));
  }

  /** Those of these cookies under which the switch holds flows. */
  learned(cookies: readonly bigint[]): ResultAsync<ReadonlySet<bigint>, SessionError> {
    const counts = cookies.map((cookie) =>
      this.#ask({ type: "aggregate", ...allFlows, cookie, cookieMask: EXACT_MASK }).map((parts) =>
        parts.some(({ flowCount }) => flowCount > 0) ? [cookie] : [],
      ),
    );
    return ResultAsync.combine(counts).map((held) => new Set(held.flat()));
  }

  /** Every group of the switch, by number. */
  groups(): ResultAsync<ReadonlyMap<number, GroupDesc>, SessionError> {
    if (!hasGroups(this.#features)) return okAsync(new Map());
    return new ResultAsync(this.#groupDump.get());
  }

  /** Every meter of the switch, by number. */
  allMeters(): ResultAsync<ReadonlyMap<number, MeterConfig>, SessionError> {
    if (!hasMeters(this.#features)) return okAsync(new Map());
    return this.#meterConfig(METER_ALL).map(byMeter);
  }

  /** Those of these meters that the switch has, by number. */
  meters(ids: readonly number[]): ResultAsync<ReadonlyMap<number, MeterConfig>, SessionError> {
    const all = ResultAsync.combine(ids.map((id) => this.#meterConfig(id)));
    return all.map((configs) => byMeter(configs.flat()));
  }

  /** What passed those of these meters that the switch has, by number. */
  meterStats(ids: readonly number[]): ResultAsync<ReadonlyMap<number, MeterStats>, SessionError> {
    const all = ids.map((meter) =>
      this.#ask({ type: "meter", meter })
        .map((parts) => parts.flatMap((part) => part.meters))
        .orElse((error) => (error.type === "rejected" ? ok([]) : err(error))),
    );
    return ResultAsync.combine(all).map(
      (stats) => new Map(stats.flat().map((one) => [one.meter, one])),
    );
  }

  /** Waits until the switch has processed everything that was sent before. */
  barrier(): ResultAsync<void, SessionError> {
    const request = (): ResultAsync<unknown, SessionError> =>
      this.#session.request({ type: "barrier-request" });
    return new ResultAsync(this.#gate.run(request)).map(() => undefined);
  }

  /** Whether the switch has bundles: one is opened, and discarded again. */
  #bundles(): ResultAsync<boolean, SessionError> {
    if (!hasGroups(this.#features)) return okAsync(false);
    const ask = (control: BundleControlType): ResultAsync<unknown, SessionError> =>
      this.#session.request(bundleControl(PROBED_BUNDLE, control), { timeoutMs: PROBE_TIMEOUT_MS });
    return ask("open-request")
      .andThen(() => ask("discard-request"))
      .map(() => true)
      .orElse((error) => (error.type === "session-closed" ? err(error) : ok(false)));
  }

  #groupFeatures(): ResultAsync<GroupFeatures | undefined, SessionError> {
    return this.#ask({ type: "group-features" })
      .map(([features]) => features)
      .orElse((error) => (hasNone(error) ? ok(undefined) : err(error)));
  }

  #meterFeatures(): ResultAsync<MeterFeatures | undefined, SessionError> {
    return this.#ask({ type: "meter-features" })
      .map(([features]) => features)
      .orElse((error) => (hasNone(error) ? ok(undefined) : err(error)));
  }

  #description(): ResultAsync<SwitchDesc | undefined, SessionError> {
    return this.#ask({ type: "desc" })
      .map(([description]) => description)
      .orElse((error) => (error.type === "rejected" ? ok(undefined) : err(error)));
  }

  #selectFlows(cookie: bigint, mask: bigint): ResultAsync<readonly FlowStats[], SessionError> {
    const request = { type: "flow", ...allFlows, cookie, cookieMask: mask } as const;
    return this.#ask(request).map((parts) => parts.flatMap((part) => part.flows));
  }

  /** A switch answers a question for a meter that it does not have with an error, or with nothing. */
  #meterConfig(meter: number): ResultAsync<readonly MeterConfig[], SessionError> {
    return this.#ask({ type: "meter-config", meter })
      .map((parts) => parts.flatMap((part) => part.meters))
      .orElse((error) => (hasNone(error) ? ok([]) : err(error)));
  }

  #dumpGroups(): ResultAsync<ReadonlyMap<number, GroupDesc>, SessionError> {
    return this.#ask({ type: "group-desc" })
      .map((parts) => parts.flatMap((part) => part.groups))
      .orElse((error) => (hasNone(error) ? ok([]) : err(error)))
      .map((groups) => new Map(groups.map((group) => [group.group, group])));
  }

  #ask<B extends MultipartRequestBody>(
    body: B,
  ): ResultAsync<readonly ReplyBodyTo<B>[], SessionError> {
    return new ResultAsync(this.#gate.run(() => this.#session.multipart(body)));
  }
}

/** The ones of a number, each by itself. */
function bitsOf(mask: bigint): readonly bigint[] {
  const bits: bigint[] = [];
  for (let bit = 1n; bit <= mask; bit <<= 1n) if ((mask & bit) !== 0n) bits.push(bit);
  return bits;
}

/**
 * Whether a question was refused because there is no such thing, or kind of thing; any other refusal
 * leaves it open what the switch holds.
 */
function hasNone(error: SessionError): boolean {
  if (error.type !== "rejected") return false;
  const { kind, code } = error.error;
  if (kind === "meter-mod-failed") return code === "unknown-meter" || code === "invalid-meter";
  if (kind === "group-mod-failed") return code === "unknown-group";
  return kind === "bad-request" && (code === "bad-multipart" || code === "bad-type");
}

/** Open vSwitch says what it is; it learns in every version that has several tables. */
function isOpenVSwitch(description: SwitchDesc | undefined): boolean {
  return description?.hardware.startsWith("Open vSwitch") ?? false;
}

function byMeter(configs: readonly MeterConfig[]): ReadonlyMap<number, MeterConfig> {
  return new Map(configs.map((config) => [config.meter, config]));
}
