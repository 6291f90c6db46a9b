import { err, ok, type Result, ResultAsync } from "neverthrow";
import { match } from "ts-pattern";
import type { Clock } from "../../../model/clock.ts";
import { systemClock } from "../../../system-clock.ts";
import type { CircuitFault } from "../circuit-service.ts";
import { DEFAULT_ANSWER_MS, idcpRequests, restClient } from "../dialect-clients.ts";
import { httpClient } from "../http/client-socket.ts";
import type { HttpClient } from "../http/http.ts";
import { readNsaDescription } from "../nsi/discovery.ts";
import type {
  DialectOptions,
  IdcpDialectOptions,
  OscarsDriverOptions,
  RestDialectOptions,
} from "../oscars-driver-options.ts";
import { readXml } from "../xml/read-xml.ts";
import { ctrlPlaneEdges, readCtrlPlane } from "./ctrl-plane-edges.ts";
import { type EdgeInventory, type InventoryFault, inventoryFault } from "./inventory.ts";
import { readNml } from "./nml-edges.ts";
import { readOscarsPorts } from "./oscars-edges.ts";

/** What is asked of a domain for its inventory. */
export interface ImportOptions {
  /** Times requests; the machine's own when absent. */
  readonly clock?: Clock;
  /**
   * Where the inventory is: an NSA description (discovery) or an NML topology of an NSI provider, a
   * control plane topology of an IDCP domain. An NSI provider has to have one; an IDCP server is asked for it by
   * `getNetworkTopology` when absent, which few answer.
   */
  readonly document?: string;
  /** OSCARS 1: what is left from when to when, seconds since the epoch; everything when absent. */
  readonly interval?: { readonly beginning: number; readonly ending: number };
  readonly signal?: AbortSignal;
}

/** What imports work with. */
interface Asking {
  readonly http: HttpClient;
  readonly signal: AbortSignal;
  readonly options: DialectOptions;
}

type TimedAsking = Asking & { readonly clock: Clock };

/**
 * Asks a wide-area domain, in the way that its driver does, for its edge: the ports where circuits may
 * end, with their capacity and labels. An IDCP document may tell of several domains.
 */
export function importInventories(
  options: OscarsDriverOptions,
  {
    clock = systemClock,
    document,
    interval,
    signal = new AbortController().signal,
  }: ImportOptions = {},
): ResultAsync<readonly EdgeInventory[], InventoryFault> {
  const { tls } = options;
  const http = options.http ?? httpClient({ clock, ...(tls === undefined ? {} : { tls }) });
  const asking = { http, signal, options };
  const inventories = match(options)
    .with({ dialect: "rest" }, (rest) => importRest(rest, interval, { ...asking, clock }))
    .with({ dialect: "idcp" }, (idcp) => importIdcp(idcp, document, { ...asking, clock }))
    .with({ dialect: "nsi" }, () => importNsi(document, asking))
    .exhaustive();
  const close = (): void => {
    if (options.http === undefined) http.close();
  };
  return new ResultAsync(inventories.finally(close));
}

type Imported = Result<readonly EdgeInventory[], InventoryFault>;

async function importRest(
  options: RestDialectOptions,
  interval: ImportOptions["interval"],
  { http, signal, clock }: TimedAsking,
): Promise<Imported> {
  const client = restClient(options, { http, clock });
  const bodyOf = async (path: string, json?: unknown): Promise<Result<string, InventoryFault>> => {
    const request =
      json === undefined
        ? ({ method: "GET", path } as const)
        : ({ method: "POST", path, body: { json } } as const);
    const sent = await client.send(request, signal);
    return sent
      .mapErr(faultOf)
      .andThen(({ status, body }) =>
        status === 200 ? ok(body) : err(inventoryFault(`${path}: the server says ${status}`)),
      );
  };
  const ports = await bodyOf("/api/topo/ethernetPortsByDevice");
  if (ports.isErr()) return err(ports.error);
  if (interval === undefined) return readOscarsPorts(ports.value).map((inventory) => [inventory]);
  const left = await bodyOf("/api/topo/available", interval);
  return left
    .andThen((available) => readOscarsPorts(ports.value, available))
    .map((inventory) => [inventory]);
}

async function importIdcp(
  options: IdcpDialectOptions,
  document: string | undefined,
  { clock, ...asking }: TimedAsking,
): Promise<Imported> {
  if (document !== undefined) return (await fetchText(document, asking)).andThen(readCtrlPlane);
  const { http, signal } = asking;
  const told = await idcpRequests(options, { http, clock }).topology(signal);
  return told.mapErr(faultOf).andThen(ctrlPlaneEdges);
}

async function importNsi(document: string | undefined, asking: Asking): Promise<Imported> {
  if (document === undefined)
    return err(inventoryFault("where is the discovery document, or the NML topology?"));
  const text = await fetchText(document, asking);
  if (text.isErr()) return err(text.error);
  const isDescription = readXml(text.value)
    .map(({ name }) => name === "nsa")
    .unwrapOr(false);
  const nml = isDescription ? await describedTopology(text.value, asking) : text;
  return nml.andThen(readNml).map((inventory) => [inventory]);
}

/** Discovery names the documents of an agent by the type of each. */
async function describedTopology(
  text: string,
  asking: Asking,
): Promise<Result<string, InventoryFault>> {
  const description = readNsaDescription(text);
  if (description.isErr()) return err(inventoryFault("the NSA description cannot be read"));
  const found = description.value.interface.find(({ type }) => /nsi\.topology.*xml/.test(type));
  return found === undefined
    ? err(inventoryFault("the NSA description names no topology"))
    : fetchText(found.href, asking);
}

async function fetchText(
  url: string,
  { http, signal, options: { headers, times = {} } }: Asking,
): Promise<Result<string, InventoryFault>> {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    return err(inventoryFault(`"${url.slice(0, 100)}" is no address`));
  const timeoutMs = times.answerMs ?? DEFAULT_ANSWER_MS;
  const request = { method: "GET", url, headers: { ...headers, accept: "*/*" } } as const;
  const sent = await http.send(request, { signal, timeoutMs });
  return sent
    .mapErr(({ message }) => inventoryFault(`${url}: ${message}`))
    .andThen(({ status, body }) =>
      status === 200 ? ok(body) : err(inventoryFault(`${url}: the server says ${status}`)),
    );
}

function faultOf({ message }: CircuitFault): InventoryFault {
  return inventoryFault(message);
}
