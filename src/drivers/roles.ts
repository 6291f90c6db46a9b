import type { SegmentId } from "../model/ids.ts";

/**
 * Who an agent is to a node that several agents share: alone (`equal`), the one that changes it
 * (`master`), or one that only looks on (`slave`).
 *
 * `generation` is from 0 to 2^63 - 1 and grows with every claim of whoever gives mastership away. A
 * node refuses a claim that is older than one it has heard of, and the writes of a master after
 * another one's claim: who has lost mastership without noticing can do no harm.
 */
export type NodeRole =
  | { readonly role: "equal" }
  | { readonly role: "master"; readonly generation: bigint }
  | { readonly role: "slave" };

/**
 * Who an agent is to a domain that several agents share and that knows no generations: the one that
 * asks it to change things, or one that only looks on. Nobody there fences a late master off; so it
 * has to ask itself right before each request.
 */
export type DomainRole =
  | {
      readonly role: "master";
      /** Whether the claim still stands, as far as whoever made it can know. */
      readonly stands: () => boolean;
      /** Segments that are just being changed: nobody has been promised yet that they are as wanted. */
      readonly unsettled: ReadonlySet<SegmentId>;
      /** Segments for which an earlier master may have had something held that is not listed. */
      readonly doubtful: ReadonlySet<SegmentId>;
    }
  | { readonly role: "slave" };
