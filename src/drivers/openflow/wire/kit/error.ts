import type { ErrorCode, ErrorKind, ErrorMessage } from "../error.ts";
import type { Codec } from "./codec.ts";
import { rest, u16, u32 } from "./scalars.ts";
import { unencodable } from "./unencodable.ts";

const KIND_EXPERIMENTER = 0xffff;

/** Kinds of failure and their codes; the number of each is its place in its list. */
export type ErrorNames = readonly (readonly [ErrorKind, readonly ErrorCode[]])[];

/** The body of an error message: kind u16, code u16, data. */
export function errorBody(names: ErrorNames): Codec<ErrorMessage> {
  return {
    read(reader) {
      const kind = u16.read(reader);
      const code = u16.read(reader);
      if (kind === KIND_EXPERIMENTER) {
        const experimenter = u32.read(reader);
        return { type: "error", kind: "experimenter", code, experimenter, data: rest.read(reader) };
      }
      const [kindName, codeNames] = names[kind] ?? [kind, []];
      const data = rest.read(reader);
      return { type: "error", kind: kindName, code: codeNames[code] ?? code, data };
    },
    write(writer, message) {
      if (message.kind === "experimenter") {
        u16.write(writer, KIND_EXPERIMENTER);
        u16.write(writer, message.code);
        u32.write(writer, message.experimenter);
      } else {
        const kind = placeOf(
          message.kind,
          names.map(([name]) => name),
        );
        u16.write(writer, kind);
        u16.write(writer, placeOf(message.code, names[kind]?.[1] ?? []));
      }
      rest.write(writer, message.data);
    },
  };
}

function placeOf<Name extends string>(name: Name | number, names: readonly Name[]): number {
  if (typeof name === "number") return name;
  const place = names.indexOf(name);
  return place < 0 ? unencodable(`this version of OpenFlow has no error ${name} here`) : place;
}
