import { ok, type Result } from "neverthrow";
import type { NetworkNumber, PortRef } from "../../model/ids.ts";
import type { ForwardingRule } from "../../model/segment.ts";
import { type CompileOptions, compileNode } from "./compile/compile.ts";
import type { Draft } from "./compile/draft.ts";
import type { PortQueues } from "./compile/exits.ts";
import type { CompileProblem } from "./compile/refusals.ts";
import type { SwitchProfile } from "./compile/switch-profile.ts";
import type { ProgramOptions } from "./driver-options.ts";
import type { SwitchPorts } from "./switch-ports.ts";

/** What a draft was made of, besides rules. */
interface Basis {
  readonly network: NetworkNumber;
  readonly profile: SwitchProfile;
  readonly numbers: ReadonlyMap<PortRef, number>;
  readonly queues: PortQueues;
}

/**
 * What rules come to on one switch: made when it is asked whether the switch can carry them, and not
 * once more when it is to hold them.
 */
export class Drafts {
  readonly #options: ProgramOptions;
  readonly #ports: SwitchPorts;
  /** What drafts are made with, until it changes: to put it together for each would take as long as the draft. */
  #compileOptions: CompileOptions | undefined;
  readonly #made = new WeakMap<
    readonly ForwardingRule[],
    { readonly basis: Basis; readonly draft: Draft }
  >();

  constructor(options: ProgramOptions, ports: SwitchPorts) {
    this.#options = options;
    this.#ports = ports;
  }

  /** Whether the switch can carry these rules; what they come to is kept for {@link take}. */
  prepare(
    rules: readonly ForwardingRule[],
    network: NetworkNumber,
    profile: SwitchProfile,
  ): boolean {
    return this.prepared(rules, network, profile) !== undefined;
  }

  /** What these rules come to, which is kept for {@link take}; undefined where the switch cannot carry them. */
  prepared(
    rules: readonly ForwardingRule[],
    network: NetworkNumber,
    profile: SwitchProfile,
  ): Draft | undefined {
    const basis = this.#basis(network, profile);
    const known = this.#find(rules, basis);
    if (known !== undefined) return known;
    const made = this.#compile(rules, basis).unwrapOr(undefined);
    if (made !== undefined) this.#made.set(rules, { basis, draft: made });
    return made;
  }

  /** What these rules come to, which is not kept any longer. */
  take(
    rules: readonly ForwardingRule[],
    network: NetworkNumber,
    profile: SwitchProfile,
  ): Result<Draft, readonly CompileProblem[]> {
    const basis = this.#basis(network, profile);
    const draft = this.#find(rules, basis);
    this.#made.delete(rules);
    return draft === undefined ? this.#compile(rules, basis) : ok(draft);
  }

  #compile(
    rules: readonly ForwardingRule[],
    basis: Basis,
  ): Result<Draft, readonly CompileProblem[]> {
    return compileNode(rules, basis.network, basis.numbers, this.#optionsFor(basis));
  }

  #optionsFor({ profile, queues }: Basis): CompileOptions {
    const kept = this.#compileOptions;
    if (kept !== undefined && kept.profile === profile && kept.queues === queues) return kept;
    const options = { ...this.#options, profile, queues };
    this.#compileOptions = options;
    return options;
  }

  #find(rules: readonly ForwardingRule[], basis: Basis): Draft | undefined {
    const made = this.#made.get(rules);
    return made !== undefined && isSame(made.basis, basis) ? made.draft : undefined;
  }

  #basis(network: NetworkNumber, profile: SwitchProfile): Basis {
    return { network, profile, numbers: this.#ports.numbers(), queues: this.#ports.queues() };
  }
}

/** Whether all of it is the very same: what changes is replaced. */
function isSame(one: Basis, other: Basis): boolean {
  return (
    one.network === other.network &&
    one.profile === other.profile &&
    one.numbers === other.numbers &&
    one.queues === other.queues
  );
}
