// Ports, OpenFlow 1.5.1 §7.2.1.2.
import type { MatchCodecs } from "../kit/match.ts";
import { u32 } from "../kit/scalars.ts";
import { list } from "../kit/struct.ts";
import { type Variant, variant } from "../kit/union.ts";
import type { PortProperty } from "../port.ts";
import { portProperties as properties14 } from "../v1-4/port.ts";

/** What a port is besides. */
export function portProperties({ fieldId }: MatchCodecs): readonly Variant<PortProperty>[] {
  return [
    ...properties14,
    variant(2, "pipeline-input", { fields: list(fieldId) }),
    variant(3, "pipeline-output", { fields: list(fieldId) }),
    variant(4, "recirculate", { ports: list(u32) }),
  ];
}
