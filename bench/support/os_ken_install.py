"""Adds flows to the first switch that connects, and says how long until its barrier reply.

os_ken_install.py HOST PORT FLOWS
"""

import sys
import time

from os_ken import cfg
from os_ken.base import app_manager
from os_ken.controller import ofp_event
from os_ken.controller.handler import MAIN_DISPATCHER, set_ev_cls
from os_ken.lib import hub
from os_ken.ofproto import ofproto_v1_3

HOST, PORT, FLOWS = sys.argv[1], sys.argv[2], int(sys.argv[3])


class Install(app_manager.OSKenApp):
    OFP_VERSIONS = [ofproto_v1_3.OFP_VERSION]

    @set_ev_cls(ofp_event.EventOFPStateChange, MAIN_DISPATCHER)
    def switch_is_up(self, event):
        datapath = event.datapath
        protocol, parser = datapath.ofproto, datapath.ofproto_parser
        self.start = time.perf_counter()
        for index in range(FLOWS):
            digits = f"{index:08x}"
            pairs = [digits[at : at + 2] for at in range(0, 8, 2)]
            match = parser.OFPMatch(
                in_port=1,
                eth_dst="02:00:" + ":".join(pairs),
                vlan_vid=protocol.OFPVID_PRESENT | (100 + index % 1000),
            )
            output = parser.OFPActionOutput(2, 0)
            apply = parser.OFPInstructionActions(protocol.OFPIT_APPLY_ACTIONS, [output])
            datapath.send_msg(
                parser.OFPFlowMod(datapath, priority=100, match=match, instructions=[apply])
            )
        datapath.send_msg(parser.OFPBarrierRequest(datapath))

    @set_ev_cls(ofp_event.EventOFPBarrierReply, MAIN_DISPATCHER)
    def all_processed(self, _event):
        print(f"{(time.perf_counter() - self.start) * 1000:.3f} ms", flush=True)


if __name__ == "__main__":
    hub.patch()
    cfg.CONF(args=["--ofp-listen-host", HOST, "--ofp-tcp-listen-port", PORT], project="os_ken")
    manager = app_manager.AppManager.get_instance()
    manager.load_apps([__file__, "os_ken.controller.ofp_handler"])
    services = manager.instantiate_apps(**manager.create_contexts())
    hub.sleep(0.2)  # the port is opened by a service, when the services have their turn
    print("listening", flush=True)
    hub.joinall(services)
