import type { Dice } from "./dice.ts";
import type { Expectations } from "./expectations.ts";
import type { Scenario } from "./scenario.ts";
import type { World } from "./world.ts";

/** What those who make a history have in common. */
export interface HistoryContext {
  readonly world: World;
  readonly scenario: Scenario;
  readonly dice: Dice;
  readonly expectations: Expectations;
  /** Adds a line to the log. */
  readonly note: (what: string) => void;
}
