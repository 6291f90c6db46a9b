import { match } from "ts-pattern";
import { formatBandwidth } from "./bandwidth.ts";
import type { DomainRefusal, DriverCause } from "./driver-cause.ts";
import type {
  Barrier,
  CutLink,
  Included,
  NoPath,
  NoPathReason,
  Remedies,
  Remedy,
  VlanUnavailable,
} from "./refusal.ts";

/** Says in one sentence why there is no plan, what would fit, and what would help. */
export function describeRefusal(refusal: NoPath | VlanUnavailable): string {
  const why =
    refusal.type === "no-path" ? `no path: ${noPathText(refusal.explanation)}` : vlanText(refusal);
  const help = refusal.remedies === undefined ? "" : `; ${remediesText(refusal.remedies)}`;
  return `${why}${help}${earlierRefusalsText(refusal.refusals)}`;
}

/** Says what domains had refused before, as the end of a sentence. */
export function earlierRefusalsText(refusals: readonly DomainRefusal[] = []): string {
  if (refusals.length === 0) return "";
  const text = ({ domain, causes }: DomainRefusal): string => `${domain} (${causesText(causes)})`;
  return `; refused before by ${listed(refusals, text)}`;
}

/** Says what went wrong at a driver. */
export function causesText(causes: readonly DriverCause[]): string {
  return causes
    .map(({ node, message }) => (node === undefined ? message : `${node}: ${message}`))
    .join("; ");
}

function noPathText(explanation: NoPathReason): string {
  return match(explanation)
    .with({ reason: "disconnected" }, disconnectedText)
    .with({ reason: "bandwidth" }, bandwidthText)
    .with(
      { reason: "port-bandwidth" },
      (e) =>
        `${e.hostPort} would need ${formatBandwidth(e.required)}, its port has ${formatBandwidth(e.residual)} free; at most ${formatBandwidth(e.largest)} ${fitsText(e)}`,
    )
    .with({ reason: "hops" }, (e) => `at most ${e.limit} hops wanted, ${takesText(e)} ${e.fewest}`)
    .with(
      { reason: "delay" },
      (e) => `at most ${e.limitMs} ms of delay wanted, ${takesText(e)} ${e.leastMs} ms`,
    )
    .with(
      { reason: "inclusion" },
      (e) => `no way passes ${e.elements.map(includedText).join(", ")}`,
    )
    .with(
      { reason: "branching" },
      (e) => `a network must not branch at nodes such as ${listed(e.nodes, (node) => node)}`,
    )
    .with({ reason: "protection" }, protectionText)
    .with(
      { reason: "transition" },
      (e) =>
        `old and new must have room for a moment: ${e.channel} would need ${formatBandwidth(e.required)} more and has ${formatBandwidth(e.residual)} free`,
    )
    .with({ reason: "search-limit" }, (e) => `the search gave up after ${e.limit} steps`)
    .exhaustive();
}

type ReasonOf<R extends NoPathReason["reason"]> = Extract<NoPathReason, { readonly reason: R }>;

function disconnectedText({ components, barriers }: ReasonOf<"disconnected">): string {
  const parts = components.map((hostPorts) => hostPorts.join(" ")).join(" | ");
  const remedy =
    barriers.length === 0
      ? ""
      : `; they would be, were it not for: ${listed(barriers, barrierText)}`;
  return `the endpoints are not connected: ${parts}${remedy}`;
}

function fitsText({ isProven }: { readonly isProven: boolean }): string {
  return isProven ? "would fit" : "was found to fit";
}

function takesText({ isProven }: { readonly isProven: boolean }): string {
  return isProven ? "it takes at least" : "what was found takes";
}

function protectionText(e: ReasonOf<"protection">): string {
  const shared = [...e.links, ...e.nodes, ...e.srlgs];
  const why =
    e.fixedLabels.length > 0
      ? `frames cannot be sent back at nodes that do not translate labels: ${listed(e.fixedLabels, (node) => node)}`
      : shared.length > 0
        ? `every way uses ${listed(shared, (one) => one)}`
        : "no two ways with labels and risks of their own were found";
  return `there is no second way to fail over to: ${why}`;
}

