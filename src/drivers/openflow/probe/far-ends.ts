import type { DomainView } from "../../../model/domain-view.ts";
import type { LinkId, PortRef } from "../../../model/ids.ts";

/** By port: the port at the other end of its link, and the link. */
export type FarEnds = ReadonlyMap<PortRef, { readonly port: PortRef; readonly link: LinkId }>;

/** The other port of the link at each port, for links whose both ends are in the domain. */
export function farEnds({ nodes }: DomainView): FarEnds {
  const byLink = new Map<LinkId, PortRef[]>();
  for (const { ref, link } of nodes.flatMap(({ ports }) => ports)) {
    if (link !== undefined) byLink.set(link, [...(byLink.get(link) ?? []), ref]);
  }
  return new Map(
    [...byLink].flatMap(([link, [a, b]]) =>
      a === undefined || b === undefined
        ? []
        : [
            [a, { port: b, link }],
            [b, { port: a, link }],
          ],
    ),
  );
}
