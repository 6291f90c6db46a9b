import type { Bandwidth } from "./bandwidth.ts";
import type { DomainRefusal } from "./driver-cause.ts";
import type { LinkId, NodeId } from "./ids.ts";

/** A link direction of a blocking cut, and what it has left. */
export interface CutLink {
  readonly link: LinkId;
  readonly direction: "forward" | "backward";
  readonly capacity: Bandwidth;
  /** Free over the whole interval asked for, bit/s. */
  readonly residual: Bandwidth;
  /** Who holds the rest. */
  readonly holders: readonly { readonly holder: string; readonly bandwidth: Bandwidth }[];
}

/** What forbids the use of a link or a node: the fabric's state, or the request itself. */
export type Barrier =
  | { readonly type: "link-down"; readonly link: LinkId }
  | { readonly type: "link-disabled"; readonly link: LinkId }
  | { readonly type: "node-disabled"; readonly node: NodeId }
  /** The request's own prices make it cost infinitely much. */
  | { readonly type: "link-unpriced"; readonly link: LinkId }
  | Excluded;

/** One thing that a request excludes. */
export type Excluded =
  | { readonly type: "link-excluded"; readonly link: LinkId }
  | { readonly type: "node-excluded"; readonly node: NodeId }
  | { readonly type: "srlg-excluded"; readonly srlg: string };

/** One thing that a request wants to be passed. */
export type Included =
  | { readonly type: "link"; readonly link: LinkId }
  | { readonly type: "node"; readonly node: NodeId };

/** Why no path or tree was found. */
export type NoPathReason =
  /** Endpoints lie in parts of the fabric that no usable link joins. */
  | {
      readonly reason: "disconnected";
      readonly components: readonly (readonly string[])[];
      /** Were these out of the way, the parts would be joined; empty if nothing would join them. */
      readonly barriers: readonly Barrier[];
    }
  /** Not as much as `required` can be carried: at most `largest`, bit/s, for which there is a plan. */
  | {
      readonly reason: "bandwidth";
      readonly required: Bandwidth;
      readonly largest: Bandwidth;
      /** Whether more is proven not to fit; else a search that is not complete found no room for it. */
      readonly isProven: boolean;
      readonly cut: readonly CutLink[];
      /**
       * Whether every way between some two endpoints uses a link of `cut`, and none of these has room
       * for what would have to go there, floods included, were more than `largest` asked for: then no
       * cut of fewer links is like that. Else `cut` is what lacks bandwidth on the tree that was found
       * for `largest`.
       */
      readonly isSeparating: boolean;
    }
  /** An endpoint's own port cannot carry what is asked of it; the most that fits as for `bandwidth`. */
  | {
      readonly reason: "port-bandwidth";
      readonly hostPort: string;
      readonly required: Bandwidth;
      readonly residual: Bandwidth;
      readonly largest: Bandwidth;
      readonly isProven: boolean;
    }
  /** No path or tree has as few links between two endpoints as asked; there is one with `fewest`. */
  | {
      readonly reason: "hops";
      readonly limit: number;
      readonly fewest: number;
      /** Whether fewer are proven not to do; else a search that is not complete found none. */
      readonly isProven: boolean;
    }
  /** No path or tree has as little delay between two endpoints as asked; there is one with `leastMs`. */
  | {
      readonly reason: "delay";
      readonly limitMs: number;
      readonly leastMs: number;
      /** As for `hops`. */
      readonly isProven: boolean;
    }
  /** No path or tree passes all of `elements`; without any one of them the others can be passed. */
  | { readonly reason: "inclusion"; readonly elements: readonly Included[] }
  /** The tree would have to branch at such nodes as these, at which a network must not. */
  | { readonly reason: "branching"; readonly nodes: readonly NodeId[] }
  /**
   * There are ways, but none that another could take the place of, were any one link, node or risk on
   * it to fail.
   */
  | {
      readonly reason: "protection";
      /** What every way uses; nothing, if it is labels or combinations of risks. */
      readonly links: readonly LinkId[];
      readonly nodes: readonly NodeId[];
      readonly srlgs: readonly string[];
      /** Nodes that do not translate labels: frames that meet a dead link cannot be sent back there. */
      readonly fixedLabels: readonly NodeId[];
    }
  /** What is and what is to be do not fit side by side while one takes the other's place. */
  | {
      readonly reason: "transition";
      /** The direction of a link or of an edge port without room for both. */
      readonly channel: string;
      readonly required: Bandwidth;
      readonly residual: Bandwidth;
    }
  /** A bound on the search was reached; the network may or may not exist. */
  | { readonly reason: "search-limit"; readonly limit: number };

/** There is no path or tree for the request, or none was found. */
export interface NoPath {
  readonly type: "no-path";
  readonly explanation: NoPathReason;
  /** Where they were asked for. */
  readonly remedies?: Remedies;
  /** What domains have refused of plans made before, in that order: there is no plan without it. */
  readonly refusals?: readonly DomainRefusal[];
}

/** No VLAN serves: where the choice became empty, and which VLANs would do. */
export interface VlanUnavailable {
  readonly type: "vlan-unavailable";
  /** What was asked for, canonical text. */
  readonly requested: string;
  /** VLANs for which the same request would succeed now, canonical text; empty if none would. */
  readonly wouldWork: string;
  /** Whether no others would; else there were too many to try. */
  readonly isComplete: boolean;
  /** The places whose free labels, taken together, leave none. */
  readonly conflicts: readonly { readonly at: string; readonly free: string }[];
  /** Where they were asked for. */
  readonly remedies?: Remedies;
  /** What domains have refused of plans made before, in that order: there is no plan without it. */
  readonly refusals?: readonly DomainRefusal[];
}

/** One change of a request, all else as it was asked, with which it succeeds. */
export type Remedy =
  /** One of these VLANs, canonical text. */
  | { readonly type: "vlans"; readonly vlans: string }
  /** Not to exclude this. */
  | { readonly type: "exclusion"; readonly allow: Excluded }
  /** Not to pass this. */
  | { readonly type: "inclusion"; readonly skip: Included }
  /** This bound on hops. */
  | { readonly type: "hops"; readonly maxHops: number }
  /** This bound on delay. */
  | { readonly type: "delay"; readonly maxDelayMs: number }
  /** To begin at this instant, the earliest, for as long; milliseconds since the epoch. */
  | { readonly type: "start"; readonly start: number }
  /** At most this bandwidth for every endpoint and the whole, bit/s; the largest. */
  | { readonly type: "bandwidth"; readonly bandwidth: Bandwidth }
  /** To leave this endpoint out. */
  | { readonly type: "endpoint"; readonly hostPort: string };

/** The smallest changes with which a refused request succeeds. */
export interface Remedies {
  /** Single ones. What takes least away from the request comes first, in the order of {@link Remedy}. */
  readonly changes: readonly Remedy[];
  /**
   * Where no single change is enough: such as help together while none of them does alone. Of every two kinds the
   * first pair; where none is enough, one combination of more, of which none can be left out. Within
   * one, each is the least with those after it as wide as can be.
   */
  readonly combinations: readonly (readonly Remedy[])[];
  /** Whether every single change, and where none helps every pair, was looked into to the end; else there may be more. */
  readonly isComplete: boolean;
}
