import { LAB_NICENESS } from "./lab-namespace.ts";
import type { PortWiring, Wiring } from "./wiring.ts";

/** How a lab is built. */
export interface LabOptions {
  /** What the bridges speak to their controller; default OpenFlow 1.3. */
  readonly protocols?: readonly string[];
  /** What joins the bridges: cables between interfaces (the default), or patch ports. */
  readonly links?: "veth" | "patch";
  /** The number of its first station, from which its addresses derive; default 1. */
  readonly firstStation?: number;
}

/**
 * Where nobody listens. Bridges always have a controller, because Open vSwitch empties their tables
 * whenever they are given their first or lose their last.
 */
export const NOWHERE = { host: "127.0.0.1", port: 1 };

const DAEMON = "--detach --no-chdir -vconsole:off --log-file --pidfile";

const SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema";

/**
 * The shell script that builds a lab inside its namespace.
 *
 * The database is filled before the switch starts, so that it configures everything at once, and
 * IPv6 is off, so that no host or switch sends frames by itself. Where the kernel groups processes
 * by session, niceness holds inside a group only, and each daemon's group gets its own.
 */
export function startScript(folder: string, wiring: Wiring, options: LabOptions): string {
  const links = options.links ?? "veth";
  const cables = wiring.cables.map((cable) => [cable.switchEnd, cable.hostEnd]);
  if (links === "veth") cables.push(...wiring.links.map((link) => [link.a, link.b]));
  return `
for where in all default; do
  setting=/proc/sys/net/ipv6/conf/$where/disable_ipv6
  if [ -e $setting ]; then echo 1 > $setting; fi
done
ip -batch - <<END
${cables.map(([a, b]) => `link add ${a} up type veth peer name ${b}\nlink set ${b} up`).join("\n")}
END
ovsdb-tool create ${folder}/conf.db ${SCHEMA}
ovsdb-server ${folder}/conf.db --remote=punix:${folder}/db.sock ${DAEMON}
ovs-vsctl --no-wait --db=unix:${folder}/db.sock -- init ${bridgeCommands(wiring, options)}
${switchScript(folder)}`;
}

/** The shell script that starts the switches of a lab, or starts them anew. */
export function switchScript(folder: string): string {
  return `ovs-vswitchd unix:${folder}/db.sock ${DAEMON}
for pidfile in ${folder}/*.pid; do
  autogroup=/proc/$(cat $pidfile)/autogroup
  if [ -e $autogroup ]; then echo ${LAB_NICENESS} > $autogroup || true; fi
done
`;
}

/** What ovs-vsctl is told to make these bridges, of all by default, and their ports. */
export function bridgeCommands(
  wiring: Wiring,
  { links = "veth", protocols = ["OpenFlow13"] }: LabOptions,
  bridges = wiring.bridges,
): string {
  const peers = new Map(wiring.links.flatMap(({ a, b }) => [[a, b] as const, [b, a] as const]));
  const connected = new Set([...peers.keys(), ...wiring.cables.map((cable) => cable.switchEnd)]);
  const settings = (port: PortWiring): string[] => {
    const peer = links === "patch" ? peers.get(port.interface) : undefined;
    return [
      ...(port.ofPort === undefined ? [] : [`ofport_request=${port.ofPort}`]),
      ...(peer === undefined ? [] : ["type=patch", `options:peer=${peer}`]),
    ];
  };
  const commands = bridges.flatMap((bridge) => [
    `add-br ${bridge.name}`,
    `set bridge ${bridge.name} datapath_type=netdev fail_mode=secure protocols=${protocols.join(",")}`,
    `set bridge ${bridge.name} other_config:disable-in-band=true`,
    `set-controller ${bridge.name} tcp:${NOWHERE.host}:${NOWHERE.port}`,
    `set controller ${bridge.name} connection_mode=out-of-band`,
    ...(bridge.datapathId === undefined
      ? []
      : [`set bridge ${bridge.name} other_config:datapath-id=${bridge.datapathId}`]),
    ...bridge.ports
      .filter((port) => connected.has(port.interface))
      .flatMap((port) => [
        `add-port ${bridge.name} ${port.interface}`,
        ...settings(port).map((setting) => `set interface ${port.interface} ${setting}`),
      ]),
  ]);
  return commands.map((command) => `-- ${command}`).join(" \\\n  ");
}
