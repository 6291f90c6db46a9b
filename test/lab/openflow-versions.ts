import {
  type OfVersion,
  OPENFLOW_1_0,
  OPENFLOW_1_3,
  OPENFLOW_1_4,
  OPENFLOW_1_5,
} from "../../src/drivers/openflow/index.ts";
import { OpenFlowDriver, type OpenFlowDriverOptions } from "../../src/index.ts";
import type { ScenarioSetting } from "./scenario.ts";
import type { LabOptions } from "./start-script.ts";

/** The versions of OpenFlow that Open vSwitch speaks, and so does the agent. */
export const openFlowVersions = [
  { protocol: "OpenFlow10", version: OPENFLOW_1_0 },
  { protocol: "OpenFlow13", version: OPENFLOW_1_3 },
  { protocol: "OpenFlow14", version: OPENFLOW_1_4 },
  { protocol: "OpenFlow15", version: OPENFLOW_1_5 },
] as const satisfies readonly { protocol: string; version: OfVersion }[];

/** A version of OpenFlow, and how Open vSwitch calls it. */
export type Spoken = (typeof openFlowVersions)[number];

/** Those that have groups and meters: OpenFlow 1.0 cannot copy by a group, fail over or police. */
export const versionsWithGroups = openFlowVersions.filter(
  ({ version }) => version !== OPENFLOW_1_0,
);

/** A scenario whose bridges speak one version, and whose agent speaks no other. */
export function speakingOnly(
  { protocol, version }: Spoken,
  options: Omit<OpenFlowDriverOptions, "listen" | "session"> = {},
): Required<Pick<ScenarioSetting, "lab" | "driver">> {
  return {
    lab: speaking(protocol),
    driver: (listen) =>
      new OpenFlowDriver({ ...options, listen, session: { versions: [version] } }),
  };
}

/** A lab whose bridges speak a version to the agent; the lab itself looks at them with OpenFlow 1.3. */
export function speaking(protocol: string): LabOptions {
  return { protocols: [...new Set(["OpenFlow13", protocol])] };
}
