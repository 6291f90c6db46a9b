import type { SwitchProfile } from "../../src/drivers/openflow/compile/switch-profile.ts";
import { type OfVersion, OPENFLOW_1_0 } from "../../src/drivers/openflow/wire/version.ts";
import { groupFeatures, meterFeatures } from "../../src/testing/datapath/features.ts";

/** What a capable switch of this version says of itself. */
export function profileOf(version: OfVersion): SwitchProfile {
  const isNewer = version !== OPENFLOW_1_0;
  const known = {
    version,
    tables: 254,
    capabilities: 0x4f,
    learns: isNewer,
    bundles: isNewer,
  };
  return version === OPENFLOW_1_0
    ? known
    : { ...known, groups: groupFeatures, meters: meterFeatures };
}
