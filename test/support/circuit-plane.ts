import type { Frame } from "../../src/model/frame.ts";
import type { PortRef } from "../../src/model/ids.ts";
import type { CircuitChange, PortFrame } from "../../src/testing/index.ts";

/** Where a circuit ends. */
export interface CircuitEnd {
  readonly port: PortRef;
  readonly vlan: number;
}

/** The data plane of a simulated wide-area domain: what goes into an end of a circuit comes out of its others. */
export class CircuitPlane {
  readonly #circuits = new Map<string, readonly CircuitEnd[]>();
  readonly #portOf: (name: string) => PortRef | undefined;

  /** `portOf` gives the port of the fabric that has this name in the domain. */
  constructor(portOf: (name: string) => PortRef | undefined) {
    this.#portOf = portOf;
  }

  /** The ends of every circuit that carries frames, by its name there. */
  get circuits(): ReadonlyMap<string, readonly CircuitEnd[]> {
    return this.#circuits;
  }

  /** For the server's `onCircuit`. */
  readonly change = ({ type, circuit: { id, ends } }: CircuitChange): void => {
    if (type === "down") {
      this.#circuits.delete(id);
      return;
    }
    const its = ends.flatMap(({ port: name, tag }) => {
      const port = this.#portOf(name);
      return port === undefined || tag === "untagged" ? [] : [{ port, vlan: tag }];
    });
    this.#circuits.set(id, its);
  };

  /** For the fabric's `carry`. */
  readonly carry = (into: PortRef, frame: Frame): readonly PortFrame[] => {
    const [tag, ...inner] = frame.tags;
    if (tag === undefined) return [];
    for (const ends of this.#circuits.values()) {
      if (!ends.some(({ port, vlan }) => port === into && vlan === tag.vid)) continue;
      return ends.flatMap(({ port, vlan }) =>
        port === into
          ? []
          : [{ port, frame: { ...frame, tags: [{ ...tag, vid: vlan }, ...inner] } }],
      );
    }
    return [];
  };
}
