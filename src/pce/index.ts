export { edgeLoad, type Side } from "./edge-load.ts";
export { claimOf, pruneTree, reload } from "./edit-plan.ts";
export {
  allLinksUp,
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
} from "./plan.ts";
export { planNetwork } from "./plan-network.ts";
export { topologyResources } from "./resources.ts";
