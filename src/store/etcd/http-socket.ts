import http from "node:http";
import https from "node:https";

/** One POST of a JSON text. */
export interface HttpRequest {
  /** Where to: `https://10.0.0.1:2379`, without a path. */
  readonly endpoint: string;
  readonly path: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Raised when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** The answer to a request, whose body may still be coming. */
export interface HttpReply {
  readonly status: number;
  readonly body: AsyncIterable<Uint8Array>;
}

/** Sends requests; the promise, or reading the body, is rejected when the connection fails. */
export interface HttpClient {
  send(request: HttpRequest): Promise<HttpReply>;
  close(): void;
}

/**
 * What speaks for the client, and whom it trusts; PEM texts. Where etcd also wants names and
 * passwords, its gateway refuses certificates with a common name: give the subject an `O` alone.
 */
export interface ClientTls {
  /** The certificate authorities that servers must be certified by; the system's when absent. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** How many connections there are to one endpoint at most; further requests wait for one. */
const MAX_CONNECTIONS = 64;

/** A client over TCP, or TLS for `https:` endpoints. */
export function httpClient(tls: ClientTls = {}): HttpClient {
  const settings = { keepAlive: true, maxSockets: MAX_CONNECTIONS };
  const agents = {
    http: new http.Agent(settings),
    https: new https.Agent({ ...settings, ...tls, minVersion: "TLSv1.2" }),
  };
  return {
    send: ({ endpoint, path, body, headers, signal }) => {
      const url = new URL(path, endpoint);
      const options = { method: "POST", signal, headers };
      return new Promise((resolve, reject) => {
        const answer = (reply: http.IncomingMessage): void =>
          resolve({ status: reply.statusCode ?? 0, body: reply });
        const request =
          url.protocol === "https:"
            ? https.request(url, { ...options, agent: agents.https }, answer)
            : http.request(url, { ...options, agent: agents.http }, answer);
        request.on("error", reject);
        request.end(body);
      });
    },
    close: () => {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}
