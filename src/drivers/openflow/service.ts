import type { Clock } from "../../model/clock.ts";
import type { DomainId } from "../../model/ids.ts";
import type { DriverContext } from "../driver-base.ts";
import type { DriverEvent } from "../driver-event.ts";
import { DomainNodes } from "./domain-nodes.ts";
import { type OpenFlowDriverOptions, programOptions } from "./driver-options.ts";
import { socketListener } from "./listener-socket.ts";
import { SessionServer } from "./session-server.ts";
import { SegmentSamples } from "./statistics/segment-samples.ts";
import { SwitchNode } from "./switch-node.ts";
import type { SwitchListener } from "./transport.ts";

/** What an attached driver works with. */
export interface Service {
  readonly domain: DomainId;
  readonly clock: Clock;
  readonly nodes: DomainNodes;
  readonly server: SessionServer;
  readonly samples: SegmentSamples;
}

/** What a driver works with once it is attached; nobody listens yet. */
export function serviceOf(
  driverOptions: OpenFlowDriverOptions,
  { domain, clock, segments, leaving = [], role = "equal" }: DriverContext,
  emit: (event: DriverEvent) => void,
): Service {
  const options = programOptions(driverOptions);
  const isRecovering = segments.length + leaving.length > 0;
  const nodes = new DomainNodes(
    domain.id,
    (view, pendingChanged) =>
      new SwitchNode({ view, clock, options, role: { role }, isRecovering, emit, pendingChanged }),
  );
  nodes.update(domain.nodes);
  for (const segment of [...leaving, ...segments]) nodes.want(segment);
  for (const { id } of leaving) nodes.unwant(id);
  const server = new SessionServer(listenerOf(driverOptions), clock, driverOptions);
  return { domain: domain.id, clock, nodes, server, samples: new SegmentSamples() };
}

function listenerOf({ listen, tls }: OpenFlowDriverOptions): SwitchListener {
  if ("listen" in listen) return listen;
  return socketListener({ ...listen, ...(tls === undefined ? {} : { tls }) });
}
