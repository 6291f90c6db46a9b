import type { IncomingRequest, OutgoingResponse } from "../../drivers/oscars/http/http.ts";
import { failure, json } from "./oscars-answer.ts";
import type { SimOscarsServerOptions } from "./oscars-options.ts";

type Door = Pick<SimOscarsServerOptions, "tokens" | "outsiders">;

/** The groups whose users may. */
const GROUPS = ["svc_oscars_user"];

/**
 * What a server says to who may not come in, or asks at the door; undefined for who may. What changes nothing
 * is open to everybody.
 */
export function atDoor(
  { tokens, outsiders }: Door,
  { method, path, headers }: IncomingRequest,
): OutgoingResponse | undefined {
  if (`${method} ${path}` === "GET /api/frontend/oauth")
    return json({ enabled: tokens !== undefined, clientId: "oscars", allowedGroups: GROUPS });
  if (tokens === undefined || !path.startsWith("/protected/")) return undefined;
  const bearer = headers.get("authorization")?.replace(/^Bearer /, "") ?? "";
  const groups = outsiders?.get(bearer);
  // Of a token without groups nobody thought.
  if (groups === "none") return failure(500, path);
  if (groups === "others") return { status: 403, headers: { "www-authenticate": "Bearer" } };
  if (!tokens.has(bearer)) return { status: 401, headers: { "www-authenticate": "Bearer" } };
  return undefined;
}
