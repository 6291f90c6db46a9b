/** The longest name, in UTF-16 code units. */
export const MAX_NAME_LENGTH = 255;

/** What names consist of: anything but white space and control characters. */
export const NAME: RegExp = /^[^\s\p{Cc}]+$/u;

/** The rule for names, to be put after the name of what breaks it. */
export const NAME_RULE: string = `must be 1 to ${MAX_NAME_LENGTH} characters without white space`;

/** Whether `value` can name a host, a node, a link and so on. */
export function isName(value: unknown): value is string {
  return typeof value === "string" && value.length <= MAX_NAME_LENGTH && NAME.test(value);
}
