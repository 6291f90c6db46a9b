import type { PeerName } from "../../drivers/oscars/nsi/peer-profile.ts";
import type { NsiQuirks } from "./nsi-options.ts";

/** How known providers depart from the specification, to be simulated all at once. */
export const nsiPeerQuirks: Readonly<Record<PeerName, NsiQuirks>> = {
  standard: {},
  safnari: {},
  oscars: {
    demands: ["version", "schedule", "description", "labels", "reply-to"],
    modify: "full-service",
    nilTimes: "silence",
    lateFailures: "silence",
    forgetsFailed: true,
    staysFailed: true,
    confirmsOldVersion: true,
    hidesTerminated: true,
    forcedEndWithoutId: true,
    misspellsVersion: true,
    openEndSeconds: 86_400,
  },
  opennsa: {
    demands: ["quoted-action", "reply-to", "labels"],
    refusals: "answer",
    callbacks: "before",
    modify: "none",
    nilTimes: "broken",
    faults: "framework",
    checksCapacity: false,
    staysHeld: true,
    countsNotifications: false,
  },
  supa: {
    demands: ["fresh-correlation", "labels"],
    modify: "service-with-capacity",
    abortsInitial: false,
  },
};
