import { connect } from "node:net";
import { err, ok } from "neverthrow";
import { socketTransport } from "../drivers/openflow/listener-socket.ts";
import type { ListenAddress } from "../drivers/openflow/transport.ts";
import type { Dial } from "./memory-link.ts";

/** Reaches a controller over TCP, as a real switch does. */
export function socketDial({ host, port }: ListenAddress): Dial {
  return (answer) => {
    const socket = connect({ host, port });
    const refused = (error: Error): void => {
      answer(err({ type: "dial-refused", reason: error.message }));
    };
    socket.once("error", refused);
    socket.once("connect", () => {
      socket.off("error", refused);
      answer(ok(socketTransport(socket)));
    });
  };
}
