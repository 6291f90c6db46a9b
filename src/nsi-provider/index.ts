/**
 * Makes an agent a provider of NSI connections, so that other clouds can ask it for circuits between
 * its edges.
 *
 * @packageDocumentation
 */
export type { HttpClient, HttpHandler } from "../drivers/oscars/http/http.ts";
export {
  type HttpServerOptions,
  nodeListener,
  type ServerTls,
} from "../drivers/oscars/http/server-socket.ts";
export type { SessionSecurity } from "../drivers/oscars/nsi/session-security.ts";
export type {
  NsiAsked,
  NsiAskedEnd,
  NsiPeerIdentity,
  NsiPolicy,
  NsiProviderOptions,
  NsiReader,
  NsiStpOptions,
} from "./options.ts";
export { NsiProvider, type NsiProviderFault } from "./provider.ts";
