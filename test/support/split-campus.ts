import { Topology } from "../../src/topology.ts";
import { AgentGroup, type AgentGroupOptions } from "./agent-group.ts";
import { campusDocument } from "./campus.ts";
import type { Dialect } from "./simulated-wan.ts";

/** The campus in two halves, s1 with s4 and s2 with s3, and a wide-area domain between s1 and s2. */
function halves(): Topology {
  const document = campusDocument();
  const isBetween = (id: string): boolean => id === "s1-s2" || id === "s4-s3";
  return Topology.parse({
    ...document,
    domains: [...document.domains, { id: "wan", driver: "oscars" }],
    nodes: [
      ...document.nodes,
      { id: "wan", domain: "wan", branching: false, ports: [{ id: "w0" }, { id: "w1" }] },
    ],
    links: [
      ...(document.links ?? []).filter(({ id }) => !isBetween(id)),
      { id: "w0", a: "s1:3", b: "wan:w0", capacity: "10Gbps", vlans: "100-199" },
      { id: "w1", a: "s2:3", b: "wan:w1", capacity: "10Gbps", vlans: "100-199" },
    ],
  })._unsafeUnwrap();
}

/** Agents of the two halves, on a calm way to the domain between them. */
export function splitCampus(
  dialect: Dialect,
  options: Pick<AgentGroupOptions, "late"> = {},
): Promise<AgentGroup> {
  const calm = { refuse: 0, lose: 0, loseAnswer: 0, maxDelayMs: 5 };
  return AgentGroup.start({ topology: halves(), wideArea: { ...calm, dialect }, ...options });
}
