import { err, ok, Result } from "neverthrow";
import type { DomainView } from "../../model/domain-view.ts";
import type { DriverCause } from "../../model/errors.ts";
import type { PortRef } from "../../model/ids.ts";
import { misconfigured } from "./circuit-cause.ts";
import { type NamingDialect, portNameIn } from "./port-name.ts";

/**
 * How a domain calls our ports: as we were told, or as the topology of the moment names them, in the form in which it
 * is asked.
 */
export class PortNames {
  readonly #dialect: NamingDialect;
  readonly #told: Readonly<Record<string, string>>;
  #names: ReadonlyMap<string, string> = new Map();

  /** `told` goes before what the topology says. Nothing has a name until the domain is known. */
  constructor(dialect: NamingDialect, told: Readonly<Record<string, string>> = {}) {
    this.#dialect = dialect;
    this.#told = told;
  }

  /** Undefined for a port that has no name there. */
  readonly of = (port: PortRef): string | undefined => this.#names.get(port);

  /**
   * Names are those of this domain from now on, or as before where any is none: that is a fault of whoever gave it,
   * and all are said at once.
   */
  follow(domain: DomainView): Result<void, DriverCause> {
    const given = new Map(Object.entries(this.#told));
    for (const { ref, name } of domain.nodes.flatMap(({ ports }) => ports))
      if (name !== undefined && !given.has(ref)) given.set(ref, name);
    const read = [...given].map(([port, name]) =>
      portNameIn(this.#dialect, name)
        .map((known): [string, string] => [port, known])
        .mapErr((fault) => `${port}: ${fault}`),
    );
    const names = Result.combineWithAllErrors(read);
    if (names.isErr()) return err(misconfigured(names.error.join("; ")));
    this.#names = new Map(names.value);
    return ok(undefined);
  }
}
