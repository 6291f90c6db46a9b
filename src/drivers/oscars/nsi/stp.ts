import { err, ok, type Result } from "neverthrow";
import { VlanSet } from "../../../model/vlan-set.ts";

/**
 * A service termination point: `urn:ogf:network:…` of a port, and the VLANs that may be, or are, its
 * label (GFD.206, GFD.212 §5.3). No label at all says that the port is used untagged, or that any
 * will do, as the provider likes.
 */
export interface Stp {
  /** Without the label. */
  readonly port: string;
  readonly vlans?: VlanSet;
}

/** Reads an STP; the error says what is wrong with it. */
export function parseStp(text: string): Result<Stp, string> {
  const [port = "", label, more] = text.trim().split("?");
  if (!port.startsWith("urn:ogf:network:")) return err(`no STP: ${text}`);
  if (more !== undefined) return err(`more than one label in ${text}`);
  if (label === undefined) return ok({ port });
  const [name, values = ""] = label.split("=");
  if (name !== "vlan") return err(`the label of ${text} is not a VLAN`);
  return VlanSet.parse(values)
    .map((vlans) => ({ port, vlans }))
    .mapErr(() => `${values} in ${text} are no VLAN IDs`);
}

/** Writes an STP. */
export function formatStp({ port, vlans }: Stp): string {
  return vlans === undefined ? port : `${port}?vlan=${vlans.toString()}`;
}
