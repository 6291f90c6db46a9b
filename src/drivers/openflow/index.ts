/**
 * OpenFlow by itself: the codec, the channel as a pure state machine, and the session around it.
 *
 * @packageDocumentation
 */

export type { Clock } from "../../model/clock.ts";
export type { DatapathId } from "../../model/ids.ts";
export type { CallOptions } from "../driver-base.ts";
export { Channel, type Outgoing, type SendError } from "./channel/channel.ts";
export {
  type ChannelEffect,
  type CloseReason,
  describeCloseReason,
  type Notice,
  type Rejection,
  type StrayMessage,
  type SwitchFeatures,
  type UndecodableMessage,
} from "./channel/channel-effect.ts";
export { type ChannelOptions, channelDefaults } from "./channel/channel-options.ts";
export type {
  CommandMessage,
  ReplyBodyTo,
  ReplyTo,
  RequestMessage,
} from "./channel/message-roles.ts";
export { type ChannelInput, type ChannelState, transitions } from "./channel/transitions.ts";
export {
  type ListenerTls,
  type SocketListenerOptions,
  socketListener,
  socketTransport,
} from "./listener-socket.ts";
export { type SessionEvent, SwitchSession } from "./session.ts";
export {
  type BatchError,
  type BatchProgress,
  type CommandRejection,
  describeSessionError,
  type Interruption,
  type SessionError,
} from "./session-error.ts";
export { type SessionOptions, sessionDefaults } from "./session-options.ts";
export { SessionServer, type SessionServerOptions } from "./session-server.ts";
export type {
  ListenAddress,
  ListenError,
  SwitchListener,
  Transport,
  TransportHandlers,
} from "./transport.ts";
export type { Action, ActionType, ExperimenterItem, UnknownItem } from "./wire/action.ts";
export {
  capability,
  flowFlag,
  GROUP_ALL,
  GROUP_ANY,
  GROUP_MAX,
  groupCapability,
  MAX_LEN_NO_BUFFER,
  METER_ALL,
  METER_CONTROLLER,
  METER_MAX,
  meterFlag,
  NO_BUFFER,
  PORT_ALL,
  PORT_ANY,
  PORT_CONTROLLER,
  PORT_FLOOD,
  PORT_IN_PORT,
  PORT_LOCAL,
  PORT_MAX,
  PORT_NORMAL,
  PORT_TABLE,
  portConfig,
  portState,
  QUEUE_ALL,
  TABLE_ALL,
  TABLE_MAX,
  VLAN_PRESENT,
} from "./wire/constants.ts";
export type { DecodeError } from "./wire/decode.ts";
export { type Decoded, decodeHeader, decodeMessage, type Header } from "./wire/decode.ts";
export { encodeMessage, encodeMessages } from "./wire/encode.ts";
export type { ErrorCode, ErrorKind, ErrorMessage } from "./wire/error.ts";
export type { ExperimenterMessage } from "./wire/experimenter.ts";
export {
  type AggregateStats,
  type FlowFilter,
  type FlowMod,
  type FlowModCommand,
  type FlowRemoved,
  type FlowRemovedReason,
  type FlowStats,
  flowMod,
} from "./wire/flow.ts";
export type {
  Bucket,
  Counters,
  GroupDesc,
  GroupFeatures,
  GroupMod,
  GroupModCommand,
  GroupStats,
  GroupType,
  PerGroupType,
} from "./wire/group.ts";
export { type Hello, type HelloElement, helloFor, offeredVersions } from "./wire/hello.ts";
export type { Instruction, InstructionType } from "./wire/instruction.ts";
export type {
  AddressField,
  BigField,
  BigFieldName,
  Ipv6FieldName,
  MacFieldName,
  Match,
  NumberField,
  NumberFieldName,
  OxmField,
  OxmFieldName,
  OxmId,
  UnknownField,
} from "./wire/match.ts";
export type { Envelope, OfMessage, UnknownMessage } from "./wire/message.ts";
export {
  MAX_MESSAGE_BYTES,
  MessageSplitter,
  type SplitError,
  type SplitterOptions,
} from "./wire/message-splitter.ts";
export type {
  MeterBand,
  MeterConfig,
  MeterFeatures,
  MeterMod,
  MeterModCommand,
  MeterStats,
} from "./wire/meter.ts";
export type {
  ExperimenterBody,
  MultipartReply,
  MultipartReplyBody,
  MultipartRequest,
  MultipartRequestBody,
  UnknownBody,
} from "./wire/multipart.ts";
export type { PacketIn, PacketInReason, PacketOut } from "./wire/packet.ts";
export type {
  EthernetPort,
  EthernetPortStats,
  Port,
  PortMod,
  PortProperty,
  PortStats,
  PortStatsProperty,
  PortStatus,
  PortStatusReason,
} from "./wire/port.ts";
export type { Queue, QueueProperty, QueueStats } from "./wire/queue.ts";
export type {
  AsyncConfig,
  AsyncSetting,
  AsyncSettingType,
  ControllerRole,
  FeaturesReply,
  RoleState,
  SwitchConfig,
  SwitchDesc,
} from "./wire/switch.ts";
export type { FeatureId, TableFeatureProperty, TableFeatures, TableStats } from "./wire/table.ts";
export {
  isSupportedVersion,
  type OfVersion,
  OPENFLOW_1_3,
  supportedVersions,
} from "./wire/version.ts";
