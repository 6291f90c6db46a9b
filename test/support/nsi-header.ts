import type { NsiHeader } from "../../src/drivers/oscars/nsi/header.ts";

/** The header of a message from one of us to a provider. */
export const nsiHeader: NsiHeader = {
  protocolVersion: "application/vnd.ogf.nsi.cs.v2.provider+soap",
  correlationId: "urn:uuid:dc500001-0000-4000-8000-000000000001",
  requesterNSA: "urn:ogf:network:dcns.example:2026:nsa",
  providerNSA: "urn:ogf:network:example.net:2013:nsa",
  sessionSecurityAttr: [],
  extensions: [],
};
