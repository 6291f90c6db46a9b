import type { OxmFieldName, OxmId } from "../../drivers/openflow/wire/match.ts";
import type {
  LearnField,
  LearnSpec,
  NiciraLearn,
} from "../../drivers/openflow/wire/nicira/action.ts";

/** A specification that the switch carries out: bits of one field, compared or loaded with others. */
export interface FieldSpec extends LearnSpec {
  readonly source: LearnField;
  readonly destination: LearnField & { readonly use: "match" | "load" };
}

/** The bits of a field that has a name. */
export function fieldName(field: OxmId): OxmFieldName | undefined {
  return field.field === "unknown" ? undefined : field.field;
}

/** Whether the switch can carry it out: it knows what networks need of `learn`, and no more. */
export function isLearnable({ specs, flags }: NiciraLearn): boolean {
  return flags === 0 && specs.every(isFieldSpec);
}

/** Whether it is one that {@link isLearnable} allows. */
export function isFieldSpec(spec: LearnSpec): spec is FieldSpec {
  const { source, destination } = spec;
  if (source.type !== "field" || destination.type !== "field") return false;
  const to = fieldName(destination.field) ?? "";
  return (
    sources.has(fieldName(source.field) ?? "") &&
    (destination.use === "match" ? matched : loaded).has(to)
  );
}

const sources = new Set<string>([
  "metadata",
  "nxm_of_eth_src",
  "nxm_of_in_port",
  "nxm_of_vlan_tci",
]);
const matched = new Set<string>(["metadata", "nxm_of_eth_dst"]);
const loaded = new Set<string>(["nxm_nx_reg0", "nxm_nx_reg1"]);
