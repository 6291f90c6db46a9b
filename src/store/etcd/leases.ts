import { err, ok, type Result, ResultAsync } from "neverthrow";
import type { StoreError } from "../../model/errors.ts";
import type { StoreLease } from "../store.ts";
import { type Gateway, unavailable } from "./gateway.ts";
import { anyReply, grantReply, keepAliveReply } from "./messages.ts";

const NOT_FOUND = 5;
const EXISTS = 9;

/** etcd's leases. */
export class EtcdLeases {
  readonly #gateway: Gateway;
  /** A whole number that no other client has chosen. */
  readonly #nextId: () => string;

  constructor(gateway: Gateway, nextId: () => string) {
    this.#gateway = gateway;
    this.#nextId = nextId;
  }

  /** A new lease. We choose its number, so that asking twice does not make two. */
  async grant(ttlMs: number): Promise<Result<StoreLease, StoreError>> {
    const id = this.#nextId();
    const seconds = String(Math.ceil(ttlMs / 1_000));
    const answer = await this.#gateway.call(
      "/v3/lease/grant",
      { ID: id, TTL: seconds },
      grantReply,
    );
    if (answer.isOk()) return ok(this.#leaseOf(id, answer.value.TTL * 1_000));
    const { error } = answer;
    const isThere = error.type === "refused" && error.code === EXISTS;
    return isThere ? ok(this.#leaseOf(id, Number(seconds) * 1_000)) : err(unavailable(error));
  }

  async renew(id: string): Promise<Result<void, StoreError>> {
    const answer = await this.#gateway.call("/v3/lease/keepalive", { ID: id }, keepAliveReply);
    if (answer.isErr()) return err(unavailable(answer.error));
    return answer.value.result.TTL > 0 ? ok(undefined) : err({ type: "lease-expired", lease: id });
  }

  async revoke(id: string): Promise<Result<void, StoreError>> {
    const answer = await this.#gateway.call("/v3/lease/revoke", { ID: id }, anyReply);
    if (answer.isOk()) return ok(undefined);
    const { error } = answer;
    const isOver = error.type === "refused" && error.code === NOT_FOUND;
    return isOver ? ok(undefined) : err(unavailable(error));
  }

  #leaseOf(id: string, ttlMs: number): StoreLease {
    return {
      id,
      ttlMs,
      renew: () => new ResultAsync(this.renew(id)),
      revoke: () => new ResultAsync(this.revoke(id)),
    };
  }
}
