"""Encodes and decodes with os-ken what is on the standard input; writes rates as one JSON object.

In:  {"seconds": per measurement, "decode": {name: [message in hexadecimal, ...]}}
Out: {"encode": {name: messages per second of processor time}, "decode": {...}}
"""

import json
import sys
import time

from os_ken.ofproto import ofproto_parser, ofproto_protocol, ofproto_v1_3, ofproto_v1_3_parser

DATAPATH = ofproto_protocol.ProtocolDesc(ofproto_v1_3.OFP_VERSION)


def rate(items, seconds, work):
    """Items worked on per second, over and over until the time is over."""
    done, start = 0, time.process_time()
    while True:
        for item in items:
            work(item)
            done += 1
            elapsed = time.process_time() - start
            if elapsed > seconds:
                return done / elapsed


def encode_flow_mod(index):
    parser = ofproto_v1_3_parser
    digits = f"{index:08x}"
    match = parser.OFPMatch(
        in_port=1,
        eth_dst="02:00:" + ":".join(digits[at : at + 2] for at in range(0, 8, 2)),
        vlan_vid=ofproto_v1_3.OFPVID_PRESENT | (100 + index % 1000),
    )
    output = parser.OFPActionOutput(2, 0)
    apply = parser.OFPInstructionActions(ofproto_v1_3.OFPIT_APPLY_ACTIONS, [output])
    parser.OFPFlowMod(DATAPATH, priority=100, match=match, instructions=[apply]).serialize()


def decode(message):
    version, kind, length, xid = ofproto_parser.header(message)
    ofproto_parser.msg(DATAPATH, version, kind, length, xid, message)


question = json.load(sys.stdin)
seconds = question["seconds"]
decoded = {
    name: rate([bytes.fromhex(message) for message in messages], seconds, decode)
    for name, messages in question["decode"].items()
}
encoded = {"flowMod": rate(range(10_000), seconds, encode_flow_mod)}
print(json.dumps({"encode": encoded, "decode": decoded}))
