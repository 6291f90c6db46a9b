import { type Bandwidth, bandwidth } from "../model/bandwidth.ts";
import { VlanSet } from "../model/vlan-set.ts";
import { VniSet } from "../model/vni-set.ts";
import type { Channel, LabelSpace } from "./channel.ts";
import type { Pool } from "./pool.ts";
import type { UnitOf } from "./units.ts";

/** More than any wire has: the capacity, and the residual, of a channel without a bound. */
export const unlimited: Bandwidth = bandwidth(Number.MAX_SAFE_INTEGER);

/** What there is to promise. What it does not know has no capacity and no labels. */
export interface Resources {
  /** bit/s, or {@link unlimited}. */
  capacity(channel: Channel): Bandwidth;
  /** The VLANs that may be used there. Frames without a tag are a matter of ports alone. */
  labels(space: LabelSpace): VlanSet;
  /** A channel is promised in multiples of this, bit/s, and as much of its other direction; any amounts when absent. */
  readonly unit?: UnitOf;
  /** What a channel has in common with others, besides its own capacity; mostly nothing. */
  pools?(channel: Channel): readonly Pool[];
  /** The VNIs that may be used there; `undefined` where labels are VLANs, as they are everywhere by default. */
  vnis?(space: LabelSpace): VniSet | undefined;
}

/** There is always enough. */
export const boundless: Resources = {
  capacity: () => unlimited,
  labels: () => VlanSet.all,
  vnis: () => VniSet.all,
};
