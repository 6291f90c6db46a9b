import * as v from "valibot";
import type { DriverCause } from "../../model/errors.ts";
import {
  type DomainId,
  domainId,
  type NetworkNumber,
  type NodeId,
  nodeId,
  type PortRef,
  portRef,
} from "../../model/ids.ts";
import type { VlanSet } from "../../model/vlan-set.ts";
import type { JsonValue } from "../../store/store.ts";
import { causeSchema, vlanSetSchema } from "./cause-json.ts";
import type { StoreView } from "./store-view.ts";

/** What the keys of steps begin with: in which state a domain is to be for a network. */
export const STEP = "step/";
/** What the keys begin with under which masters say what they have done of a step. */
export const DONE = "done/";

/** In which state a domain is to be, and the revision at which that was said. */
export interface Step {
  readonly state: string;
  /**
   * There when the domain is only to keep room for what that state needs, and to be as it was
   * otherwise: the labels that the network could have at a port.
   */
  readonly hold?: ReadonlyMap<PortRef, VlanSet>;
  readonly revision: number;
}

/** A step as it is written. */
export function stepJson({ state, hold }: Omit<Step, "revision">): JsonValue {
  if (hold === undefined) return { state };
  return { state, hold: Object.fromEntries([...hold].map(([at, vlans]) => [at, String(vlans)])) };
}

/** What a master says of its nodes. */
export interface Done {
  /** The revision of the step. */
  readonly step: number;
  /** Those that hold what the step asks for. */
  readonly nodes: readonly NodeId[];
  /** Why others do not, and will not. */
  readonly causes: readonly DriverCause[];
}

export function stepKey(number: NetworkNumber, domain: DomainId): string {
  return `${STEP}${number}/${domain}`;
}

/** Names of agents have no slash in them; those of domains may. */
export function doneKey(number: NetworkNumber, domain: DomainId, agent: string): string {
  return `${DONE}${number}/${agent}/${domain}`;
}

/** The number of the network in a key that has it as its second word. */
export function numberIn(key: string): number {
  return Number(key.split("/", 2)[1]);
}

const offers = v.pipe(
  v.record(v.string(), vlanSetSchema),
  v.transform((by) => new Map(Object.entries(by).map(([at, vlans]) => [portRef(at), vlans]))),
);
const stepSchema = v.object({ state: v.string(), hold: v.exactOptional(offers) });

/** The steps of a network, by domain. */
export function stepsOf(view: StoreView, number: NetworkNumber): ReadonlyMap<DomainId, Step> {
  const prefix = `${STEP}${number}/`;
  return new Map(
    view.under(prefix).flatMap(({ key, value, revision }) => {
      const parsed = v.safeParse(stepSchema, value);
      const step = parsed.success ? parsed.output : { state: UNREADABLE };
      return [[domainId(key.slice(prefix.length)), { ...step, revision }] as const];
    }),
  );
}

/** A state that no domain can be in. */
const UNREADABLE = "?";

const node = v.pipe(v.string(), v.transform(nodeId));

const doneSchema = v.object({
  step: v.number(),
  nodes: v.array(node),
  causes: v.array(causeSchema),
});

/** What an agent has said of a step; undefined when it has said nothing of it. */
export function doneOf(
  view: StoreView,
  at: { readonly number: NetworkNumber; readonly domain: DomainId; readonly step: number },
  agent: string,
): Done | undefined {
  const record = view.get(doneKey(at.number, at.domain, agent));
  const parsed = v.safeParse(doneSchema, record?.value);
  return parsed.success && parsed.output.step === at.step ? parsed.output : undefined;
}
