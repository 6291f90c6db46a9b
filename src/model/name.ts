/** The longest name, in UTF-16 code units. */
export const MAX_NAME_LENGTH = 255;

/** What names consist of: anything but white space, control characters and halves of surrogate pairs. */
export const NAME: RegExp = /^[^\s\p{Cc}\p{Cs}]+$/u;

/** What names consist of that are followed, or preceded, by a colon where they are written. */
export const NAME_WITHOUT_COLON: RegExp = /^[^\s\p{Cc}\p{Cs}:]+$/u;

/** The rule for names, to be put after the name of what breaks it. */
export const NAME_RULE: string = `must be 1 to ${MAX_NAME_LENGTH} characters without white space`;

/** The rule for names without a colon, likewise. */
export const NAME_WITHOUT_COLON_RULE: string = `${NAME_RULE} or colons`;

/** Whether `value` can name a host, a node, a link and so on. */
export function isName(value: unknown, pattern: RegExp = NAME): value is string {
  return typeof value === "string" && value.length <= MAX_NAME_LENGTH && pattern.test(value);
}
