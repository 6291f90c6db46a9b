/** A circuit through which frames pass. */
export interface CarriedCircuit {
  /** The provider's name for it. */
  readonly id: string;
  /** Where frames go in and out: a port by its URN, and the tag there. */
  readonly ends: readonly { readonly port: string; readonly tag: number | "untagged" }[];
  /** Mbit/s, each way. */
  readonly mbps: number;
}

/** A circuit begins to carry frames, carries them otherwise than before, or carries none any more. */
export interface CircuitChange {
  readonly type: "up" | "changed" | "down";
  readonly circuit: CarriedCircuit;
}

/** What a simulated provider has, by id; a data plane is told of what it should carry. */
export class CircuitTable<T> {
  readonly #items = new Map<string, T>();
  readonly #carried = new Map<string, CarriedCircuit>();
  readonly #carriedBy: (item: T) => CarriedCircuit | undefined;
  readonly #onCircuit: (change: CircuitChange) => void;

  /** `carriedBy` says what passes through an item, undefined where nothing does. */
  constructor(
    carriedBy: (item: T) => CarriedCircuit | undefined,
    onCircuit: (change: CircuitChange) => void = () => {},
  ) {
    this.#carriedBy = carriedBy;
    this.#onCircuit = onCircuit;
  }

  /** What carries frames now. */
  get carried(): readonly CarriedCircuit[] {
    return [...this.#carried.values()];
  }

  get(id: string): T | undefined {
    return this.#items.get(id);
  }

  values(): IterableIterator<T> {
    return this.#items.values();
  }

  set(id: string, item: T): void {
    this.#items.set(id, item);
    this.#carry(id, this.#carriedBy(item));
  }

  delete(id: string): void {
    this.#items.delete(id);
    this.#carry(id, undefined);
  }

  #carry(id: string, circuit: CarriedCircuit | undefined): void {
    const before = this.#carried.get(id);
    if (circuit === undefined) {
      this.#carried.delete(id);
      if (before !== undefined) this.#onCircuit({ type: "down", circuit: before });
      return;
    }
    this.#carried.set(id, circuit);
    if (before === undefined) this.#onCircuit({ type: "up", circuit });
    else if (!isSame(before, circuit)) this.#onCircuit({ type: "changed", circuit });
  }
}

function isSame(a: CarriedCircuit, b: CarriedCircuit): boolean {
  const ends = ({ ends: all }: CarriedCircuit) => all.map(({ port, tag }) => `${port}/${tag}`);
  return a.mbps === b.mbps && ends(a).join(" ") === ends(b).join(" ");
}
