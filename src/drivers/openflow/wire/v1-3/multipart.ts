// Multipart messages, OpenFlow 1.3.5 §7.3.5.
import type { Codec } from "../kit/codec.ts";
import { rest, u32 } from "../kit/scalars.ts";
import { list, pad } from "../kit/struct.ts";
import { Union, type Unknown, type Variant, variant } from "../kit/union.ts";
import type {
  MultipartReply,
  MultipartReplyBody,
  MultipartRequest,
  MultipartRequestBody,
} from "../multipart.ts";
import { aggregateStats, flowFilter, flowStats } from "./flow.ts";
import { groupDesc, groupFeatures, groupStats } from "./group.ts";
import { meterConfig, meterFeatures, meterStats } from "./meter.ts";
import { port, portStats } from "./port.ts";
import { queueStats } from "./queue.ts";
import { switchDesc } from "./switch.ts";
import { tableFeatures, tableStats } from "./table.ts";

const experimenter = { experimenter: u32, expType: u32, data: rest };

const requests: readonly Variant<MultipartRequestBody>[] = [
  variant(0, "desc", {}),
  variant(1, "flow", flowFilter),
  variant(2, "aggregate", flowFilter),
  variant(3, "table", {}),
  variant(4, "port-stats", { port: u32, _: pad(4) }),
  variant(5, "queue", { port: u32, queue: u32 }),
  variant(6, "group", { group: u32, _: pad(4) }),
  variant(7, "group-desc", {}),
  variant(8, "group-features", {}),
  variant(9, "meter", { meter: u32, _: pad(4) }),
  variant(10, "meter-config", { meter: u32, _: pad(4) }),
  variant(11, "meter-features", {}),
  variant(12, "table-features", { tables: list(tableFeatures) }),
  variant(13, "port-desc", {}),
  variant(0xffff, "experimenter", experimenter),
];

const replies: readonly Variant<MultipartReplyBody>[] = [
  variant(0, "desc", switchDesc),
  variant(1, "flow", { flows: list(flowStats) }),
  variant(2, "aggregate", aggregateStats),
  variant(3, "table", { tables: list(tableStats) }),
  variant(4, "port-stats", { ports: list(portStats) }),
  variant(5, "queue", { queues: list(queueStats) }),
  variant(6, "group", { groups: list(groupStats) }),
  variant(7, "group-desc", { groups: list(groupDesc) }),
  variant(8, "group-features", groupFeatures),
  variant(9, "meter", { meters: list(meterStats) }),
  variant(10, "meter-config", { meters: list(meterConfig) }),
  variant(11, "meter-features", meterFeatures),
  variant(12, "table-features", { tables: list(tableFeatures) }),
  variant(13, "port-desc", { ports: list(port) }),
  variant(0xffff, "experimenter", experimenter),
];

/** OFPT_MULTIPART_REQUEST. */
export const multipartRequest: Variant<MultipartRequest> = {
  code: 18,
  type: "multipart-request",
  body: multipart("multipart-request", new Union(requests)),
};

/** OFPT_MULTIPART_REPLY. */
export const multipartReply: Variant<MultipartReply> = {
  code: 19,
  type: "multipart-reply",
  body: multipart("multipart-reply", new Union(replies)),
};

/** OFPMPF_REQ_MORE and OFPMPF_REPLY_MORE, the only flag there is. */
const FLAG_MORE = 1;

/** What a multipart message is apart from its body. */
interface Multipart<Type, Body> {
  readonly type: Type;
  readonly more: boolean;
  readonly body: Body;
}

/** Type u16, flags u16, 4 bytes of padding, then the body. */
function multipart<Type, Body extends { readonly type: string }>(
  type: Type,
  bodies: Union<Body>,
): Codec<Multipart<Type, Body | Unknown>> {
  return {
    read(reader) {
      const at = reader.take(8);
      const more = (reader.view.getUint16(at + 2) & FLAG_MORE) !== 0;
      const variant = bodies.withCode(reader.view.getUint16(at));
      return { type, more, body: variant.body.read(reader) };
    },
    write(writer, { more, body }) {
      const at = writer.take(8);
      const variant = bodies.of(body);
      writer.view.setUint16(at, variant.code);
      writer.view.setUint16(at + 2, more ? FLAG_MORE : 0);
      variant.body.write(writer, body);
    },
  };
}
