import { err, ok, type Result } from "neverthrow";
import { isName, NAME_RULE, NAME_WITHOUT_COLON, NAME_WITHOUT_COLON_RULE } from "./name.ts";

/** A network interface of a host, before it is known where it meets the fabric. */
export interface HostPort {
  readonly host: string;
  readonly nic: string;
}

/**
 * Reads `"host:nic"`, split at the last colon, or an object with `host` and `nic`. A host may hold
 * colons (an IPv6 address), a nic may not; neither may be empty, hold white space or be longer than
 * 255 characters. The error says what is wrong with `value`.
 */
export function parseHostPort(value: unknown): Result<HostPort, string> {
  if (typeof value === "string") return parseText(value);
  if (typeof value === "object" && value !== null && "host" in value && "nic" in value) {
    return checked(value.host, value.nic);
  }
  return err('must be text such as "host:nic" or an object with host and nic');
}

/** Writes a host port as `host:nic`, the text that {@link parseHostPort} reads. */
export function formatHostPort(hostPort: HostPort): string {
  return `${hostPort.host}:${hostPort.nic}`;
}

function parseText(text: string): Result<HostPort, string> {
  const colon = text.lastIndexOf(":");
  if (colon === -1) return err('must have a colon between host and nic, as in "host:nic"');
  return checked(text.slice(0, colon), text.slice(colon + 1));
}

function checked(host: unknown, nic: unknown): Result<HostPort, string> {
  if (!isName(host)) return err(`host ${NAME_RULE}`);
  if (!isName(nic, NAME_WITHOUT_COLON)) return err(`nic ${NAME_WITHOUT_COLON_RULE}`);
  return ok({ host, nic });
}
