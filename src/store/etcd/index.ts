/**
 * A store in etcd, which any number of agents share.
 *
 * @packageDocumentation
 */
export { EtcdStore, type EtcdStoreOptions } from "./etcd-store.ts";
export type { GatewayOptions } from "./gateway.ts";
export type { ClientTls, HttpClient, HttpReply, HttpRequest } from "./http-socket.ts";
