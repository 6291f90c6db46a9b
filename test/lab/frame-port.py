"""Sends and captures raw Ethernet frames for tests: JSON lines in, JSON lines out, standard library only.

A request is {"id", "op", ...}; its answer {"id", "ok"} or {"id", "error"}. The process ends with its
standard input. Captured frames are kept per port until taken, except those of streams: numbered frames
sent at a fixed interval, of which each port only counts what arrives.
"""

import json
import os
import select
import socket
import struct
import sys
import time

SOL_PACKET = 263
PACKET_AUXDATA = 8
PACKET_IGNORE_OUTGOING = 23
SO_RCVBUFFORCE = 33
ETH_P_ALL = 3
TP_STATUS_VLAN_VALID = 0x10
TP_STATUS_VLAN_TPID_VALID = 0x40
TAG_TYPES = (0x8100, 0x88A8)

STREAM_MAGIC = b"DCNS-stream"
STREAM_TAIL = struct.Struct("!II")
RECEIVE_BUFFER = 16 << 20


class Port:
    """One end of a cable."""

    def __init__(self, interface):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.socket.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
        self.socket.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER)
        self.socket.bind((interface, ETH_P_ALL))
        self.socket.setblocking(False)
        self.captured = []
        self.streams = {}

    def receive(self):
        """Takes in all frames that are waiting."""
        while True:
            try:
                frame = self._next()
            except BlockingIOError:
                return
            if not self._count(frame):
                self.captured.append(frame.hex())

    def _next(self):
        """The kernel moves the outer tag out of the frame; it is put back where it was."""
        frame, ancillary, _, _ = self.socket.recvmsg(65536, 256)
        for level, kind, data in ancillary:
            if level == SOL_PACKET and kind == PACKET_AUXDATA:
                status, _, _, _, _, tci, tpid = struct.unpack("IIIHHHH", data[:20])
                if status & TP_STATUS_VLAN_VALID:
                    known = status & TP_STATUS_VLAN_TPID_VALID
                    tag = struct.pack("!HH", tpid if known else 0x8100, tci)
                    frame = frame[:12] + tag + frame[12:]
        return frame

    def _count(self, frame):
        """Accounts for a frame of a stream; says whether it was one."""
        offset, vlan = 12, None
        while struct.unpack_from("!H", frame, offset)[0] in TAG_TYPES:
            if vlan is None:
                vlan = struct.unpack_from("!H", frame, offset + 2)[0] & 0xFFF
            offset += 4
        start = offset + 2
        end = start + len(STREAM_MAGIC)
        if frame[start:end] != STREAM_MAGIC:
            return False
        number, sequence = STREAM_TAIL.unpack_from(frame, end)
        seen = self.streams.setdefault(number, {"received": 0, "sequences": set(), "vlans": set()})
        seen["received"] += 1
        seen["sequences"].add(sequence)
        seen["vlans"].add(vlan)
        return True


class Stream:
    """Numbered frames, sent one per interval; what a pause of this process delayed is sent at once."""

    def __init__(self, port, number, header, interval, payload_size):
        self.port = port
        self.prefix = header + STREAM_MAGIC
        self.number = number
        self.size = len(header) + payload_size
        self.interval = interval
        self.sent = 0
        self.next_at = time.monotonic()

    def send_due(self, now):
        while self.next_at <= now:
            frame = self.prefix + STREAM_TAIL.pack(self.number, self.sent)
            self.port.socket.send(frame.ljust(self.size, b"\0"))
            self.sent += 1
            self.next_at += self.interval


class Helper:
    def __init__(self):
        self.ports = {}
        self.streams = {}
        self.input = b""

    def run(self):
        while True:
            due = [stream.next_at for stream in self.streams.values()]
            wait = max(0, min(due) - time.monotonic()) if due else None
            sockets = {port.socket: port for port in self.ports.values()}
            ready, _, _ = select.select([0, *sockets], [], [], wait)
            for item in ready:
                if item == 0:
                    if not self.read_requests():
                        return
                else:
                    sockets[item].receive()
            now = time.monotonic()
            for stream in self.streams.values():
                stream.send_due(now)

    def read_requests(self):
        chunk = os.read(0, 1 << 16)
        *lines, self.input = (self.input + chunk).split(b"\n")
        for line in lines:
            self.answer(json.loads(line))
        return chunk != b""

    def answer(self, request):
        try:
            operation = getattr(self, "op_" + request["op"])
            reply = {"id": request["id"], "ok": operation(request)}
        except (OSError, KeyError, AttributeError) as error:
            reply = {"id": request["id"], "error": repr(error)}
        sys.stdout.write(json.dumps(reply) + "\n")
        sys.stdout.flush()

    def op_open(self, request):
        if request["port"] not in self.ports:
            self.ports[request["port"]] = Port(request["interface"])

    def op_send(self, request):
        port = self.ports[request["port"]]
        for frame in request["frames"]:
            port.socket.send(bytes.fromhex(frame))

    def op_take(self, request):
        port = self.ports[request["port"]]
        port.receive()
        frames, port.captured = port.captured, []
        return frames

    def op_start(self, request):
        self.streams[request["stream"]] = Stream(
            self.ports[request["port"]],
            request["stream"],
            bytes.fromhex(request["header"]),
            request["interval"],
            request["payloadSize"],
        )

    def op_stop(self, request):
        return self.streams.pop(request["stream"]).sent

    def op_count(self, request):
        port = self.ports[request["port"]]
        port.receive()
        seen = port.streams.get(request["stream"], {"received": 0, "sequences": (), "vlans": ()})
        return {
            "received": seen["received"],
            "sequences": sorted(seen["sequences"]),
            "vlans": ["untagged" if vlan is None else vlan for vlan in seen["vlans"]],
        }


Helper().run()
