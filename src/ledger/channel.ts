import type { Brand } from "../model/brand.ts";
import type { LinkId, PortRef } from "../model/ids.ts";

/** One direction of a link or of an edge port: what bandwidth is promised on. */
export type Channel = Brand<string, "Channel">;

/** A link or an edge port: where a VLAN, or the lack of a tag, belongs to one network at a time. */
export type LabelSpace = Brand<string, "LabelSpace">;

/** A direction of a link; `forward` runs from `a` to `b`. */
export type LinkDirection = "forward" | "backward";

/** A direction of an edge port: `in` from the host into the fabric, `out` to the host. */
export type PortDirection = "in" | "out";

export const linkChannel = (link: LinkId, direction: LinkDirection): Channel =>
  `link ${link} ${direction}` as Channel;

export const portChannel = (port: PortRef, direction: PortDirection): Channel =>
  `port ${port} ${direction}` as Channel;

/** The other direction of the same link or port. */
export function reverseOf(channel: Channel): Channel {
  const space = channel.lastIndexOf(" ") + 1;
  return (channel.slice(0, space) + REVERSES[channel.slice(space)]) as Channel;
}

const REVERSES: Readonly<Record<string, string>> = {
  ...{ forward: "backward", backward: "forward" },
  ...{ in: "out", out: "in" },
} satisfies Record<LinkDirection | PortDirection, LinkDirection | PortDirection>;

/** Whether the channel is a direction of an edge port, not of a link. */
export const isPortChannel = (channel: Channel): boolean => channel.startsWith("port ");

export const linkLabels = (link: LinkId): LabelSpace => `link ${link}` as LabelSpace;

export const portLabels = (port: PortRef): LabelSpace => `port ${port}` as LabelSpace;

/** The id of the link that the channel is a direction of; `undefined` for an edge port's. */
export function linkOfChannel(channel: string): string | undefined {
  if (!channel.startsWith(LINK)) return undefined;
  return channel.slice(LINK.length, channel.lastIndexOf(" "));
}

/** The id of the link whose labels these are; `undefined` for an edge port's. */
export function linkOfLabels(space: string): string | undefined {
  return space.startsWith(LINK) ? space.slice(LINK.length) : undefined;
}

/** The edge port that the channel is a direction of; `undefined` for a link's. */
export function portOfChannel(channel: string): string | undefined {
  if (!channel.startsWith(PORT)) return undefined;
  return channel.slice(PORT.length, channel.lastIndexOf(" "));
}

/** The edge port whose labels these are; `undefined` for a link's. */
export function portOfLabels(space: string): string | undefined {
  return space.startsWith(PORT) ? space.slice(PORT.length) : undefined;
}

const LINK = "link ";
const PORT = "port ";
