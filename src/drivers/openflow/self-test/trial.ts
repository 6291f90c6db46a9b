import { type Bandwidth, bandwidth } from "../../../model/bandwidth.ts";
import { NO_NETWORK, networkCookie } from "../compile/cookie.ts";
import type { Feature } from "../compile/features.ts";
import { anyTag, groupSource, linkProtocolDestination, secondTags } from "../compile/ingress.ts";
import { learnActions } from "../compile/learn.ts";
import { type MeterSteps, meterFor } from "../compile/meter.ts";
import { NETWORK_METADATA_MASK, pipelineTable } from "../compile/pipeline.ts";
import type { FlowEntry } from "../compile/program.ts";
import { pushTag } from "../compile/rewrite.ts";
import { hasGroups } from "../compile/switch-profile.ts";
import type { Action } from "../wire/action.ts";
import { PORT_CONTROLLER, PORT_IN_PORT, VLAN_PRESENT } from "../wire/constants.ts";
import type { GroupDesc } from "../wire/group.ts";
import type { Instruction } from "../wire/instruction.ts";
import type { Match, OxmField } from "../wire/match.ts";
import type { MeterConfig } from "../wire/meter.ts";
import type { OfVersion } from "../wire/version.ts";

/** What one feature is tried with: a flow, and the group or meter that it uses. */
export interface Trial {
  readonly feature: Feature;
  readonly flow: FlowEntry;
  readonly group?: GroupDesc;
  readonly meter?: MeterConfig;
}

/** Where trials are made, and with which numbers. */
export interface TrialSetting {
  readonly version: OfVersion;
  /** The first of our tables, and how many the switch has. */
  readonly table: number;
  readonly tables: number;
  readonly cookiePrefix: number;
  /** A port of the switch. */
  readonly port: number;
  /** Numbers that are ours and that the switch does not use; without one, nothing is tried of that. */
  readonly groups: readonly number[];
  readonly meter: number | undefined;
  /** The steps of its meters, as far as they are known. */
  readonly meterSteps?: MeterSteps;
  /** A queue of a port, where frames are to leave by queues. */
  readonly queue: { readonly port: number; readonly queue: number } | undefined;
}

/** No frame comes from all stations, and none is for the null address. */
export const fromAll: OxmField = { field: "eth_src", value: "ff:ff:ff:ff:ff:ff" };
export const toNobody: OxmField = { field: "eth_dst", value: "00:00:00:00:00:00" };

/** Below every flow of a network, and of most others: what it matched, it would leave to them. */
const PRIORITY = 1;

/** Primes, 65,521 kbit/s and 4,093 kbit, which take 16 and 12 bits: what rounds does not look exact. */
const TRIAL_RATE: Bandwidth = bandwidth(65_521_000);
const TRIAL_BURST_MS = 62.468;

/** One trial for each feature that the version has. */
export function trialsOf(setting: TrialSetting): readonly Trial[] {
  return new Trials(setting).all();
}

class Trials {
  readonly #setting: TrialSetting;
  readonly #trials: Trial[] = [];

  constructor(setting: TrialSetting) {
    this.#setting = setting;
  }

