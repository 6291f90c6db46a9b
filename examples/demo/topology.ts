/** Four switches in a ring with five hosts; one link of the ring is thin. */
export const document = {
  format: "dcns-topology/1",
  domains: [{ id: "campus", driver: "openflow" }],
  nodes: [1, 2, 3, 4].map((n) => ({
    id: `s${n}`,
    domain: "campus",
    datapathId: `000000000000000${n}`,
    ports: [1, 2, 3, 4].map((port) => ({ id: `${port}`, ofPort: port })),
  })),
  links: [
    { id: "s1-s2", a: "s1:3", b: "s2:3", capacity: "10Gbps", vlans: "100-1999" },
    { id: "s2-s3", a: "s2:4", b: "s3:3", capacity: "10Gbps", vlans: "100-1999" },
    { id: "s4-s3", a: "s4:3", b: "s3:4", capacity: "1Gbps", vlans: "100-1999" },
    { id: "s1-s4", a: "s1:4", b: "s4:4", capacity: "10Gbps", vlans: "100-1999" },
  ],
  hosts: [
    { host: "es1", nic: "eth1", port: "s1:1" },
    { host: "es2", nic: "eth1", port: "s2:1" },
    { host: "es3", nic: "eth1", port: "s3:1" },
    { host: "es4", nic: "eth1", port: "s4:1", tagging: "untagged" },
    { host: "es5", nic: "eth1", port: "s4:2" },
  ],
} as const;

/** What {@link document} looks like. */
export const drawing = `
   es1 ── s1 ════════ s2 ── es2
          ║            ║
          ║            ║          ════  10 Gbit/s
   es4 ── s4 ──────── s3 ── es3   ────   1 Gbit/s
          │
         es5                      es4 sends untagged frames, the others tagged ones
`;
