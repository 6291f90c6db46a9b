import type { PeerName } from "../../drivers/oscars/nsi/peer-profile.ts";
import type { NsiQuirks } from "./nsi-options.ts";

/** How known providers depart from the specification, to be simulated all at once. */
export const nsiPeerQuirks: Readonly<Record<PeerName, NsiQuirks>> = {
  standard: {},
  safnari: {
    demands: ["reply-url"],
    aggregates: true,
  },
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
    openStartSeconds: 30,
    openEndSeconds: 86_400,
    errorIds: { "00709": "00406" },
    readsFirstRange: true,
    saysMore: true,
    localTimes: true,
    zipsCallbacks: true,
    minimumSeconds: 900,
  },
  opennsa: {
    demands: ["quoted-action", "reply-url", "labels"],
    refusals: "answer",
    callbacks: "before",
    modify: "none",
    nilTimes: "broken",
    faults: "framework",
    checksCapacity: false,
    staysHeld: true,
    countsNotifications: false,
    countsVersions: false,
    misspellsState: true,
    staysCreated: true,
    errorIds: { "00201": "00500", "00701": "00704", "00709": "00400" },
  },
  supa: {
    demands: ["fresh-correlation", "labels"],
    modify: "service-with-capacity",
    abortsInitial: false,
    labels: "random",
    errorIds: { "00201": "00700", "00300": "00102" },
  },
};
