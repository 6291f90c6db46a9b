import type { XmlCodec } from "./codec.ts";
import { XmlFailure } from "./fault.ts";

/** A value that is text in the document: of an element without children, or of an attribute. */
export interface Scalar<T> extends XmlCodec<T> {
  parse(text: string): T;
  format(value: T): string;
}

/** A scalar from its two directions; `parse` gives `undefined` for what is not `what`. */
export function scalar<T>(
  what: string,
  parse: (text: string) => T | undefined,
  format: (value: T) => string,
): Scalar<T> {
  const parseOrFail = (text: string): T => {
    const value = parse(text);
    if (value === undefined) throw new XmlFailure([], `${what} expected, not "${shortened(text)}"`);
    return value;
  };
  return {
    parse: parseOrFail,
    format,
    read(element) {
      if (element.children.length > 0) throw new XmlFailure([], `${what} expected, not elements`);
      return parseOrFail(element.text);
    },
    write: (value) => ({ attributes: [], children: [], text: format(value) }),
  };
}

const SHOWN_CHARACTERS = 60;

function shortened(text: string): string {
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

/** `xsd:string`, as it stands. */
export const text: Scalar<string> = scalar(
  "text",
  (value) => value,
  (value) => value,
);

/** `xsd:string` and `xsd:anyURI` where white space around the value is an accident. */
export const token: Scalar<string> = scalar(
  "text",
  (value) => value.trim(),
  (value) => value,
);

/** `xsd:int` and `xsd:long`, as far as a number holds them exactly. */
export const integer: Scalar<number> = scalar(
  "a whole number",
  (value) => {
    const number = /^\s*[+-]?\d+\s*$/.test(value) ? Number(value) : Number.NaN;
    return Number.isSafeInteger(number) ? number : undefined;
  },
  (value) => String(value),
);

/** `xsd:boolean`. */
export const boolean: Scalar<boolean> = scalar(
  "true or false",
  (value) => booleans.get(value.trim()),
  (value) => String(value),
);

const booleans = new Map([
  ["true", true],
  ["1", true],
  ["false", false],
  ["0", false],
]);

/** `xsd:dateTime` with a zone, as milliseconds since the epoch; smaller parts of a second are cut. */
export const dateTime: Scalar<number> = scalar(
  "a date, time and zone",
  parseDateTime,
  writeDateTime,
);

const DATE_TIME = /^(\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** The instant that an `xsd:dateTime` with a zone names, if it is one. */
export function parseDateTime(value: string): number | undefined {
  const [, seconds, fraction = "", zone] = DATE_TIME.exec(value.trim()) ?? [];
  if (seconds === undefined || zone === undefined) return undefined;
  const instant = parseIso(`${seconds}${fraction.slice(0, 4)}${zone}`);
  return Number.isNaN(instant) ? undefined : instant;
}

function parseIso(value: string): number {
  // biome-ignore lint/style/noRestrictedGlobals: reads a text, no clock
  return Date.parse(value);
}

/** An instant as `xsd:dateTime` in UTC. */
export function writeDateTime(instant: number): string {
  // biome-ignore lint/style/noRestrictedGlobals: formats a given instant
  return new Date(instant).toISOString().replace(".000Z", "Z");
}

/** One of some words; `otherwise` for every other, which peers do send. */
export function word<const W extends string, const O extends string>(
  words: readonly W[],
  otherwise: O,
): Scalar<W | O> {
  return scalar<W | O>(
    "a word",
    (value) => words.find((each) => each === value.trim()) ?? otherwise,
    (value) => value,
  );
}

/** One of some words and nothing else. */
export function exactWord<const W extends string>(words: readonly W[]): Scalar<W> {
  return scalar<W>(
    words.join(" or "),
    (value) => words.find((each) => each === value.trim()),
    (value) => value,
  );
}
