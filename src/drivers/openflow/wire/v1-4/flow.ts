// Flow entries, OpenFlow 1.4.1 §7.3.4.2.
import { u16 } from "../kit/scalars.ts";
import { withDefault } from "../kit/struct.ts";
import type { ImportancePlace } from "../v1-3/flow.ts";

/** Which entries are evicted last (§7.3.4.2). */
export const importance: ImportancePlace = { importance: withDefault(u16, 0) };
