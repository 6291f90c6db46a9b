import type { Ledger } from "../../ledger.ts";
import type { InvalidRequest, UnknownHostPort } from "../../model/errors.ts";
import type { VlanSet } from "../../model/vlan-set.ts";
import type { Topology } from "../../topology.ts";
import type { Availability } from "../graph/availability.ts";
import type { Graph } from "../graph/graph.ts";
import type { NodeBindings } from "../labels/label-assignment.ts";
import type { SearchLimit } from "../path/label-path.ts";
import type { Terminals } from "../tree/tree.ts";
import type { LinkState, PlanRequest } from "./plan.ts";

/** All that one attempt to plan is made from. */
export interface Scene {
  readonly topology: Topology;
  readonly graph: Graph;
  /** Without what the request's holder has. */
  readonly ledger: Ledger;
  readonly linkState: LinkState;
  readonly availability: Availability;
  readonly request: PlanRequest;
  /** How many branches the search for one tree may look into; by default `MAX_LOOKS`. */
  readonly maxLooks?: number;
  /** Whether any tree will do: the search for one ends with the first. */
  readonly takesAny?: boolean;
  /** How many of the attempts that are made for one purpose may yet be given up; by default any number. */
  readonly patience?: Patience;
}

/** Counted down by attempts that are given up; at none, all others are at once. */
export interface Patience {
  left: number;
}

/** The endpoints of a request as the searches see them. */
export interface Ends {
  /** In ascending order of nodes. */
  readonly terminals: Terminals;
  /** Of each endpoint, bit/s. */
  readonly rates: readonly number[];
  /** The VLANs that the network may have at its tagged endpoints; not empty. */
  readonly vlans: VlanSet;
  readonly bindings: NodeBindings;
}

/** The labels that may be used somewhere. */
export interface LabelsAt {
  /** A link, a port or a node. */
  readonly at: string;
  readonly labels: VlanSet;
}

/** The labels of these places have none in common that the request allows. */
export interface NoCommonLabel {
  readonly type: "no-common-label";
  readonly places: readonly LabelsAt[];
}

/** An endpoint's port has not enough left; bit/s. */
export interface PortFull {
  readonly type: "port-full";
  readonly hostPort: string;
  readonly required: number;
  readonly residual: number;
}

/** There is no path or tree under all constraints together; which of them it is is not known. */
export interface NoTree {
  readonly type: "no-tree";
}

/** What an attempt may fail on, before it is explained. */
export type Obstacle =
  | InvalidRequest
  | UnknownHostPort
  | NoCommonLabel
  | PortFull
  | NoTree
  | SearchLimit;
