import type { DriverCause, DriverFailed } from "../model/errors.ts";
import type { DomainId, NetworkNumber } from "../model/ids.ts";

/** A part of a network that carries nothing, as its domain tells. */
interface Outage {
  /** Why the domain does not bring it back. */
  readonly refused: readonly DriverCause[];
}

/** Which networks have a segment that carries nothing, though nothing is being done to them. */
export class Outages {
  readonly #outages = new Map<NetworkNumber, Map<DomainId, Outage>>();

  /** A segment carries nothing; `refused` is why its domain does not bring it back, if it does not. */
  begin(network: NetworkNumber, domain: DomainId, refused: readonly DriverCause[] = []): void {
    const its = this.#outages.get(network) ?? new Map<DomainId, Outage>();
    this.#outages.set(network, its.set(domain, { refused }));
  }

  /** A segment carries frames again, or is gone. */
  end(network: NetworkNumber, domain: DomainId): void {
    const its = this.#outages.get(network);
    its?.delete(domain);
    if (its?.size === 0) this.#outages.delete(network);
  }

  /** Whether a network's segment in a domain, or in some domain, carries nothing. */
  has(network: NetworkNumber, domain?: DomainId): boolean {
    const its = this.#outages.get(network);
    return its !== undefined && (domain === undefined || its.has(domain));
  }

  /** What domains do not bring back of a network. */
  refusedOf(network: NetworkNumber): readonly DriverFailed[] {
    return [...(this.#outages.get(network) ?? [])].flatMap(([domain, { refused: causes }]) =>
      causes.length === 0 ? [] : [{ type: "driver-failed", domain, causes }],
    );
  }

  /** Whether something is not brought back. */
  get areRefused(): boolean {
    return [...this.#outages.keys()].some((network) => this.refusedOf(network).length > 0);
  }
}
