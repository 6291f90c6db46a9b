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
export { SwitchSession } from "./session.ts";
export {
  type BatchError,
  type BatchProgress,
  type CommandRejection,
  describeSessionError,
  type Interruption,
  type SessionError,
} from "./session-error.ts";
export type { SessionEvent } from "./session-event.ts";
export { type SessionOptions, sessionDefaults } from "./session-options.ts";
export { SessionServer, type SessionServerOptions } from "./session-server.ts";
export type {
  ListenAddress,
  ListenError,
  PeerCertificate,
  RefusedPeer,
  SwitchListener,
  Transport,
  TransportHandlers,
} from "./transport.ts";
export type {
  Action,
  ActionType,
  CopyField,
  ExperimenterItem,
  HeaderAction,
  StandardAction,
  UnknownItem,
} from "./wire/action.ts";
export type {
  BundleAdd,
  BundleControl,
  BundleControlType,
  BundleFeatureProperty,
  BundleFeatureRequest,
  BundleFeatures,
  BundleProperty,
  InnerMessage,
  OfTime,
} from "./wire/bundle.ts";
export {
  BUCKET_ALL,
  BUCKET_FIRST,
  BUCKET_LAST,
  BUCKET_MAX,
  bundleFlag,
  capability,
  flowFlag,
  flowMonitorFlag,
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
  statTriggerFlag,
  TABLE_ALL,
  TABLE_MAX,
  VLAN_PRESENT,
} from "./wire/constants.ts";
export type { DecodeError } from "./wire/decode.ts";
export { type Decoded, decodeHeader, decodeMessage, type Header } from "./wire/decode.ts";
export { encodeMessage, encodeMessages } from "./wire/encode.ts";
export type { ErrorCode, ErrorKind, ErrorMessage } from "./wire/error.ts";
export type { ExperimenterMessage } from "./wire/experimenter.ts";
export { experimenterId } from "./wire/experimenter-id.ts";
export {
  type AggregateStats,
  type FlowCounters,
  type FlowFilter,
  type FlowMod,
  type FlowModCommand,
  type FlowRemoved,
  type FlowRemovedReason,
  type FlowStats,
  flowMod,
} from "./wire/flow.ts";
export type { FlowEntryUpdate, FlowMonitorRequest, FlowUpdate } from "./wire/flow-monitor.ts";
export type { FlowStat } from "./wire/flow-stat.ts";
export type {
  Bucket,
  BucketProperty,
  Counters,
  GroupDesc,
  GroupFeatures,
  GroupMod,
  GroupModCommand,
  GroupProperty,
  GroupStats,
  GroupType,
  PerGroupType,
} from "./wire/group.ts";
export { type Hello, type HelloElement, helloFor, offeredVersions } from "./wire/hello.ts";
export type { Instruction, InstructionType, StandardInstruction } from "./wire/instruction.ts";
export {
  type AddressField,
  type BigField,
  type BigFieldName,
  IGNORED_BITS,
  type Ipv6FieldName,
  type MacFieldName,
  type Match,
  type NumberField,
  type NumberFieldName,
  type OxmField,
  type OxmFieldName,
  type OxmId,
  type PacketRegister,
  type UnknownField,
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
export {
  type BitRange,
  type LearnField,
  type LearnLimit,
  type LearnSpec,
  learnFlag,
  type NiciraAction,
  type NiciraCt,
  type NiciraLearn,
  type NiciraRegMove,
} from "./wire/nicira/action.ts";
export type {
  NiciraBytesField,
  NiciraMacField,
  NiciraNumberField,
} from "./wire/nicira/field-names.ts";
export type {
  NiciraFlowMod,
  NiciraMessage,
  NiciraPacketIn,
  NiciraPacketIn2,
  NiciraPacketProperty,
  NiciraResume,
} from "./wire/nicira/message.ts";
export type { PacketIn, PacketInReason, PacketOut } from "./wire/packet.ts";
export type {
  EthernetPort,
  EthernetPortStats,
  OpticalPort,
  OpticalPortMod,
  OpticalPortStats,
  Port,
  PortMod,
  PortModProperty,
  PortPipeline,
  PortProperty,
  PortStats,
  PortStatsProperty,
  PortStatus,
  PortStatusReason,
} from "./wire/port.ts";
export type { Queue, QueueProperty, QueueStats } from "./wire/queue.ts";
export type {
  AsyncConfig,
  AsyncProperty,
  AsyncSetting,
  AsyncSettingType,
  ControllerRole,
  ControllerStatus,
  ControllerStatusProperty,
  ControllerStatusReason,
  FeaturesReply,
  RoleState,
  RoleStatus,
  SwitchConfig,
  SwitchDesc,
} from "./wire/switch.ts";
export type {
  FeatureId,
  TableDesc,
  TableFeatureProperty,
  TableFeatures,
  TableMod,
  TableModProperty,
  TableStats,
  TableStatus,
} from "./wire/table.ts";
export {
  isSupportedVersion,
  type OfVersion,
  OPENFLOW_1_0,
  OPENFLOW_1_3,
  OPENFLOW_1_4,
  OPENFLOW_1_5,
  supportedVersions,
} from "./wire/version.ts";