function bandwidthText(e: ReasonOf<"bandwidth">): string {
  const where = e.isSeparating ? "every way crosses" : "in the way";
  const most = `at most ${formatBandwidth(e.largest)} ${fitsText(e)}`;
  return `${formatBandwidth(e.required)} wanted, ${most}; ${where}: ${listed(e.cut, cutLinkText)}`;
}

function cutLinkText({ link, direction, residual, holders }: CutLink): string {
  const taken = listed(
    holders,
    ({ holder, bandwidth }) => `${formatBandwidth(bandwidth)} held by ${holder}`,
  );
  const free = `${formatBandwidth(residual)} free`;
  return `${link} (${direction}, ${taken === "" ? free : `${free}, ${taken}`})`;
}

function barrierText(barrier: Barrier): string {
  return match(barrier)
    .with({ type: "link-down" }, ({ link }) => `link ${link} is down`)
    .with({ type: "link-disabled" }, ({ link }) => `link ${link} is disabled`)
    .with({ type: "link-unpriced" }, ({ link }) => `link ${link} may not be had at any price`)
    .with({ type: "node-disabled" }, ({ node }) => `node ${node} is disabled`)
    .with({ type: "link-excluded" }, ({ link }) => `link ${link} is excluded`)
    .with({ type: "node-excluded" }, ({ node }) => `node ${node} is excluded`)
    .with({ type: "srlg-excluded" }, ({ srlg }) => `risk group ${srlg} is excluded`)
    .exhaustive();
}

function includedText(element: Included): string {
  return element.type === "link" ? `link ${element.link}` : `node ${element.node}`;
}

function vlanText(e: VlanUnavailable): string {
  const where = listed(
    e.conflicts,
    ({ at, free }) => `${at} has ${free === "" ? "none" : free} free`,
  );
  const others = e.isComplete ? "" : ", perhaps others";
  const none = e.isComplete ? "no VLAN would work" : "none was found that would work";
  const remedy = e.wouldWork === "" ? none : `would work: ${e.wouldWork}${others}`;
  return `VLAN ${e.requested} is not available: ${where}; ${remedy}`;
}

function remediesText({ changes, combinations, isComplete }: Remedies): string {
  const ways = [...changes.map((change) => [change]), ...combinations];
  const texts = ways.map((way) => way.map(remedyText).join(" and "));
  if (texts.length > 0) return `it would succeed ${texts.join(", or ")}`;
  return isComplete
    ? "no single change and no two would help"
    : "no single change and no two were found that would help";
}

function remedyText(remedy: Remedy): string {
  return match(remedy)
    .with({ type: "vlans" }, ({ vlans }) => `with VLAN ${vlans}`)
    .with({ type: "exclusion" }, ({ allow }) => `if it were not that ${barrierText(allow)}`)
    .with({ type: "inclusion" }, ({ skip }) => `without passing ${includedText(skip)}`)
    .with({ type: "hops" }, ({ maxHops }) => `within ${maxHops} hops`)
    .with({ type: "delay" }, ({ maxDelayMs }) => `within ${maxDelayMs} ms`)
    .with({ type: "start" }, ({ start }) => `from ${instantText(start)} on`)
    .with({ type: "bandwidth" }, (e) => `at ${formatBandwidth(e.bandwidth)}`)
    .with({ type: "endpoint" }, ({ hostPort }) => `without ${hostPort}`)
    .exhaustive();
}

/** How many of a long list a sentence names. */
const MAX_LISTED = 5;

function listed<T>(elements: readonly T[], text: (element: T) => string): string {
  const named = elements.slice(0, MAX_LISTED).map(text).join(", ");
  const rest = elements.length - MAX_LISTED;
  return rest > 0 ? `${named} and ${rest} more` : named;
}

function instantText(ms: number): string {
  // biome-ignore lint/style/noRestrictedGlobals: writes a given instant, asks for no time
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? `${ms} ms` : date.toISOString();
}
