import { formatBandwidth } from "../../model/bandwidth.ts";
import type { PlanExplanation } from "./explain-plan.ts";

/** Says the explanation of a plan in a few sentences, for people. */
export function describePlan(explanation: PlanExplanation): string {
  const { cost, atLeast, isOptimal, next, failures, tightest } = explanation;
  const proof = isOptimal ? "nothing costs less" : `nothing costs less than ${atLeast}`;
  const links = next?.plan.links.map(({ link }) => link).join(", ");
  const second =
    links === undefined ? "no other was found" : `the next best costs ${next?.cost}: ${links}`;
  const breaks = failures
    .filter(({ detour }) => detour === undefined)
    .map(({ link, parts: [near, far] }) => `${link} parts ${near.join(" ")} from ${far.join(" ")}`);
  const risk =
    breaks.length === 0
      ? "every link has a detour"
      : `if it fails, with no detour found, ${breaks.join("; ")}`;
  const tight =
    tightest === undefined
      ? []
      : [
          `tightest is ${tightest.link} (${tightest.direction}), with ${formatBandwidth(tightest.residual)} left`,
        ];
  return [`It costs ${cost}, and ${proof}`, second, risk, ...tight].map(sentence).join(" ");
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
