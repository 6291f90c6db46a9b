import { err, ok, type Result, ResultAsync } from "neverthrow";
import type { ReplyBodyTo } from "./channel/message-roles.ts";
import { Coalesced } from "./coalesced.ts";
import type { Dialect } from "./compile/dialect.ts";
import { Gate } from "./gate.ts";
import type { SwitchSession } from "./session.ts";
import type { SessionError } from "./session-error.ts";
import { GROUP_ANY, METER_ALL, PORT_ANY, TABLE_ALL } from "./wire/constants.ts";
import type { FlowStats } from "./wire/flow.ts";
import type { GroupDesc } from "./wire/group.ts";
import type { MeterConfig } from "./wire/meter.ts";
import type { MultipartRequestBody } from "./wire/multipart.ts";
import type { Port } from "./wire/port.ts";

/** How many questions may be open at one switch; well below what a session takes. */
const MAX_OPEN_READS = 256;

/** Reads what one switch holds, and says it as programs do. */
export class SwitchReader {
  readonly #session: SwitchSession;
  readonly #dialect: Dialect;
  readonly #gate = new Gate(MAX_OPEN_READS);
  /** Up to OpenFlow 1.4 one cannot ask for one group: concurrent questions share one dump of them all. */
  readonly #groupDump: Coalesced<Result<ReadonlyMap<number, GroupDesc>, SessionError>>;

  constructor(session: SwitchSession, dialect: Dialect) {
    this.#session = session;
    this.#dialect = dialect;
    this.#groupDump = new Coalesced(() => this.#dumpGroups());
  }

  /** Every port of the switch. */
  ports(): ResultAsync<readonly Port[], SessionError> {
    return this.#ask({ type: "port-desc" }).map((parts) => parts.flatMap((part) => part.ports));
  }

  /** The highest number that a meter may have; 0 when the switch has none. */
  maxMeter(): ResultAsync<number, SessionError> {
    return this.#ask({ type: "meter-features" })
      .map(([features]) => features?.maxMeter ?? 0)
      .orElse((error) => (error.type === "rejected" ? ok(0) : err(error)));
  }

  /** The flows whose cookie equals `cookie` where `mask` has ones, in all tables. */
  flows(cookie: bigint, mask: bigint): ResultAsync<readonly FlowStats[], SessionError> {
    return this.#ask({
      type: "flow",
      table: TABLE_ALL,
      outPort: PORT_ANY,
      outGroup: GROUP_ANY,
      cookie,
      cookieMask: mask,
      match: [],
    }).map((parts) => parts.flatMap((part) => part.flows.map(this.#dialect.understood)));
  }

  /** Every group of the switch, by number. */
  groups(): ResultAsync<ReadonlyMap<number, GroupDesc>, SessionError> {
    return new ResultAsync(this.#groupDump.get());
  }

  /** Every meter of the switch, by number. */
  allMeters(): ResultAsync<ReadonlyMap<number, MeterConfig>, SessionError> {
    return this.#meterConfig(METER_ALL).map(byMeter);
  }

  /** Those of these meters that the switch has, by number. */
  meters(ids: readonly number[]): ResultAsync<ReadonlyMap<number, MeterConfig>, SessionError> {
    const all = ResultAsync.combine(ids.map((id) => this.#meterConfig(id)));
    return all.map((configs) => byMeter(configs.flat()));
  }

  /** Waits until the switch has processed everything that was sent before. */
  barrier(): ResultAsync<void, SessionError> {
    const request = (): ResultAsync<unknown, SessionError> =>
      this.#session.request({ type: "barrier-request" });
    return new ResultAsync(this.#gate.run(request)).map(() => undefined);
  }

  /** A switch answers a question for a meter that it does not have with an error, or with nothing. */
  #meterConfig(meter: number): ResultAsync<readonly MeterConfig[], SessionError> {
    return this.#ask({ type: "meter-config", meter })
      .map((parts) => parts.flatMap((part) => part.meters))
      .orElse((error) => (error.type === "rejected" ? ok([]) : err(error)));
  }

  #dumpGroups(): ResultAsync<ReadonlyMap<number, GroupDesc>, SessionError> {
    return this.#ask({ type: "group-desc" })
      .map((parts) => parts.flatMap((part) => part.groups))
      .orElse((error) => (error.type === "rejected" ? ok([]) : err(error)))
      .map((groups) => new Map(groups.map((group) => [group.group, group])));
  }

  #ask<B extends MultipartRequestBody>(
    body: B,
  ): ResultAsync<readonly ReplyBodyTo<B>[], SessionError> {
    return new ResultAsync(this.#gate.run(() => this.#session.multipart(body)));
  }
}

function byMeter(configs: readonly MeterConfig[]): ReadonlyMap<number, MeterConfig> {
  return new Map(configs.map((config) => [config.meter, config]));
}
