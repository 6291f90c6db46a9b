import type { Codec } from "./codec.ts";

/** A later version has a list of properties where earlier ones have fixed fields for Ethernet alone. */
export function onlyEthernet<Ethernet extends { readonly type: "ethernet" }>(
  codec: Codec<Ethernet>,
  absent: Ethernet,
): Codec<readonly Ethernet[]> {
  return {
    read: (reader) => [codec.read(reader)],
    write(writer, properties) {
      const ethernet = properties.find((each) => each.type === "ethernet");
      codec.write(writer, ethernet ?? absent);
    },
  };
}
