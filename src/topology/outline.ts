import * as v from "valibot";

/**
 * The texts and numbers of a document by which its parts refer to each other, as far as they can be
 * read: what is faulty in itself is absent, so that everything else can still be checked. Every
 * {@link CheckedDocument} is one.
 */
export interface Outline {
  readonly domains: readonly { readonly id?: Id; readonly driver?: Id }[];
  readonly nodes: readonly OutlineNode[];
  readonly links: readonly OutlineLink[];
  readonly hosts: readonly OutlineHost[];
}

export interface OutlineNode {
  readonly id?: Id;
  readonly domain?: Id;
  readonly datapathId?: Id;
  readonly vlanTranslation?: boolean | undefined;
  readonly ports: readonly OutlinePort[];
}

export interface OutlinePort {
  readonly id?: Id;
  readonly ofPort?: number | undefined;
  readonly name?: Id;
}

export interface OutlineLink {
  readonly id?: Id;
  readonly a?: Id;
  readonly b?: Id;
  readonly vlans?: unknown;
  readonly labels?: unknown;
  readonly enabled?: boolean | undefined;
}

export interface OutlineHost {
  readonly host?: Id;
  readonly nic?: Id;
  readonly port?: Id;
}

type Id = string | undefined;

/** Reads what can be read of a document with faults. */
export function readOutline(document: unknown): Outline {
  return v.parse(outline, document);
}

const text = v.fallback(v.optional(v.string()), undefined);
const number = v.fallback(v.optional(v.number()), undefined);
const ports = listOf(v.object({ id: text, ofPort: number, name: text }), {});
const flag = v.fallback(v.optional(v.boolean()), undefined);
const anything = v.optional(v.unknown());
const node = v.object({ id: text, domain: text, datapathId: text, vlanTranslation: flag, ports });
const link = v.object({
  id: text,
  a: text,
  b: text,
  vlans: anything,
  labels: anything,
  enabled: flag,
});
const outline = v.fallback(
  v.object({
    domains: listOf(v.object({ id: text, driver: text }), {}),
    nodes: listOf(node, { ports: [] }),
    links: listOf(link, {}),
    hosts: listOf(v.object({ host: text, nic: text, port: text }), {}),
  }),
  { domains: [], nodes: [], links: [], hosts: [] },
);

function listOf<Output>(item: v.GenericSchema<unknown, Output>, none: Output) {
  return v.fallback(v.array(v.fallback(item, none)), []);
}
