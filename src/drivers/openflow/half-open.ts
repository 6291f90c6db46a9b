/**
 * Who gives way to a newcomer, of those who have dialled in and not yet shown that they are switches: who
 * has waited longest, of the address that has most of them. So whoever opens connections and says nothing
 * pushes out their own, and a switch gets in. `waiting` is in the order of coming.
 */
export function givesWay<T>(waiting: Iterable<T>, addressOf: (one: T) => string): T | undefined {
  const byAddress = new Map<string, { readonly oldest: T; count: number }>();
  for (const one of waiting) {
    const address = addressOf(one);
    const same = byAddress.get(address);
    if (same === undefined) byAddress.set(address, { oldest: one, count: 1 });
    else same.count += 1;
  }
  const most = Math.max(...[...byAddress.values()].map(({ count }) => count));
  return [...byAddress.values()].find(({ count }) => count === most)?.oldest;
}