  all(): readonly Trial[] {
    this.#addCommon();
    if (!hasGroups(this.#setting)) return this.#trials;
    this.#addMatches();
    this.#addTables();
    this.#addGroups();
    this.#addMeter();
    this.#addLearning();
    return this.#trials;
  }

  /** What every version has, in its words. */
  #addCommon(): void {
    const isOld = !hasGroups(this.#setting);
    const setTag: Action = isOld
      ? { type: "set-vlan-vid", vid: 1 }
      : { type: "set-field", field: { field: "vlan_vid", value: VLAN_PRESENT | 1 } };
    const popTag: Action = { type: isOld ? "strip-vlan" : "pop-vlan" };
    this.#add("match-tag", { actions: [this.#out] });
    this.#add("match-source", {});
    this.#add("match-destination", {});
    this.#addSecondTag();
    this.#add("set-tag", { actions: [setTag, this.#out] });
    this.#add("pop-tag", { actions: [popTag, this.#out] });
    this.#add("hairpin", { actions: [setTag, { ...this.#out, port: PORT_IN_PORT }] });
    this.#addQueue(isOld);
    if (isOld) return;
    const untagged: Match = [this.#inPort, { field: "vlan_vid", value: 0 }, fromAll, toNobody];
    this.#add("push-tag", { match: untagged, actions: [pushTag, setTag, this.#out] });
    const setTunnel: Action = { type: "set-field", field: { field: "tunnel_id", value: 1n } };
    this.#add("set-tunnel", { actions: [setTunnel, this.#out] });
    this.#add("to-controller", { actions: [{ ...this.#out, port: PORT_CONTROLLER, maxLen: 64 }] });
  }

  /** The flow that keeps frames with two tags out of a network that takes the first off. */
  #addSecondTag(): void {
    const tagged: OxmField = { field: "vlan_vid", value: VLAN_PRESENT | this.#nextVid };
    const match: Match = [this.#inPort, tagged, ...secondTags.slice(0, 1), fromAll, toNobody];
    this.#add("match-second-tag", { match });
  }

  #addQueue(isOld: boolean): void {
    if (this.#setting.queue === undefined) return;
    const { port, queue } = this.#setting.queue;
    const actions: readonly Action[] = isOld
      ? [{ type: "enqueue", port, queue }]
      : [
          { type: "set-queue", queue },
          { ...this.#out, port },
        ];
    this.#add("queue", { actions });
  }

  #addMatches(): void {
    const tagged: OxmField = { field: "vlan_vid", value: VLAN_PRESENT | 100 };
    const part = { value: 1n << 32n, mask: NETWORK_METADATA_MASK };
    const trials: readonly (readonly [Feature, Match])[] = [
      ["match-tunnel", [this.#inPort, { field: "tunnel_id", value: 1n }, fromAll, toNobody]],
      ["match-any-tag", [this.#inPort, anyTag, fromAll, toNobody]],
      ["match-group-source", [this.#inPort, tagged, groupSource, toNobody]],
      ["match-link-protocols", [this.#inPort, tagged, fromAll, linkProtocolDestination]],
      ["match-metadata", [anyTag, { field: "metadata", value: 1n }, fromAll, toNobody]],
      ["match-network", [anyTag, { field: "metadata", ...part }, fromAll, toNobody]],
    ];
    for (const [feature, match] of trials) this.#add(feature, { match });
  }

  #addTables(): void {
    const { table, tables } = this.#setting;
    const beyond = (["table-1", "table-2", "table-3", "table-4"] as const).filter(
      (_, index) => table + index + 1 < tables,
    );
    for (const [index, feature] of beyond.entries()) {
      this.#add(feature, { table: table + index + 1 });
    }
    if (beyond.length === 0) return;
    this.#add("goto", { onward: [{ type: "goto-table", table: table + 1 }] });
    this.#add("write-metadata", {
      onward: [
        { type: "write-metadata", metadata: 1n << 32n, mask: NETWORK_METADATA_MASK },
        { type: "goto-table", table: table + 1 },
      ],
    });
  }

  #addGroups(): void {
    const { groups, port } = this.#setting;
    const [indirect, all, failover] = groups;
    const copy = { actions: [this.#out] };
    const tagged = {
      actions: [
        { type: "set-field", field: { field: "vlan_vid", value: VLAN_PRESENT | 1 } } as const,
        this.#out,
      ],
    };
    if (indirect !== undefined)
      this.#addGroup("group-indirect", {
        group: indirect,
        groupType: "indirect",
        buckets: [copy],
      });
    if (all !== undefined)
      this.#addGroup("group-all", { group: all, groupType: "all", buckets: [copy, tagged] });
    if (failover !== undefined) {
      const buckets = [
        { watchPort: port, ...copy },
        { watchPort: port, ...tagged },
      ];
      this.#addGroup("group-failover", { group: failover, groupType: "fast-failover", buckets });
    }
  }

  #addGroup(feature: Feature, group: GroupDesc): void {
    this.#add(feature, { actions: [{ type: "group", group: group.group }] }, { group });
  }

  #addMeter(): void {
    const { meter } = this.#setting;
    if (meter === undefined) return;
    const config = { ...meterFor(TRIAL_RATE, TRIAL_BURST_MS, this.#setting.meterSteps), meter };
    this.#add(
      "meter",
      { actions: [this.#out], first: { type: "meter", meter } },
      { meter: config },
    );
  }

  #addLearning(): void {
    const { table, tables, cookiePrefix, port } = this.#setting;
    const addresses = table + pipelineTable.addresses;
    if (addresses >= tables) return;
    const learner = { cookiePrefix, network: NO_NETWORK, port: port & 0xffff, table: addresses };
    this.#add("learn", {
      actions: learnActions({ ...learner, priority: PRIORITY, maxAddresses: 1, agingS: 1 }),
    });
  }

  /** A flow of its own VLAN, if no other match is given. */
  #add(
    feature: Feature,
    does: {
      readonly match?: Match;
      readonly table?: number;
      readonly actions?: readonly Action[];
      readonly first?: Instruction;
      readonly onward?: readonly Instruction[];
    },
    uses: Pick<Trial, "group" | "meter"> = {},
  ): void {
    const { table, cookiePrefix } = this.#setting;
    const own: Match = [
      this.#inPort,
      { field: "vlan_vid", value: VLAN_PRESENT | this.#nextVid },
      fromAll,
      toNobody,
    ];
    const { actions = [], first, onward = [] } = does;
    const flow: FlowEntry = {
      table: does.table ?? table,
      priority: PRIORITY,
      cookie: networkCookie(cookiePrefix, NO_NETWORK),
      match: does.match ?? own,
      instructions: [
        ...(first === undefined ? [] : [first]),
        ...(actions.length === 0 ? [] : [{ type: "apply-actions", actions } as const]),
        ...onward,
      ],
    };
    this.#trials.push({ feature, flow, ...uses });
  }

  get #nextVid(): number {
    return this.#trials.length + 1;
  }

  get #inPort(): OxmField {
    return { field: "in_port", value: this.#setting.port };
  }

  /** Frames never leave by the port they came in by, so that this does nothing even if it is done. */
  get #out() {
    return { type: "output", port: this.#setting.port, maxLen: 0 } as const;
  }
}
