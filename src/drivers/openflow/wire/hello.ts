import type { UnknownItem } from "./action.ts";

/** The first message each side sends (OpenFlow 1.3.5 §7.5.1). Its header holds the highest version. */
export interface Hello {
  readonly type: "hello";
  readonly elements: readonly HelloElement[];
}

/** What a hello carries; `malformed` keeps the bytes from the first element that has no valid length. */
export type HelloElement =
  /** Bit n of word k stands for version 32 k + n. */
  | { readonly type: "version-bitmap"; readonly bitmaps: readonly number[] }
  | UnknownItem
  | { readonly type: "malformed"; readonly data: Uint8Array };

/** A hello that offers these versions. */
export function helloFor(versions: readonly number[]): Hello {
  const bitmaps: number[] = new Array(1 + (Math.max(0, ...versions) >>> 5)).fill(0);
  for (const version of versions) {
    const word = version >>> 5;
    bitmaps[word] = ((bitmaps[word] ?? 0) | (1 << (version & 31))) >>> 0;
  }
  return { type: "hello", elements: [{ type: "version-bitmap", bitmaps }] };
}

/** The versions a hello offers, lowest first; undefined when it does not list them. */
export function offeredVersions(hello: Hello): readonly number[] | undefined {
  for (const element of hello.elements) {
    if (element.type !== "version-bitmap") continue;
    return element.bitmaps.flatMap((word, index) => bitsOf(word).map((bit) => 32 * index + bit));
  }
  return undefined;
}

function bitsOf(word: number): number[] {
  return Array.from({ length: 32 }, (_, bit) => bit).filter((bit) => (word >>> bit) & 1);
}
