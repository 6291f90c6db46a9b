import type { NetworkInfo } from "../../src/model/network.ts";
import {
  type NetworkEnd,
  probe,
  reachability,
  type SimulatedFabric,
} from "../../src/testing/index.ts";
import type { Dice } from "./dice.ts";
import type { Expectations } from "./expectations.ts";

/** An end of a project's network, as far as it is known how its frames are tagged. */
interface Membership {
  readonly project: string;
  readonly hostPort: string;
  /** The tag, `undefined` for none; `any` where the network has not said. */
  readonly tag: number | undefined | "any";
}

/** What hosts may hear of whom at this moment. */
export class Traffic {
  readonly #fabric: SimulatedFabric;
  readonly #members: readonly Membership[];

  constructor(
    fabric: SimulatedFabric,
    projects: readonly string[],
    expectations: Expectations,
    infos: readonly NetworkInfo[],
  ) {
    this.#fabric = fabric;
    this.#members = projects.flatMap((project) => {
      const ends = endsOf(infos.find((info) => info.project === project));
      const hostPorts = new Set(expectations.during(project).flatMap(({ members }) => members));
      for (const { hostPort } of ends) hostPorts.add(hostPort);
      return [...hostPorts].map((hostPort): Membership => {
        const end = ends.find((one) => one.hostPort === hostPort);
        // What nodes may still have of before has had a tag of its own.
        const isOpen =
          expectations.isBusy(project) || expectations.hasLeft(project) || end === undefined;
        return { project, hostPort, tag: isOpen ? "any" : end.vlan };
      });
    });
  }

  /** Sends some frames from some hosts; says what is wrong with what arrives. */
  send(dice: Dice, tags: readonly number[]): string | undefined {
    const hosts = dice.some([...this.#fabric.hosts.values()], FRAMES);
    for (const { hostPort, tagging } of hosts) {
      const mayKnow = this.#members.filter((one) => one.hostPort === hostPort);
      const known = mayKnow.flatMap(({ tag }) => (typeof tag === "number" ? [tag] : []));
      const vlan = tagging === "untagged" ? undefined : dice.pick([...known, ...known, ...tags]);
      const from = vlan === undefined ? { hostPort } : { hostPort, vlan };
      const fault = this.#heard(from);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  #heard(from: NetworkEnd): string | undefined {
    const heard = new Set<string>();
    const who = `${from.hostPort} (${from.vlan ?? "untagged"})`;
    const arrivals = probe(this.#fabric, from, { destination: "ff:ff:ff:ff:ff:ff" });
    for (const { hostPort, frame } of arrivals) {
      const tag = frame.tags[0]?.vid;
      if (hostPort === from.hostPort) return `${who} hears itself`;
      if (heard.has(hostPort)) return `${hostPort} hears ${who} twice`;
      heard.add(hostPort);
      const projects = this.#projectsOf(from.hostPort, from.vlan);
      const theirs = this.#projectsOf(hostPort, tag);
      if (!projects.some((project) => theirs.includes(project))) {
        return `${hostPort} (${tag ?? "untagged"}) hears ${who}, with which it shares no network`;
      }
    }
    return undefined;
  }

  #projectsOf(hostPort: string, tag: number | undefined): readonly string[] {
    return this.#members
      .filter((one) => one.hostPort === hostPort && (one.tag === "any" || one.tag === tag))
      .map(({ project }) => project);
  }
}

/** What is wrong with a network that is there and whole: one who does not hear another, or a stranger. */
export function faultIn(fabric: SimulatedFabric, info: NetworkInfo): string | undefined {
  const { pairs, strays } = reachability(fabric, endsOf(info));
  const bad = pairs.find(({ copies }) => copies !== 1);
  if (bad !== undefined) {
    return `${info.project}: ${bad.to.hostPort} hears ${bad.from.hostPort} ${bad.copies} times`;
  }
  const [stray] = strays;
  return stray && `${info.project}: ${stray.hostPort} hears ${stray.from.hostPort}`;
}

export function endsOf(info: NetworkInfo | undefined): readonly NetworkEnd[] {
  return (info?.endpoints ?? []).map(({ host, nic, vlan }) => {
    const hostPort = `${host}:${nic}`;
    return vlan === null ? { hostPort } : { hostPort, vlan };
  });
}

/** How many hosts send a frame after each step. */
const FRAMES = 4;
