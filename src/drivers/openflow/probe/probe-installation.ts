import type { Clock } from "../../../model/clock.ts";
import type { NodeId } from "../../../model/ids.ts";
import type { Segment } from "../../../model/segment.ts";
import { pause } from "../../driver-call.ts";
import { NO_NETWORK, networkCookie } from "../compile/cookie.ts";
import type { FlowMod } from "../wire/flow.ts";
import { forgetting, needsTwin, type ProbeFlowOptions, trapAt, twinOf } from "./probe-flows.ts";
import type { ProbeRun } from "./probe-frame.ts";
import type { Colour, SegmentMap } from "./segment-map.ts";
import type { SwitchProber } from "./switch-prober.ts";

/** What the flows of one run are made with. */
export interface InstallationContext {
  readonly segment: Segment;
  readonly map: SegmentMap;
  readonly run: ProbeRun;
  readonly ends: ProbeFlowOptions["ends"];
  readonly switches: ReadonlyMap<NodeId, SwitchProber>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A switch may go on by what it has cached for that long after it has confirmed a flow. */
const SETTLE_MS = 100;

/** The flows that one run has put on switches, all of which go in the end. */
export class ProbeInstallation {
  readonly #context: InstallationContext;
  readonly #installed: (readonly [SwitchProber, readonly FlowMod[]])[] = [];

  constructor(context: InstallationContext) {
    this.#context = context;
  }

  /**
   * Sees to it that no probe leaves by an end, and waits until that holds; the error says why it
   * may not.
   */
  guardEnds(): Promise<string | undefined> {
    return this.#install((node, rules) => this.#twins(node, rules, 0));
  }

  /** Catches probes to the address of each node's colour there; others pass, still guarded. */
  trapTrunks(): Promise<string | undefined> {
    const { map } = this.#context;
    return this.#install((node, rules) => {
      const colour = map.colourOf(node);
      const traps = map.trunksInto(node).flatMap((at) => {
        const options = this.#options(node, colour);
        return options === undefined ? [] : trapAt(at, options);
      });
      return [...this.#twins(node, rules, 1), ...traps];
    });
  }

  /** Removes everything again, with what switches have learned from probes. */
  async remove(): Promise<void> {
    await Promise.all(this.#installed.splice(0).map(([prober, flows]) => prober.remove(flows)));
    const { segment, switches } = this.#context;
    const learners = segment.nodes.filter(({ rules }) =>
      rules.some(({ unicast }) => unicast?.learn),
    );
    await Promise.all(
      learners.map(async ({ node }) => {
        const options = this.#options(node, 0);
        if (options !== undefined) await switches.get(node)?.install([forgetting(options)]);
      }),
    );
  }

  async #install(
    flowsOf: (node: NodeId, rules: Segment["nodes"][number]["rules"]) => readonly FlowMod[],
  ): Promise<string | undefined> {
    const { segment, switches, clock, signal } = this.#context;
    const outcomes = await Promise.all(
      segment.nodes.map(async ({ node, rules }) => {
        const prober = switches.get(node);
        const flows = flowsOf(node, rules);
        if (prober === undefined || flows.length === 0) return undefined;
        this.#installed.push([prober, flows]);
        const refused = (await prober.install(flows, signal)).match(() => undefined, String);
        return refused === undefined ? undefined : `${node} takes no flows for probes: ${refused}`;
      }),
    );
    const refused = outcomes.find((outcome) => outcome !== undefined);
    if (refused === undefined) await pause(clock, SETTLE_MS, signal);
    return refused;
  }

  #twins(
    node: NodeId,
    rules: Segment["nodes"][number]["rules"],
    colour: Colour,
  ): readonly FlowMod[] {
    const options = this.#options(node, colour);
    if (options === undefined) return [];
    return rules
      .filter((rule) => needsTwin(rule, options.ends))
      .map((rule) => twinOf(rule, options));
  }

  #options(node: NodeId, colour: Colour): ProbeFlowOptions | undefined {
    const { switches, run, ends } = this.#context;
    const prober = switches.get(node);
    if (prober === undefined) return undefined;
    const { version, options } = prober;
    return {
      version,
      states: prober.states(),
      table: options.table,
      cookie: networkCookie(options.cookiePrefix, NO_NETWORK),
      destination: run.destinations[colour],
      numbers: prober.numbers(),
      ends,
    };
  }
}
