import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { loadVectors } from "../vectors/vector.ts";

/** Messages of our own making, one a line in hexadecimal digits; what once failed stays here. */
const corpusFolder = resolve(import.meta.dirname, "../../test/drivers/openflow/wire/corpus");

/** The messages to start from: our own, and those of a folder of vectors when one is given. */
export function seedMessages(vectorFolder?: string): readonly Uint8Array[] {
  const vectors =
    vectorFolder === undefined ? [] : loadVectors(vectorFolder).map(({ hex }) => bytesOf(hex));
  return [...ownMessages(), ...vectors];
}

/** The messages that the repository keeps. */
export function ownMessages(): readonly Uint8Array[] {
  return readdirSync(corpusFolder)
    .toSorted()
    .flatMap((name) => readFileSync(join(corpusFolder, name), "utf8").trim().split("\n"))
    .map(bytesOf);
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, "hex"));
}
