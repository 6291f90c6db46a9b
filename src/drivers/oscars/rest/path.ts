import * as v from "valibot";
import { type JsonSchema, listOf, nullish } from "./json.ts";
import { type TimeInterval, timeInterval } from "./port.ts";

/** Asks for a path between two devices. Mbit/s. */
export interface PathRequest {
  readonly interval: TimeInterval;
  readonly a: string;
  readonly z: string;
  readonly azBw: number;
  readonly zaBw: number;
  /** Hops in order, `a` first and `z` last; both must be there. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

export const pathRequest: JsonSchema<PathRequest> = v.object({
  interval: timeInterval,
  a: v.string(),
  z: v.string(),
  azBw: v.number(),
  zaBw: v.number(),
  include: v.array(v.string()),
  exclude: listOf(v.string()),
});

/** Devices and ports in order; Mbit/s. */
export interface Path {
  readonly cost: number;
  readonly azEro: readonly string[];
  readonly zaEro: readonly string[];
  readonly azAvailable: number;
  readonly zaAvailable: number;
}

/** The best paths in several ways; none where nothing fits. */
export interface PathAnswer {
  readonly evaluated: number;
  readonly shortest?: Path | undefined;
  readonly leastHops?: Path | undefined;
  readonly fits?: Path | undefined;
  readonly widestSum?: Path | undefined;
  readonly widestAZ?: Path | undefined;
  readonly widestZA?: Path | undefined;
}

const ero: JsonSchema<readonly string[]> = v.pipe(
  v.array(v.object({ urn: v.string() })),
  v.transform((hops) => hops.map(({ urn }) => urn)),
);

const path: JsonSchema<Path | undefined> = nullish(
  v.object({
    cost: v.number(),
    azEro: ero,
    zaEro: ero,
    azAvailable: v.number(),
    zaAvailable: v.number(),
  }),
);

export const pathAnswer: JsonSchema<PathAnswer> = v.object({
  evaluated: v.number(),
  shortest: path,
  leastHops: path,
  fits: path,
  widestSum: path,
  widestAZ: path,
  widestZA: path,
});
