import { writeNsaDescription } from "../drivers/oscars/nsi/discovery.ts";
import { PROVIDER_VERSION } from "../drivers/oscars/nsi/names.ts";
import { writeNmlTopology } from "../drivers/oscars/nsi/nml.ts";
import type { NsiProviderOptions } from "./options.ts";
import type { OfferedStp } from "./stps.ts";

/** What a provider's documents say, and since when that has been so, milliseconds since the epoch. */
export interface Described {
  readonly options: Pick<NsiProviderOptions, "nsa" | "networkId" | "url">;
  readonly offered: ReadonlyMap<string, OfferedStp>;
  readonly since: number;
}

/** How the agent presents itself (GFD.220): at `url` with `/discovery`. */
export function discoveryDocument({ options, since }: Described): string {
  const { nsa, networkId, url } = options;
  return writeNsaDescription({
    id: nsa,
    version: since,
    softwareVersion: "DCNS",
    startTime: since,
    networkId: [networkId],
    interface: [
      { type: PROVIDER_VERSION, href: url },
      { type: "application/vnd.ogf.nsi.topology.v2+xml", href: `${url}/topology` },
    ],
    feature: [{ type: "vnd.ogf.nsi.cs.v2.role.uPA", value: "" }],
    peersWith: [],
  });
}

/** Where connections may end, in NML (GFD.206): at `url` with `/topology`. */
export function topologyDocument({ options, offered, since }: Described): string {
  const ports = [...offered.values()].map(({ stp, name, vlans }) => {
    const labels = vlans === undefined ? {} : { vlans: vlans.toString() };
    return {
      id: stp,
      name,
      inbound: { id: `${stp}-in`, ...labels },
      outbound: { id: `${stp}-out`, ...labels },
    };
  });
  return writeNmlTopology({ id: options.networkId, ports, labelSwapping: true }, since);
}
