import { ok, type Result } from "neverthrow";
import { PORT_ANY, QUEUE_ALL } from "../../drivers/openflow/wire/constants.ts";
import type { Queue, QueueStats } from "../../drivers/openflow/wire/queue.ts";
import { frameBytes } from "../../model/frame.ts";
import { frameOf, type Packet } from "./packet.ts";
import type { SimPort } from "./port-table.ts";
import { type Refusal, refuse } from "./refusal.ts";
import type { SwitchState } from "./switch-state.ts";

/** Counts a packet that leaves by a queue of a port. Queues do not shape here. */
export function countQueued(state: SwitchState, port: SimPort, packet: Packet): void {
  const { queue } = packet;
  if (queue === undefined || !state.queues(port.port).includes(queue)) return;
  const { packets, bytes } = port.queued.get(queue) ?? { packets: 0, bytes: 0 };
  const size = frameBytes(frameOf(packet));
  port.queued.set(queue, { packets: packets + 1, bytes: bytes + size });
}

/** The queues of a port, or of all (OpenFlow 1.3.5 §7.3.6). */
export function queuesAt(state: SwitchState, port: number): Result<readonly Queue[], Refusal> {
  return portsAt(state, port).map((ports) =>
    ports.flatMap(({ port }) =>
      state.queues(port).map((queue) => ({ port, queue, properties: [] })),
    ),
  );
}

/** What left by queues (§7.3.5.8). */
export function queueStats(
  state: SwitchState,
  asked: { readonly port: number; readonly queue: number },
): Result<readonly QueueStats[], Refusal> {
  const isAsked = ({ queue }: Queue): boolean => asked.queue === QUEUE_ALL || queue === asked.queue;
  return queuesAt(state, asked.port).map((queues) =>
    queues.filter(isAsked).map(({ port, queue }) => {
      const { packets = 0, bytes = 0 } = state.ports.get(port)?.queued.get(queue) ?? {};
      const [txBytes, txPackets] = [BigInt(bytes), BigInt(packets)];
      return { port, queue, txBytes, txPackets, txErrors: 0n, durationS: 0, durationNs: 0 };
    }),
  );
}

function portsAt({ ports }: SwitchState, number: number): Result<readonly SimPort[], Refusal> {
  if (number === PORT_ANY) return ok([...ports.values()]);
  const port = ports.get(number);
  return port === undefined ? refuse("queue-op-failed", "bad-port") : ok([port]);
}
