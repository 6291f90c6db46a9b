/** A frame's way in: the host, and the tag its frames carry. */
export interface Sender {
  readonly hostPort: string;
  readonly vlan?: number;
}

/** The switches and hosts that the demo runs on, simulated or real. */
export interface DemoFabric {
  readonly name: string;
  /** Where the switches expect a controller. */
  readonly controller: { readonly host: string; readonly port: number };
  /** Has every switch dial the controller. */
  connect(port: number): Promise<void>;
  /** Sends one broadcast frame; gives the host ports at which copies came out. */
  broadcast(from: Sender): Promise<readonly string[]>;
  /** What a switch holds of ours, a line each. */
  told(node: string): Promise<readonly string[]>;
  close(): Promise<void>;
}
