import type { DriverBase } from "../../drivers/driver-base.ts";
import type { Brand } from "../../model/brand.ts";
import { type DomainId, domainId, type NodeId, nodeId, type SegmentId } from "../../model/ids.ts";
import { invariant } from "../../model/invariant.ts";
import type { Registry } from "../registry.ts";

/** What one agent at a time is the master of: a node or, where nodes know no masters, a whole domain. */
export type Charge = Brand<string, "Charge">;

/** What charges work with. */
export interface ChargesContext {
  readonly registry: Registry;
  readonly drivers: ReadonlyMap<DomainId, DriverBase>;
  /** Segments of a domain that a step is just changing. */
  readonly unsettled: (domain: DomainId) => ReadonlySet<SegmentId>;
  /** The segments for which a domain may hold something that an earlier master asked for. */
  readonly doubtful: (domain: DomainId) => ReadonlySet<SegmentId>;
}

/** Somebody's claim to a charge. */
export interface Claim {
  readonly generation: bigint;
  /** Whether the claim still stands, by the clock of who made it. */
  readonly stands: () => boolean;
}

/** How long is waited, in milliseconds. */
export interface Patience {
  /** For a charge to come into service with who has claimed it. */
  readonly serviceMs: number;
  /** By a call, for the next master. */
  readonly handoverMs: number;
}

const OF_NODES: Patience = { serviceMs: 2_000, handoverMs: 5_000 };
/** Whoever takes a domain asks it what it has, and ends what is not wanted. */
const OF_DOMAINS: Patience = { serviceMs: 60_000, handoverMs: 30_000 };

const NODE = "node/";
const DOMAIN = "domain/";

/** Which charges there are, and who the drivers take this agent for in each of them. */
export class Charges {
  readonly #context: ChargesContext;

  constructor(context: ChargesContext) {
    this.#context = context;
  }

  /** All of the present topology. */
  all(): readonly Charge[] {
    return [
      ...new Set([...this.#context.registry.topology.nodes.keys()].map((one) => this.of(one))),
    ];
  }

  /** The one that a node belongs to. */
  of(node: NodeId): Charge {
    const domain = this.#domainOf(node);
    const isWhole = this.#context.drivers.get(domain)?.setDomainRole !== undefined;
    return (isWhole ? `${DOMAIN}${domain}` : `${NODE}${node}`) as Charge;
  }

  /** The nodes that belong to one, by their domain. */
  nodesOf(charge: Charge): { readonly domain: DomainId; readonly nodes: readonly NodeId[] } {
    if (charge.startsWith(NODE)) {
      const node = nodeId(charge.slice(NODE.length));
      return { domain: this.#domainOf(node), nodes: [node] };
    }
    const domain = domainId(charge.slice(DOMAIN.length));
    const all = [...this.#context.registry.topology.nodes.values()];
    const nodes = all.filter((one) => one.domain === domain).map(({ id }) => id);
    return { domain, nodes };
  }

  patience(charge: Charge): Patience {
    return charge.startsWith(DOMAIN) ? OF_DOMAINS : OF_NODES;
  }

  /** Tells the driver of a charge that it is this agent's by a claim, or is not any more. */
  async setRole(charge: Charge, claim: Claim | undefined): Promise<void> {
    const { drivers, unsettled, doubtful } = this.#context;
    const { domain, nodes } = this.nodesOf(charge);
    const driver = drivers.get(domain);
    if (charge.startsWith(DOMAIN)) {
      const segments = { unsettled: unsettled(domain), doubtful: doubtful(domain) };
      await driver?.setDomainRole?.(
        claim === undefined
          ? { role: "slave" }
          : { role: "master", stands: claim.stands, ...segments },
      );
      return;
    }
    for (const node of nodes) {
      const { generation } = claim ?? {};
      await driver?.setRole?.(
        node,
        generation === undefined ? { role: "slave" } : { role: "master", generation },
      );
    }
  }

  #domainOf(node: NodeId): DomainId {
    const { registry, drivers } = this.#context;
    const domain = registry.topology.nodes.get(node)?.domain ?? [...drivers.keys()][0];
    invariant(domain !== undefined, "a topology has a domain");
    return domain;
  }
}
