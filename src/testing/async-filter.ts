import type {
  AsyncSetting,
  AsyncSettingType,
  ControllerRole,
} from "../drivers/openflow/wire/switch.ts";
import type { Notice } from "./datapath/effect.ts";

/** What a new connection gets: slaves hear of ports only (OpenFlow 1.3.5 §6.3.4). */
export const defaultAsyncSettings: readonly AsyncSetting[] = [
  { type: "packet-in-master", mask: 0b111 },
  { type: "packet-in-slave", mask: 0 },
  { type: "port-status-master", mask: 0b111 },
  { type: "port-status-slave", mask: 0b111 },
  { type: "flow-removed-master", mask: 0b1111 },
  { type: "flow-removed-slave", mask: 0 },
];

/** Whether a controller in this role, with these settings, is to be told. */
export function wantsNotice(
  settings: readonly AsyncSetting[],
  role: ControllerRole,
  notice: Notice,
): boolean {
  const kind: AsyncSettingType = `${notice.type}-${role === "slave" ? "slave" : "master"}`;
  const mask = settings.find((setting) => setting.type === kind)?.mask ?? 0;
  return ((mask >>> reasonNumber(notice)) & 1) === 1;
}

/** Reasons in the order of their numbers on the wire. */
const reasons: Readonly<Record<Notice["type"], readonly Notice["reason"][]>> = {
  "packet-in": ["no-match", "action", "invalid-ttl"],
  "port-status": ["add", "delete", "modify"],
  "flow-removed": ["idle-timeout", "hard-timeout", "delete", "group-delete"],
};

function reasonNumber({ type, reason }: Notice): number {
  return typeof reason === "number" ? reason : reasons[type].indexOf(reason);
}
