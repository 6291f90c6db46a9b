import type { FeatureId } from "../table.ts";
import type { Codec } from "./codec.ts";
import { rest, u32 } from "./scalars.ts";
import { tlv } from "./tlv.ts";
import { Union, variant } from "./union.ts";

const EXPERIMENTER = 0xffff;

/** The number and the name of an action or an instruction. */
export interface Numbered<Type extends string> {
  readonly code: number;
  readonly type: Type;
}

/** The type and length of an action or an instruction without its arguments (1.3.5 §7.3.5.5.2). */
export function featureId<Type extends string>(
  named: readonly Numbered<Type>[],
): Codec<FeatureId<Type>> {
  const plain = named.map(({ code, type }) => variant(code, type, {}));
  const experimenter = variant(EXPERIMENTER, "experimenter", { experimenter: u32, data: rest });
  return tlv(new Union<FeatureId<Type>>([...plain, experimenter]), "none");
}
