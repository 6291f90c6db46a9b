/** An entry of a {@link PersistentMap}. */
export type Entry<V> = readonly [key: string, value: V];

/**
 * An immutable map from text: `with` and `without` give a new map that shares all but one path.
 *
 * A hash array mapped trie (Bagwell, Ideal Hash Trees, 2001): 32-way, so that a change copies about
 * log32 n small arrays. The order of iteration is a function of the keys alone.
 */
export class PersistentMap<V> implements Iterable<Entry<V>> {
  readonly size: number;
  readonly #root: Node<V> | undefined;

  private constructor(root: Node<V> | undefined, size: number) {
    this.#root = root;
    this.size = size;
  }

  static empty<V>(): PersistentMap<V> {
    return new PersistentMap<V>(undefined, 0);
  }

  get(key: string): V | undefined {
    return leafOf(this.#root, key, hashOf(key))?.value;
  }

  with(key: string, value: V): PersistentMap<V> {
    const hash = hashOf(key);
    const isNew = leafOf(this.#root, key, hash) === undefined;
    const root = insert(this.#root, { type: "leaf", hash, key, value, next: undefined }, 0);
    return new PersistentMap(root, isNew ? this.size + 1 : this.size);
  }

  without(key: string): PersistentMap<V> {
    const hash = hashOf(key);
    if (leafOf(this.#root, key, hash) === undefined) return this;
    return new PersistentMap(remove(this.#root, hash, key, 0), this.size - 1);
  }

  /**
   * The keys that do not have the same value in both maps, where values are compared by identity.
   * Parts that the maps share are passed over: the work is that of the changes between the two.
   */
  keysUnlike(other: PersistentMap<V>): readonly string[] {
    const keys: string[] = [];
    gatherUnlike(this.#root, other.#root, keys);
    return keys;
  }

  *[Symbol.iterator](): Generator<Entry<V>, void> {
    if (this.#root !== undefined) yield* entriesOf(this.#root);
  }
}

/** An entry; those whose keys have one hash, which is rare, follow one another in the order of their keys. */
interface Leaf<V> {
  readonly type: "leaf";
  readonly hash: number;
  readonly key: string;
  readonly value: V;
  readonly next: Leaf<V> | undefined;
}

/** `bitmap` says which of the 32 slots have a child; the children stand in the order of the slots. */
interface Branch<V> {
  readonly type: "branch";
  readonly bitmap: number;
  readonly children: readonly Node<V>[];
}

type Node<V> = Leaf<V> | Branch<V>;

/** Hash bits that a level of the trie consumes. */
const BITS = 5;

/** FNV-1a over UTF-16 code units. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) {
    hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}

function bitOf(hash: number, shift: number): number {
  return 1 << ((hash >>> shift) & 31);
}

/** How many children stand before the slot of `bit`. */
function indexOf(bitmap: number, bit: number): number {
  let rest = bitmap & (bit - 1);
  rest -= (rest >>> 1) & 0x55555555;
  rest = (rest & 0x33333333) + ((rest >>> 2) & 0x33333333);
  return Math.imul((rest + (rest >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

function childAt<V>(branch: Branch<V>, bit: number): Node<V> | undefined {
  return (branch.bitmap & bit) === 0 ? undefined : branch.children[indexOf(branch.bitmap, bit)];
}

function leafOf<V>(root: Node<V> | undefined, key: string, hash: number): Leaf<V> | undefined {
  let node = root;
  let shift = 0;
  while (node?.type === "branch") {
    node = childAt(node, bitOf(hash, shift));
    shift += BITS;
  }
  while (node !== undefined && node.key !== key) node = node.next;
  return node;
}

/** `leaf`, which stands alone, replaces any with the same key. */
function insert<V>(node: Node<V> | undefined, leaf: Leaf<V>, shift: number): Node<V> {
  if (node === undefined) return leaf;
  if (node.type === "leaf") {
    if (node.hash === leaf.hash) return chained(node, leaf);
    const split: Branch<V> = { type: "branch", bitmap: bitOf(node.hash, shift), children: [node] };
    return insert(split, leaf, shift);
  }
  const bit = bitOf(leaf.hash, shift);
  const index = indexOf(node.bitmap, bit);
  const old = childAt(node, bit);
  const child = insert(old, leaf, shift + BITS);
  const children =
    old === undefined
      ? node.children.toSpliced(index, 0, child)
      : withChild(node.children, index, child);
  return { type: "branch", bitmap: node.bitmap | bit, children };
}

/** The leaves of one hash with one more, or with another one of its key. */
function chained<V>(leaves: Leaf<V> | undefined, leaf: Leaf<V>): Leaf<V> {
  if (leaves === undefined || leaf.key < leaves.key) return { ...leaf, next: leaves };
  if (leaf.key === leaves.key) return { ...leaf, next: leaves.next };
  return { ...leaves, next: chained(leaves.next, leaf) };
}

/** The leaves of one hash without one of them. */
function unchained<V>({ next, ...leaf }: Leaf<V>, key: string): Leaf<V> | undefined {
  if (leaf.key === key) return next;
  return { ...leaf, next: next === undefined ? undefined : unchained(next, key) };
}

function withChild<T>(children: readonly T[], index: number, child: T): readonly T[] {
  const copy = children.slice();
  copy[index] = child;
  return copy;
}

/** `key` is in the map. */
function remove<V>(
  node: Node<V> | undefined,
  hash: number,
  key: string,
  shift: number,
): Node<V> | undefined {
  if (node === undefined) return undefined;
  if (node.type === "leaf") return unchained(node, key);
  const bit = bitOf(hash, shift);
  const index = indexOf(node.bitmap, bit);
  const child = remove(childAt(node, bit), hash, key, shift + BITS);
  const children =
    child === undefined
      ? node.children.toSpliced(index, 1)
      : withChild(node.children, index, child);
  const [only] = children;
  if (only === undefined || (children.length === 1 && only.type === "leaf")) return only;
  const bitmap = child === undefined ? node.bitmap & ~bit : node.bitmap;
  return { type: "branch", bitmap, children };
}

function* entriesOf<V>(node: Node<V>): Generator<Entry<V>, void> {
  if (node.type === "branch") {
    for (const child of node.children) yield* entriesOf(child);
    return;
  }
  for (let leaf: Leaf<V> | undefined = node; leaf !== undefined; leaf = leaf.next) {
    yield [leaf.key, leaf.value];
  }
}

function gatherUnlike<V>(
  left: Node<V> | undefined,
  right: Node<V> | undefined,
  into: string[],
): void {
  if (left === right) return;
  if (left?.type === "branch" && right?.type === "branch") {
    for (let rest = left.bitmap | right.bitmap; rest !== 0; rest &= rest - 1) {
      const bit = rest & -rest;
      gatherUnlike(childAt(left, bit), childAt(right, bit), into);
    }
    return;
  }
  if (isLone(left) && isLone(right) && left.key === right.key) {
    if (left.value !== right.value) into.push(left.key);
    return;
  }
  gatherUnlikeEntries(left, right, into);
}

/** The same, entry by entry. */
function gatherUnlikeEntries<V>(
  left: Node<V> | undefined,
  right: Node<V> | undefined,
  into: string[],
): void {
  const entries = new Map(left === undefined ? [] : entriesOf(left));
  for (const [key, value] of right === undefined ? [] : entriesOf(right)) {
    const isAlike = entries.get(key) === value;
    entries.delete(key);
    if (!isAlike) into.push(key);
  }
  for (const key of entries.keys()) into.push(key);
}

/** Whether a node is an entry that shares its hash with no other. */
function isLone<V>(node: Node<V> | undefined): node is Leaf<V> {
  return node?.type === "leaf" && node.next === undefined;
}
