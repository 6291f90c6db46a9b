import type { OfMessage } from "../../drivers/openflow/wire/message.ts";
import type { MeterMod } from "../../drivers/openflow/wire/meter.ts";
import { FlowTable } from "./flow-table.ts";
import { GroupTable } from "./group-table.ts";
import { MeterTable } from "./meter-table.ts";
import type { PortTable } from "./port-table.ts";
import type { Refusal } from "./refusal.ts";

/** Everything a switch knows. Time, wires and controllers are outside. */
export interface SwitchState {
  readonly datapathId: bigint;
  readonly ports: PortTable;
  /** Tables that ever had a flow, by number. */
  readonly tables: Map<number, FlowTable>;
  readonly groups: GroupTable;
  readonly meters: MeterTable;
  /** The most flows that one table takes now. */
  readonly maxFlowsPerTable: () => number;
  /** Whether it learns addresses by itself, and says so. */
  readonly learns: boolean;
  /** How many tags of a frame its matches and actions see. */
  readonly vlanLimit: number;
  /** The queues that somebody has made at a port. */
  readonly queues: (port: number) => readonly number[];
  /** What it makes of the meters that it is asked for. */
  readonly rounds: (meter: MeterMod) => MeterMod;
  /** What it says to what it cannot do. */
  readonly lacks: (message: OfMessage) => Refusal | undefined;
}

/** The state of a switch that nobody has programmed. */
export function blankState(
  fixed: Pick<
    SwitchState,
    | "datapathId"
    | "ports"
    | "maxFlowsPerTable"
    | "learns"
    | "vlanLimit"
    | "lacks"
    | "queues"
    | "rounds"
  >,
): SwitchState {
  return { ...fixed, tables: new Map(), groups: new GroupTable(), meters: new MeterTable() };
}

/** Remembers the flows, groups and meters that there are now; the result brings them back. */
export function remember(state: SwitchState): () => SwitchState {
  const groups = state.groups.copy();
  const meters = state.meters.copy();
  const flows = [...state.tables.values()].flatMap((table) =>
    [...table].map((flow) => ({ flow, program: flow.program })),
  );
  return () => {
    const tables = new Map<number, FlowTable>();
    for (const { flow, program } of flows) {
      flow.program = program;
      const table = tables.get(flow.table) ?? new FlowTable();
      tables.set(flow.table, table);
      table.put(flow);
    }
    return { ...state, tables, groups, meters };
  };
}
