import type { DriverContext } from "dcns";
import {
  datapathId,
  domainId,
  networkNumber,
  nodeId,
  portOf,
  projectId,
  segmentId,
  vlanId,
} from "../../src/model/ids.ts";
import { type FabricDocument, fabricDocument } from "../../test/lab/fabric-document.ts";

type Segment = DriverContext["segments"][number];
type Attachment = Segment["nodes"][number]["rules"][number]["ingress"];

/** A switch with two pairs of host ports. */
const SWITCH = "s1";
const PORTS = [1, 2, 3, 4];
const DOMAIN = "campus";

/** How many networks one pair of ports carries. */
const TAGS = 4_000;

export const auditedDocument: FabricDocument = fabricDocument({
  hosts: Object.fromEntries(PORTS.map((port) => [`h${port}:eth1`, `${SWITCH}:${port}`])),
});

/** The domain of that one switch. */
export const auditedDomain: DriverContext["domain"] = {
  id: domainId(DOMAIN),
  nodes: [
    {
      id: nodeId(SWITCH),
      datapathId: datapathId("0000000000000001"),
      ports: PORTS.map((port) => ({ ref: portOf(SWITCH, String(port)), ofPort: port })),
    },
  ],
};

/** Networks between two ports of the switch: two rules each, so many rules together. */
export function segmentsOf(rules: number): readonly Segment[] {
  return Array.from({ length: rules / 2 }, (_, index) => {
    const firstPort = index < TAGS ? 1 : 3;
    const [a, b] = [firstPort, firstPort + 1].map((port) => attachment(port, 1 + (index % TAGS)));
    if (a === undefined || b === undefined) throw new Error("a network has two ends");
    return {
      id: segmentId(`segment-${index}`),
      project: projectId(`project-${index}`),
      network: networkNumber(1 + index),
      generation: 1,
      domain: domainId(DOMAIN),
      ends: [],
      nodes: [
        {
          node: nodeId(SWITCH),
          rules: [
            { ingress: a, role: "edge", egress: [b] },
            { ingress: b, role: "edge", egress: [a] },
          ],
        },
      ],
    };
  });
}

function attachment(port: number, tag: number): Attachment {
  return { node: nodeId(SWITCH), port: portOf(SWITCH, String(port)), tag: vlanId(tag) };
}
