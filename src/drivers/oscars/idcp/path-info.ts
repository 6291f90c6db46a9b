import type { XmlCodec } from "../xml/codec.ts";
import { content, fieldsIn, optionalAttribute } from "../xml/field.ts";
import { boolean, integer, text, token } from "../xml/scalars.ts";
import { struct } from "../xml/struct.ts";
import { type CtrlPlanePath, ctrlPlanePath } from "./ctrl-plane.ts";

/** A VLAN at an end: `any`, `500`, `100-200,300`; `0` and not tagged for untagged frames. */
export interface VlanTag {
  readonly tagged?: boolean;
  readonly vlans: string;
}

/** The two ends of an Ethernet circuit. Endpoints are link URNs, or names that the server knows. */
export interface Layer2Info {
  readonly srcVtag?: VlanTag;
  readonly destVtag?: VlanTag;
  readonly srcEndpoint: string;
  readonly destEndpoint: string;
}

/** What an IP circuit would be about; read and kept, never asked for. */
export interface Layer3Info {
  readonly srcHost?: string;
  readonly destHost?: string;
  readonly protocol?: string;
  readonly srcIpPort?: number;
  readonly destIpPort?: number;
  readonly dscp?: string;
}

export interface MplsInfo {
  readonly burstLimit: number;
  readonly lspClass?: string;
}

export interface PathInfo {
  /** `timer-automatic`: up at its start; `signal-xml`: up when `createPath` says so. */
  readonly pathSetupMode: string;
  readonly pathType?: string;
  readonly path?: CtrlPlanePath;
  readonly layer2Info?: Layer2Info;
  readonly layer3Info?: Layer3Info;
  readonly mplsInfo?: MplsInfo;
}

export const vlanTag: XmlCodec<VlanTag> = struct<VlanTag>({
  tagged: optionalAttribute("tagged", boolean),
  vlans: content(token),
});

/** The same in both versions, each in its own namespace. */
export function pathInfoIn(namespace: string): XmlCodec<PathInfo> {
  const { required, optional } = fieldsIn(namespace);
  const layer2Info = struct<Layer2Info>({
    srcVtag: optional("srcVtag", vlanTag),
    destVtag: optional("destVtag", vlanTag),
    srcEndpoint: required("srcEndpoint", token),
    destEndpoint: required("destEndpoint", token),
  });
  const layer3Info = struct<Layer3Info>({
    srcHost: optional("srcHost", token),
    destHost: optional("destHost", token),
    protocol: optional("protocol", token),
    srcIpPort: optional("srcIpPort", integer),
    destIpPort: optional("destIpPort", integer),
    dscp: optional("dscp", token),
  });
  const mplsInfo = struct<MplsInfo>({
    burstLimit: required("burstLimit", integer),
    lspClass: optional("lspClass", text),
  });
  return struct<PathInfo>({
    pathSetupMode: required("pathSetupMode", token),
    pathType: optional("pathType", token),
    path: optional("path", ctrlPlanePath),
    layer2Info: optional("layer2Info", layer2Info),
    layer3Info: optional("layer3Info", layer3Info),
    mplsInfo: optional("mplsInfo", mplsInfo),
  });
}
