import type { ErrorCode, ErrorKind, ErrorMessage } from "../error.ts";
import { experimenterId } from "../experimenter-id.ts";
import type { Codec } from "./codec.ts";
import { rest, u16, u32 } from "./scalars.ts";
import { unencodable } from "./unencodable.ts";
import type { Writer } from "./writer.ts";

const KIND_EXPERIMENTER = 0xffff;

/** Kinds of failure and their codes; the number of each is its place in its list. */
export type ErrorNames = readonly (readonly [ErrorKind, readonly (ErrorCode | undefined)[]])[];

/** A failure that ONF extensions numbered before a later version did. */
export interface OnfError {
  readonly number: number;
  readonly kind: ErrorKind;
  readonly code: ErrorCode;
}

/** The body of an error message: kind u16, code u16, data. */
export function errorBody(
  names: ErrorNames,
  onfErrors: readonly OnfError[] = [],
): Codec<ErrorMessage> {
  return {
    read(reader) {
      const kind = u16.read(reader);
      const code = u16.read(reader);
      if (kind === KIND_EXPERIMENTER) {
        const experimenter = u32.read(reader);
        const data = rest.read(reader);
        const known = onfErrors.find(({ number }) => number === code);
        return known !== undefined && experimenter === experimenterId.onf
          ? { type: "error", kind: known.kind, code: known.code, data }
          : { type: "error", kind: "experimenter", code, experimenter, data };
      }
      const [kindName, codeNames] = names[kind] ?? [kind, []];
      const data = rest.read(reader);
      return { type: "error", kind: kindName, code: codeNames[code] ?? code, data };
    },
    write(writer, message) {
      const { kind, code, data } = message;
      const onf = onfErrors.find((each) => each.kind === kind && each.code === code);
      if (onf !== undefined) writeForeign(writer, onf.number, experimenterId.onf);
      else if (message.kind === "experimenter") {
        writeForeign(writer, message.code, message.experimenter);
      } else {
        const place = placeOf(
          message.kind,
          names.map(([name]) => name),
        );
        u16.write(writer, place);
        u16.write(writer, placeOf(message.code, names[place]?.[1] ?? []));
      }
      rest.write(writer, data);
    },
  };
}

function writeForeign(writer: Writer, code: number, experimenter: number): void {
  u16.write(writer, KIND_EXPERIMENTER);
  u16.write(writer, code);
  u32.write(writer, experimenter);
}

function placeOf<Name extends string>(
  name: Name | number,
  names: readonly (Name | undefined)[],
): number {
  if (typeof name === "number") return name;
  const place = names.indexOf(name);
  return place < 0 ? unencodable(`this version of OpenFlow has no error ${name} here`) : place;
}
