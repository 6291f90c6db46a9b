import { err, ok, type Result } from "neverthrow";
import type { XmlContent, XmlElement } from "./element.ts";
import { XmlFailure, type XmlFault } from "./fault.ts";

/** Both directions of one XML type, so that they cannot drift apart. Names belong to who uses it. */
export interface XmlCodec<T> {
  /** Throws an {@link XmlFailure}; callers from outside use {@link decodeXml}. */
  read(element: XmlContent): T;
  write(value: T): XmlContent;
}

/** Reads an element whose name has been looked at already. */
export function decodeXml<T>(codec: XmlCodec<T>, element: XmlElement): Result<T, XmlFault> {
  return attemptXml(() => codec.read(element));
}

/** Runs a read and gives its failure as a value. */
export function attemptXml<T>(read: () => T): Result<T, XmlFault> {
  try {
    return ok(read());
  } catch (error) {
    if (!(error instanceof XmlFailure)) throw error;
    return err({ type: "unexpected-xml", path: error.path, message: error.message });
  }
}

/** Reads what stands under `name`, so that a failure names the way to it. */
export function readUnder<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof XmlFailure)) throw error;
    throw new XmlFailure([name, ...error.path], error.message);
  }
}

/** The element `name` with what `codec` makes of `value`. */
export function elementOf<T>(
  namespace: string,
  name: string,
  codec: XmlCodec<T>,
  value: T,
): XmlElement {
  return { namespace, name, ...codec.write(value) };
}

/** Reads an element under its own name. */
export function readElement<T>(element: XmlElement, codec: XmlCodec<T>): T {
  return readUnder(element.name, () => codec.read(element));
}
