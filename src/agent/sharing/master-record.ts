import * as v from "valibot";
import type { Charge } from "./charges.ts";
import type { StoreView } from "./store-view.ts";

/** What the keys begin with that say who is the master of a charge, which follows. */
export const MASTER = "master/";

/** Who the master of a charge is, and whether it is in service with it. */
export interface MasterRecord {
  readonly agent: string;
  readonly up: boolean;
}

const schema: v.GenericSchema<unknown, MasterRecord> = v.object({
  agent: v.string(),
  up: v.boolean(),
});

export function masterKey(charge: Charge): string {
  return `${MASTER}${charge}`;
}

/** The charge of a key that begins with {@link MASTER}. */
export function chargeIn(key: string): Charge {
  return key.slice(MASTER.length) as Charge;
}

/** The master of a charge; undefined while it is nobody's. */
export function masterOf(view: StoreView, charge: Charge): MasterRecord | undefined {
  const record = v.safeParse(schema, view.get(masterKey(charge))?.value);
  return record.success ? record.output : undefined;
}
