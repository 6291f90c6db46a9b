export { type EditQuery, editPlan, type FreshOptimum, type PlanEdit } from "./change/edit.ts";
export type { Failure, FailureKinds } from "./change/failure.ts";
export {
  type Backup,
  claimOfProtected,
  type ProtectedPlan,
  type ProtectQuery,
  planProtected,
  type Unprotectable,
} from "./change/protect.ts";
export type { SharedLink } from "./change/reservation.ts";
export { explainRefusal } from "./explain/explain-refusal.ts";
export type { LinkCost } from "./graph/link-cost.ts";
export type { Budget } from "./plan/budget.ts";
export { edgeLoad, type Side } from "./plan/edge-load.ts";
export { claimOf, pruneTree, reload } from "./plan/edit-plan.ts";
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
export { planNetwork } from "./plan/plan-network.ts";
export { topologyResources } from "./plan/resources.ts";
