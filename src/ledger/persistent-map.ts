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
    const hash = hashOf(key);
    let node = this.#root;
    let shift = 0;
    while (node?.type === "branch") {
      node = childAt(node, bitOf(hash, shift));
      shift += BITS;
    }
    if (node?.hash !== hash) return undefined;
    return node.entries.find((entry) => entry[0] === key)?.[1];
  }

  with(key: string, value: V): PersistentMap<V> {
    const hash = hashOf(key);
    const root = insert(this.#root, { type: "bucket", hash, entries: [[key, value]] }, 0);
    return new PersistentMap(root, this.size + (this.get(key) === undefined ? 1 : 0));
  }

  without(key: string): PersistentMap<V> {
    if (this.get(key) === undefined) return this;
    return new PersistentMap(remove(this.#root, hashOf(key), key, 0), this.size - 1);
  }

  /**
   * The keys that do not have the same value in both maps, where values are compared by identity.
   * Parts that the maps share are passed over: the work is that of the changes between the two.
   */
  *keysUnlike(other: PersistentMap<V>): Generator<string, void> {
    yield* keysUnlike(this.#root, other.#root);
  }

  *[Symbol.iterator](): Generator<Entry<V>, void> {
    if (this.#root !== undefined) yield* entriesOf(this.#root);
  }
}

/** All entries whose keys have one hash; nearly always a single one. */
interface Bucket<V> {
  readonly type: "bucket";
  readonly hash: number;
  readonly entries: readonly Entry<V>[];
}

/** `bitmap` says which of the 32 slots have a child; the children stand in the order of the slots. */
interface Branch<V> {
  readonly type: "branch";
  readonly bitmap: number;
  readonly children: readonly Node<V>[];
}

type Node<V> = Bucket<V> | Branch<V>;

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

/** `bucket` holds exactly one entry, which replaces any with the same key. */
function insert<V>(node: Node<V> | undefined, bucket: Bucket<V>, shift: number): Node<V> {
  if (node === undefined) return bucket;
  if (node.type === "bucket") {
    if (node.hash === bucket.hash) return { ...node, entries: merged(node.entries, bucket) };
    const split: Branch<V> = { type: "branch", bitmap: bitOf(node.hash, shift), children: [node] };
    return insert(split, bucket, shift);
  }
  const bit = bitOf(bucket.hash, shift);
  const index = indexOf(node.bitmap, bit);
  const old = childAt(node, bit);
  const child = insert(old, bucket, shift + BITS);
  const children = node.children.slice();
  children.splice(index, old === undefined ? 0 : 1, child);
  return { type: "branch", bitmap: node.bitmap | bit, children };
}

function merged<V>(entries: readonly Entry<V>[], { entries: added }: Bucket<V>): Entry<V>[] {
  return [...entries.filter(([key]) => key !== added[0]?.[0]), ...added];
}

/** `key` is in the map. */
function remove<V>(
  node: Node<V> | undefined,
  hash: number,
  key: string,
  shift: number,
): Node<V> | undefined {
  if (node === undefined) return undefined;
  if (node.type === "bucket") {
    const entries = node.entries.filter((entry) => entry[0] !== key);
    return entries.length === 0 ? undefined : { ...node, entries };
  }
  const bit = bitOf(hash, shift);
  const index = indexOf(node.bitmap, bit);
  const child = remove(childAt(node, bit), hash, key, shift + BITS);
  const children = node.children.slice();
  children.splice(index, 1, ...(child === undefined ? [] : [child]));
  const [only] = children;
  if (only === undefined || (children.length === 1 && only.type === "bucket")) return only;
  const bitmap = child === undefined ? node.bitmap & ~bit : node.bitmap;
  return { type: "branch", bitmap, children };
}

function* entriesOf<V>(node: Node<V>): Generator<Entry<V>, void> {
  if (node.type === "bucket") yield* node.entries;
  else for (const child of node.children) yield* entriesOf(child);
}

function* keysUnlike<V>(
  left: Node<V> | undefined,
  right: Node<V> | undefined,
): Generator<string, void> {
  if (left === right) return;
  if (left?.type === "branch" && right?.type === "branch") {
    for (let rest = left.bitmap | right.bitmap; rest !== 0; rest &= rest - 1) {
      const bit = rest & -rest;
      yield* keysUnlike(childAt(left, bit), childAt(right, bit));
    }
    return;
  }
  const entries = new Map(left === undefined ? [] : entriesOf(left));
  for (const [key, value] of right === undefined ? [] : entriesOf(right)) {
    const isAlike = entries.get(key) === value;
    entries.delete(key);
    if (!isAlike) yield key;
  }
  yield* entries.keys();
}
