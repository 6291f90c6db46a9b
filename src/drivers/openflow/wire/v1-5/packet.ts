// Packets to the switch, OpenFlow 1.5.1 §7.3.7.
import { PORT_ANY } from "../constants.ts";
import { inPortIn } from "../kit/in-port.ts";
import { mapped } from "../kit/mapped.ts";
import { measuredAfter } from "../kit/measured.ts";
import { rest, u32 } from "../kit/scalars.ts";
import { constant, pad, struct } from "../kit/struct.ts";
import type { Variant } from "../kit/union.ts";
import type { Match } from "../match.ts";
import type { PacketOut } from "../packet.ts";
import type { PipelineCodecs } from "../v1-3/pipeline.ts";

/** OFPT_PACKET_OUT: the port is one of the fields of a match. */
export function packetOut({ fields, actions }: PipelineCodecs): Variant<PacketOut> {
  const onWire = struct({
    type: constant("packet-out"),
    bufferId: u32,
    actions: measuredAfter(struct({ _: pad(2), match: fields.match }), actions.list),
    data: rest,
  });
  const body = mapped(
    onWire,
    ({ actions: { head, inner }, ...value }): PacketOut => ({
      ...value,
      ...inPortOf(head.match),
      actions: inner,
    }),
    ({ inPort, match, ...value }) => ({
      ...value,
      actions: { head: { match: match ?? [inPortField(inPort)] }, inner: value.actions },
    }),
  );
  return { code: 13, type: "packet-out", body };
}

/** The port, and the match itself when it is more than the port. */
function inPortOf(match: Match): Pick<PacketOut, "inPort" | "match"> {
  const [first] = match;
  if (match.length === 1 && first?.field === "in_port" && first.mask === undefined) {
    return { inPort: first.value };
  }
  return { inPort: inPortIn(match) ?? PORT_ANY, match };
}

function inPortField(inPort: number): Match[number] {
  return { field: "in_port", value: inPort };
}
