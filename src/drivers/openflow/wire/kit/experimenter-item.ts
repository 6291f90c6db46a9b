import type { ExperimenterItem, UnknownItem } from "../action.ts";
import type { Codec } from "./codec.ts";
import { rest, u32 } from "./scalars.ts";
import { tlv } from "./tlv.ts";
import { Union, type Variant, variant } from "./union.ts";

/** What an organisation outside the standard defined, where only its id has a place of its own. */
export const experimenterItem: Variant<ExperimenterItem> = variant(0xffff, "experimenter", {
  experimenter: u32,
  data: rest,
});

/** A property of which the standard defines none (OpenFlow 1.4.1 §7.2.2). */
export const foreignProperty: Codec<ExperimenterItem | UnknownItem> = tlv(
  new Union([experimenterItem]),
  "outside",
);
