/** What a lab reads of a topology document; everything else in it is ignored. */
export interface LabDocument {
  readonly nodes: readonly {
    readonly id: string;
    readonly datapathId?: string;
    readonly ports: readonly {
      readonly id: string;
      readonly ofPort?: number;
      readonly name?: string;
    }[];
  }[];
  readonly links?: readonly { readonly id: string; readonly a: string; readonly b: string }[];
  readonly hosts?: readonly {
    readonly host: string;
    readonly nic: string;
    readonly port: string;
  }[];
}

/** A switch port: the interface that is plugged into the bridge, and its OpenFlow number if asked. */
export interface PortWiring {
  readonly ref: string;
  readonly interface: string;
  readonly ofPort?: number;
}

/** Interfaces and bridges for a document. */
export interface Wiring {
  readonly bridges: readonly {
    readonly name: string;
    readonly datapathId?: string;
    readonly ports: readonly PortWiring[];
  }[];
  /** Pairs of interfaces that are the two ends of one cable. */
  readonly links: readonly { readonly id: string; readonly a: string; readonly b: string }[];
  /** The cables of hosts; what shares a switch port shares the cable. */
  readonly cables: readonly { readonly switchEnd: string; readonly hostEnd: string }[];
  /** Per `host:nic`: the host's end of its cable. */
  readonly hostEnds: ReadonlyMap<string, string>;
}

/** The kernel's limit on an interface name. */
const NAME_LIMIT = 15;

/** Says which interfaces and bridges a document needs. Node ids become the names of bridges. */
export function wire(document: LabDocument): Wiring {
  const interfaces = new Map<string, string>();
  const bridges = document.nodes.map((node) => ({
    name: node.id,
    ...(node.datapathId === undefined ? {} : { datapathId: node.datapathId }),
    ports: node.ports.map((port) => {
      const ref = `${node.id}:${port.id}`;
      const name = port.name ?? `${node.id}-${port.id}`;
      interfaces.set(ref, name);
      return {
        ref,
        interface: name,
        ...(port.ofPort === undefined ? {} : { ofPort: port.ofPort }),
      };
    }),
  }));
  assertNames([...bridges.map((bridge) => bridge.name), ...interfaces.values()]);
  const at = (ref: string): string => {
    const name = interfaces.get(ref);
    if (name === undefined) throw new Error(`the document has no port ${ref}`);
    return name;
  };
  const hosts = document.hosts ?? [];
  const hostPorts = [...new Set(hosts.map((host) => host.port))];
  const hostEnd = (port: string): string => `nic${hostPorts.indexOf(port)}`;
  return {
    bridges,
    links: (document.links ?? []).map(({ id, a, b }) => ({ id, a: at(a), b: at(b) })),
    cables: hostPorts.map((port) => ({ switchEnd: at(port), hostEnd: hostEnd(port) })),
    hostEnds: new Map(hosts.map(({ host, nic, port }) => [`${host}:${nic}`, hostEnd(port)])),
  };
}

function assertNames(names: readonly string[]): void {
  const unfit = names.find((name, index) => {
    return name.length > NAME_LIMIT || /[\s/]/.test(name) || names.indexOf(name) !== index;
  });
  if (unfit !== undefined) throw new Error(`${unfit} is no name for an interface of this lab`);
}
