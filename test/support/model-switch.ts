import type { FlowEntry } from "../../src/drivers/openflow/compile/program.ts";
import type { ModMessage } from "../../src/drivers/openflow/compile/stages.ts";
import type { Action } from "../../src/drivers/openflow/wire/action.ts";
import type { FlowMod } from "../../src/drivers/openflow/wire/flow.ts";
import type { Bucket, GroupMod } from "../../src/drivers/openflow/wire/group.ts";
import type { MeterMod } from "../../src/drivers/openflow/wire/meter.ts";

/** A frame reduced to what matters here: where it is, and the VLAN IDs of its tags, outermost first. */
export interface TaggedFrame {
  readonly port: number;
  readonly tags: readonly number[];
}

/**
 * The rules of OpenFlow 1.3.5 for one table, as the specification states them, executed naively, and the
 * actions that 1.0.0 and 1.5.1 have in their place. It throws at whatever a real switch would answer with an error: it judges programs, and is no part of
 * any.
 */
export class ModelSwitch {
  flows: FlowEntry[] = [];
  readonly groups = new Map<number, readonly Bucket[]>();
  readonly meters = new Map<number, number>();

  apply(message: ModMessage): void {
    if (message.type === "flow-mod") this.#flow(message);
    else this.#item(message);
  }

  #item(message: GroupMod | MeterMod): void {
    const [table, id] =
      message.type === "group-mod" ? [this.groups, message.group] : [this.meters, message.meter];
    if (message.command === "add" && table.has(id)) throw new Error(`${id} exists`);
    if (message.command === "modify" && !table.has(id)) throw new Error(`${id} is unknown`);
    if (message.command === "delete") {
      table.delete(id);
      this.flows = this.flows.filter((flow) => !this.#uses(flow, message.type, id));
    } else if (message.type === "group-mod") {
      if (message.groupType !== "all") throw new Error(`type ${message.groupType}`);
      this.groups.set(id, message.buckets);
    } else {
      const [band] = message.bands;
      if (band?.type !== "drop" || message.bands.length !== 1) throw new Error("bad band");
      this.meters.set(id, band.rate);
    }
  }

  /** Where copies of a frame leave, with which tags; and the rate of the meter it passed. */
  send(frame: TaggedFrame): { out: TaggedFrame[]; meterKbps: number | undefined } {
    const hits = this.flows.filter((flow) => matches(flow, frame));
    if (hits.length > 1) throw new Error("two flows match one frame");
    const instructions = hits[0]?.instructions ?? [];
    const meter = instructions.find((i) => i.type === "meter")?.meter;
    const actions = instructions.flatMap((i) => (i.type === "apply-actions" ? i.actions : []));
    return {
      out: this.#execute(actions, frame.port, [...frame.tags]),
      meterKbps: meter === undefined ? undefined : this.meters.get(meter),
    };
  }

  #execute(actions: readonly Action[], inPort: number, tags: number[]): TaggedFrame[] {
    const out: TaggedFrame[] = [];
    for (const action of actions) {
      if (action.type === "push-vlan") tags.unshift(tags[0] ?? 0);
      else if (action.type === "pop-vlan") {
        if (tags.shift() === undefined) throw new Error("pop-vlan without a tag");
      } else if (action.type === "set-field") {
        const { field, value } = action.field;
        if (field !== "vlan_vid" || (value & 0x1000) === 0 || tags.length === 0) {
          throw new Error(`set-field ${field}=${value} on ${tags.length} tags`);
        }
        tags[0] = value & 0xfff;
      } else if (action.type === "set-vlan-vid") {
        tags.splice(0, 1, action.vid);
      } else if (action.type === "strip-vlan") {
        tags.shift();
      } else if (action.type === "meter") {
        if (!this.meters.has(action.meter)) throw new Error(`no meter ${action.meter}`);
      } else if (action.type === "output") {
        if (action.port === 0xfffffff8) out.push({ port: inPort, tags: [...tags] });
        else if (action.port !== inPort) out.push({ port: action.port, tags: [...tags] });
      } else if (action.type === "group") {
        const buckets = this.groups.get(action.group);
        if (buckets === undefined) throw new Error(`no group ${action.group}`);
        for (const bucket of buckets) {
          out.push(...this.#execute(bucket.actions, inPort, [...tags]));
        }
      } else throw new Error(`unexpected ${action.type}`);
    }
    return out;
  }

  #flow(mod: FlowMod): void {
    const same = (flow: FlowEntry): boolean =>
      flow.table === mod.table &&
      flow.priority === mod.priority &&
      JSON.stringify(flow.match) === JSON.stringify(mod.match);
    const selected = (flow: FlowEntry): boolean =>
      same(flow) && (flow.cookie & mod.cookieMask) === (mod.cookie & mod.cookieMask);
    if (mod.command === "delete-strict") {
      this.flows = this.flows.filter((flow) => !selected(flow));
      return;
    }
    for (const instruction of mod.instructions) {
      const dangling =
        (instruction.type === "meter" && !this.meters.has(instruction.meter)) ||
        (instruction.type === "apply-actions" &&
          instruction.actions.some((a) => a.type === "group" && !this.groups.has(a.group)));
      if (dangling) throw new Error("a flow names a group or meter that does not exist");
    }
    const { table, priority, cookie, match, instructions } = mod;
    if (mod.command === "add") {
      this.flows = this.flows.filter((flow) => !same(flow));
      this.flows.push({ table, priority, cookie, match, instructions });
    } else if (mod.command === "modify-strict") {
      this.flows = this.flows.map((flow) => (selected(flow) ? { ...flow, instructions } : flow));
    } else throw new Error(`unexpected command ${mod.command}`);
  }

  #uses(flow: FlowEntry, kind: "group-mod" | "meter-mod", id: number): boolean {
    return flow.instructions.some((instruction) =>
      kind === "meter-mod"
        ? instruction.type === "meter" && instruction.meter === id
        : instruction.type === "apply-actions" &&
          instruction.actions.some((a) => a.type === "group" && a.group === id),
    );
  }
}

function matches(flow: FlowEntry, frame: TaggedFrame): boolean {
  const [outer] = frame.tags;
  const vlanVid = outer === undefined ? 0 : 0x1000 | outer;
  return flow.match.every((field) => {
    if (field.mask !== undefined) throw new Error("masks are not expected");
    if (field.field === "in_port") return field.value === frame.port;
    if (field.field === "vlan_vid") return field.value === vlanVid;
    throw new Error(`unexpected match on ${field.field}`);
  });
}
