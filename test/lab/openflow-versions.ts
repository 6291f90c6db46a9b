import {
  type OfVersion,
  OPENFLOW_1_0,
  OPENFLOW_1_3,
  OPENFLOW_1_4,
  OPENFLOW_1_5,
} from "../../src/drivers/openflow/index.ts";
import type { LabOptions } from "./start-script.ts";

/** The versions of OpenFlow that Open vSwitch speaks, and so does the agent. */
export const openFlowVersions = [
  { protocol: "OpenFlow10", version: OPENFLOW_1_0 },
  { protocol: "OpenFlow13", version: OPENFLOW_1_3 },
  { protocol: "OpenFlow14", version: OPENFLOW_1_4 },
  { protocol: "OpenFlow15", version: OPENFLOW_1_5 },
] as const satisfies readonly { protocol: string; version: OfVersion }[];

/** A lab whose bridges speak a version to the agent; the lab itself looks at them with OpenFlow 1.3. */
export function speaking(protocol: string): LabOptions {
  return { protocols: [...new Set(["OpenFlow13", protocol])] };
}
