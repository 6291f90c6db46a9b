import { FRAMEWORK_TYPES, nsiPrefixes } from "../../drivers/oscars/nsi/names.ts";
import type { XmlElement } from "../../drivers/oscars/xml/element.ts";
import { readXml } from "../../drivers/oscars/xml/read-xml.ts";
import { parseDateTime, writeDateTime } from "../../drivers/oscars/xml/scalars.ts";
import { writeXml } from "../../drivers/oscars/xml/write-xml.ts";
import type { NsiQuirks } from "./nsi-options.ts";

const OFFSET_MS = -8 * 3_600_000;
const OFFSET = "-08:00";
const TIMES: ReadonlySet<string> = new Set(["startTime", "endTime", "timeStamp"]);

/** A message as a provider writes it that has names, times and spelling of its own. */
export function accented(text: string, quirks: NsiQuirks): string {
  const { faults, localTimes, misspellsState } = quirks;
  if (faults !== "framework" && localTimes !== true && misspellsState !== true) return text;
  return readXml(text)
    .map((root) => writeXml(rewritten(root, quirks), nsiPrefixes))
    .unwrapOr(text);
}

function rewritten(element: XmlElement, quirks: NsiQuirks): XmlElement {
  const { name, text, namespace } = element;
  const isException = name === "serviceException" && quirks.faults === "framework";
  return {
    ...element,
    namespace: isException && namespace !== "" ? FRAMEWORK_TYPES : namespace,
    text: wordOf(name, text, quirks),
    children: element.children.map((child) => rewritten(child, quirks)),
  };
}

function wordOf(name: string, text: string, { localTimes, misspellsState }: NsiQuirks): string {
  if (localTimes === true && TIMES.has(name) && text !== "")
    return localTime(parseDateTime(text) ?? 0);
  if (misspellsState === true && name === "reservationState")
    return text.replace("ReserveCommitting", "ReserveComitting");
  return text;
}

function localTime(instant: number): string {
  return writeDateTime(instant + OFFSET_MS).replace(/(\.\d+)?Z$/, (_, ms = ".000") => ms + OFFSET);
}
