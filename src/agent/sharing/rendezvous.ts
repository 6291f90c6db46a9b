/**
 * Whose turn something is: everybody who knows the same agents says the same, and when one comes or
 * goes only what was its own changes hands. Highest random weight (Thaler and Ravishankar, IEEE/ACM
 * Transactions on Networking 6(1), 1998).
 */
export function ranked(what: string, agents: readonly string[]): readonly string[] {
  return agents
    .map((agent) => ({ agent, weight: hash(`${agent} ${what}`) }))
    .sort((a, b) => b.weight - a.weight || (a.agent < b.agent ? -1 : 1))
    .map(({ agent }) => agent);
}

/** FNV-1a (Fowler, Noll, Vo), with the finish of MurmurHash3 (Appleby), for names that differ little. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
