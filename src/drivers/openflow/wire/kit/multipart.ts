import type {
  MultipartReply,
  MultipartReplyBody,
  MultipartRequest,
  MultipartRequestBody,
} from "../multipart.ts";
import type { Codec } from "./codec.ts";
import { Union, type Unknown, type Variant } from "./union.ts";

/** The numbers of the two messages, and the padding between their head and their body. */
export interface MultipartLayout {
  readonly requestCode: number;
  readonly replyCode: number;
  readonly pad: 0 | 4;
}

/** The layout from OpenFlow 1.1 on. */
export const multipartLayout: MultipartLayout = { requestCode: 18, replyCode: 19, pad: 4 };

/** The messages that carry these bodies; where a number stands twice, the later body counts. */
export function multipartMessages(
  { requestCode, replyCode, pad }: MultipartLayout,
  requests: readonly Variant<MultipartRequestBody>[],
  replies: readonly Variant<MultipartReplyBody>[],
): readonly [Variant<MultipartRequest>, Variant<MultipartReply>] {
  return [
    {
      code: requestCode,
      type: "multipart-request",
      body: multipart("multipart-request", pad, new Union(requests)),
    },
    {
      code: replyCode,
      type: "multipart-reply",
      body: multipart("multipart-reply", pad, new Union(replies)),
    },
  ];
}

/** OFPMPF_REQ_MORE and OFPMPF_REPLY_MORE, the only flag there is. */
const FLAG_MORE = 1;

/** What a multipart message is apart from its body. */
interface Multipart<Type, Body> {
  readonly type: Type;
  readonly more: boolean;
  readonly body: Body;
}

/** Type u16, flags u16, padding, then the body. */
function multipart<Type, Body extends { readonly type: string }>(
  type: Type,
  pad: number,
  bodies: Union<Body>,
): Codec<Multipart<Type, Body | Unknown>> {
  return {
    read(reader) {
      const at = reader.take(4 + pad);
      const more = (reader.view.getUint16(at + 2) & FLAG_MORE) !== 0;
      const variant = bodies.withCode(reader.view.getUint16(at));
      return { type, more, body: variant.body.read(reader) };
    },
    write(writer, { more, body }) {
      const at = writer.take(4 + pad);
      const variant = bodies.of(body);
      writer.view.setUint16(at, variant.code);
      writer.view.setUint16(at + 2, more ? FLAG_MORE : 0);
      variant.body.write(writer, body);
    },
  };
}
