import { describe, expect, test } from "vitest";
import {
  type NsiEnvelope,
  readNsi,
  writeNsi,
} from "../../../../src/drivers/oscars/nsi/envelope.ts";
import {
  errorClass,
  rootCause,
  type ServiceException,
} from "../../../../src/drivers/oscars/nsi/service-exception.ts";
import { nsiHeader as header } from "../../../support/nsi-header.ts";

const exception: ServiceException = {
  nsaId: "urn:ogf:network:example.net:2013:nsa",
  errorId: "00502",
  text: "a child failed",
  childException: [{ nsaId: "urn:child", errorId: "00705", text: "capacity", childException: [] }],
};

describe("an envelope of NSI", () => {
  test("comes back as it was written", () => {
    const envelope: NsiEnvelope = {
      header,
      body: {
        type: "reserve",
        description: "a <b> & c",
        criteria: {
          version: 1,
          schedule: { startTime: 1_893_492_000_000, endTime: null },
          serviceType: "http://services.ogf.org/nsi/2013/12/descriptions/EVTS.A-GOLE",
          p2ps: {
            capacity: 1000,
            directionality: "Bidirectional",
            sourceSTP: "urn:ogf:network:a:2013::p?vlan=100-200",
            destSTP: "urn:ogf:network:a:2013::q?vlan=7",
            parameter: [{ type: "policing", value: "strict" }],
            inclusion: [],
            exclusion: [],
            others: [],
          },
          parameter: [],
          others: [],
        },
      },
    };
    expect(readNsi(writeNsi(envelope))._unsafeUnwrap()).toEqual(envelope);
  });

  test("may be a fault, with or without a reason and a header", () => {
    const fault = { type: "fault", faultcode: "Server", faultstring: "no" } as const;
    for (const body of [fault, { ...fault, serviceException: exception }])
      expect(readNsi(writeNsi({ body }))._unsafeUnwrap()).toEqual({ body });
  });

  test("is refused where it says nothing that is known", () => {
    const text = writeNsi({ header, body: { type: "acknowledgment" } });
    const other = readNsi(text.replaceAll("acknowledgment", "somethingElse"));
    expect(other._unsafeUnwrapErr().message).toContain("no message is called somethingElse");
    const soap12 = text.replace("http://schemas.xmlsoap.org/soap/envelope/", "urn:other");
    expect(readNsi(soap12)._unsafeUnwrapErr().message).toContain("a SOAP envelope expected");
  });

  test("states that peers misspell or make up are read", () => {
    const text = writeNsi({
      header,
      body: {
        type: "reserveFailed",
        connectionId: "c",
        connectionStates: {
          reservationState: "ReserveCommitting",
          provisionState: "Released",
          lifecycleState: "Created",
          dataPlaneStatus: { active: false, version: 0, versionConsistent: true },
        },
        serviceException: exception,
      },
    });
    const state = (word: string): unknown => {
      const { body } = readNsi(text.replace("ReserveCommitting", word))._unsafeUnwrap();
      return body.type === "reserveFailed" && body.connectionStates.reservationState;
    };
    expect(["ReserveComitting", "Initial", "Whatever"].map(state)).toEqual([
      "ReserveCommitting",
      "ReserveStart",
      "Unknown",
    ]);
  });
});

describe("an exception of NSI", () => {
  test("has the reason in the innermost child", () => {
    expect(rootCause(exception).errorId).toBe("00705");
  });

  test("says what can be done about it", () => {
    const classes = [
      "00203",
      "00204",
      "00503",
      "00800",
      "00704",
      "00403",
      "00600",
      "00101",
      "00302",
      "00201",
    ];
    expect(classes.map(errorClass)).toEqual([
      ...["gone", "gone", "retry", "retry", "unavailable", "unavailable", "unavailable"],
      ...["refused", "refused", "refused"],
    ]);
  });
});
