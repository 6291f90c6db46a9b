import { err, ok, type Result } from "neverthrow";
import type { DriverBase } from "../drivers/driver-base.ts";
import type { DomainView } from "../model/domain-view.ts";
import type { DcnsError } from "../model/errors.ts";
import type { DomainId, ProjectId } from "../model/ids.ts";
import type { Topology } from "../topology.ts";
import type { AgentParts } from "./agent-parts.ts";

/** What became of the networks that could not stay as they were. */
export interface TopologyUpdate {
  readonly rerouted: readonly ProjectId[];
  /** Networks without a way on the new topology; they keep what they have and are `degraded`. */
  readonly failed: readonly { readonly project: ProjectId; readonly error: DcnsError }[];
}

/**
 * Puts `next` in the place of the topology. New nodes are served before networks move, and nodes
 * that go are let go after, so that every move is make-before-break.
 */
export async function replaceTopology(
  parts: AgentParts,
  next: Topology,
): Promise<Result<TopologyUpdate, DcnsError>> {
  const { registry, drivers, watch, restorer, scheduler } = parts;
  const before = registry.topology;
  const both = await tellDrivers(drivers, (domain) =>
    unionOf(before.domainView(domain), next.domainView(domain)),
  );
  if (both.isErr()) {
    // Each is told that it stays as it was: one that had taken it may fail at that, which says nothing of the others.
    for (const [domain, driver] of drivers) await driver.updateDomain(before.domainView(domain));
    return err(both.error);
  }
  const affected = registry.setTopology(next);
  parts.sharing?.serve();
  for (const node of before.nodes.keys()) {
    if (!next.nodes.has(node)) watch.gone(node);
  }
  const isReserved = (project: ProjectId): boolean =>
    registry.record(project)?.phase === "reserved";
  const outcomes = [
    ...(await scheduler.reserveElsewhere(affected.filter(isReserved))),
    ...(await restorer.restore(affected.filter((project) => !isReserved(project)))),
  ];
  for (const { project, error } of outcomes) {
    const record = registry.record(project);
    if (error !== undefined && record !== undefined) watch.announce(record);
  }
  const told = await tellDrivers(drivers, (domain) => next.domainView(domain));
  return told.map(() => ({
    rerouted: outcomes.flatMap(({ project, error }) => (error === undefined ? [project] : [])),
    failed: outcomes.flatMap(({ project, error }) =>
      error === undefined ? [] : [{ project, error }],
    ),
  }));
}

async function tellDrivers(
  drivers: ReadonlyMap<DomainId, DriverBase>,
  view: (domain: DomainId) => DomainView,
): Promise<Result<void, DcnsError>> {
  for (const [domain, driver] of drivers) {
    const told = await driver.updateDomain(view(domain));
    if (told.isErr()) return err(told.error);
  }
  return ok(undefined);
}

/** All nodes of both; a node of both has the ports of both, and otherwise looks as in `next`. */
function unionOf(before: DomainView, next: DomainView): DomainView {
  const nodes = new Map(before.nodes.map((node) => [node.id, node]));
  for (const node of next.nodes) {
    const ports = new Map(nodes.get(node.id)?.ports.map((port) => [port.ref, port]));
    for (const port of node.ports) ports.set(port.ref, port);
    nodes.set(node.id, { ...node, ports: [...ports.values()] });
  }
  return { id: next.id, nodes: [...nodes.values()] };
}
