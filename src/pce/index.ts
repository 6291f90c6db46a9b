export type { Channel, LabelSpace } from "../ledger/channel.ts";
export { linkChannel, linkLabels, portChannel, portLabels } from "../ledger/channel.ts";
export type { ReserveError } from "../ledger/reserve-error.ts";
export {
  type ChannelClaim,
  type Claim,
  type Holding,
  type LabelClaim,
  Ledger,
  type Resources,
  unlimited,
} from "../ledger.ts";
export { type Bandwidth, bandwidth, parseBandwidth } from "../model/bandwidth.ts";
export {
  describeError,
  type Fault,
  type InvalidRequest,
  type UnknownHostPort,
} from "../model/errors.ts";
export { linkId, nodeId, portRef, vlanId } from "../model/ids.ts";
export { always, type Interval } from "../model/interval.ts";
export type {
  Barrier,
  CutLink,
  Excluded,
  Included,
  NoPath,
  NoPathReason,
  Remedies,
  Remedy,
  VlanUnavailable,
} from "../model/refusal.ts";
export { VlanSet } from "../model/vlan-set.ts";
export { isVni, type LinkLabel, type Vni, vni, vniNumber } from "../model/vni.ts";
export { VniSet } from "../model/vni-set.ts";
export type { TopologyDocument } from "../topology/document.ts";
export { Topology } from "../topology.ts";
export { besideTree, labelsHeldByTree } from "./change/beside-tree.ts";
export {
  type Bypass,
  type BypassEnd,
  type Bypasses,
  departureAt,
  hopsOf,
} from "./change/bypass.ts";
export { bypassLinks } from "./change/bypass-load.ts";
export {
  type DrainPlan,
  type DrainQuery,
  planDrain,
  type StuckNetwork,
  type StuckReason,
} from "./change/drain.ts";
export { type EditQuery, editPlan, type FreshOptimum, type PlanEdit } from "./change/edit.ts";
export type { Failure, FailureKinds } from "./change/failure.ts";
export { type Move, moved, planMove, type StandingNetwork } from "./change/move.ts";
export { type BypassQuery, planBypasses } from "./change/plan-bypasses.ts";
export {
  type Backup,
  claimOfProtected,
  type ProtectedPlan,
  type ProtectQuery,
  planProtected,
  type Unprotectable,
} from "./change/protect.ts";
export { type Reoptimisation, type ReoptimiseQuery, reoptimise } from "./change/reoptimise.ts";
export type { SharedLink } from "./change/reservation.ts";
export {
  type HitNetwork,
  type RefusedNetwork,
  type Restoration,
  type RestoreQuery,
  restoreNetworks,
} from "./change/restore.ts";
export type { PlanView } from "./change/view.ts";
export {
  type Alternative,
  explainPlan,
  type LinkFailure,
  type PlanExplanation,
  type TightLink,
} from "./explain/explain-plan.ts";
export { explainRefusal } from "./explain/explain-refusal.ts";
export type { Measure } from "./explain/plan-cost.ts";
export { describePlan } from "./explain/plan-text.ts";
export type { LinkCost } from "./graph/link-cost.ts";
export { cheapestRoute, type Route, type RouteRequest } from "./path/cheapest-route.ts";
export { cheapestWalk, type Walk, type WalkRequest, type WalkStep } from "./path/cheapest-walk.ts";
export {
  type DisjointPair,
  type DisjointPairRequest,
  disjointPair,
  type NoDisjointPair,
} from "./path/disjoint-pair.ts";
export type { Disjointness } from "./path/disjointness.ts";
export { type KCheapestRequest, kCheapestPaths } from "./path/k-cheapest-paths.ts";
export type { PathRequest } from "./path/path-request.ts";
export { type WidestPath, widestPath } from "./path/widest-path.ts";
export type { Budget } from "./plan/budget.ts";
export { bounded, edgeLoad, type Side } from "./plan/edge-load.ts";
export { claimOf, pruneTree, reload } from "./plan/edit-plan.ts";
export { type Overshoot, overshootOf } from "./plan/overshoot.ts";
export {
  allLinksUp,
  type Exclusion,
  type Inclusion,
  type LabelledLink,
  type LinkState,
  type NetworkPlan,
  type PlanEndpoint,
  type PlannedEndpoint,
  type PlannedLink,
  type PlannedPort,
  type PlanRefusal,
  type PlanRequest,
  type Traffic,
} from "./plan/plan.ts";
export { planNetwork, planWithProof } from "./plan/plan-network.ts";
export type { PlanQuality, ProvedPlan } from "./plan/plan-quality.ts";
export { topologyResources } from "./plan/resources.ts";
