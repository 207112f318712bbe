/**
 * The server of the live page: on loopback, for its own files, to its own pages.
 *
 * @module
 */
import { StaircaseError } from "../errors.ts";
import { contentPolicy, type PageFile } from "./page_files.ts";

/** Headers of every answer. */
const HEADERS = {
  "content-security-policy": `${contentPolicy}; frame-ancestors 'none'`,
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cache-control": "no-store",
};

/**
 * Names by which this machine is asked for itself. Any other name that leads here is a trick.
 */
const NAMES = ["127.0.0.1", "localhost", "[::1]"];

/** Whether a request comes to a loopback name, from a page of this server or from none. */
function isOwn({ headers, url }: Request): boolean {
  const { host, port } = new URL(url), origin = headers.get("origin");
  const allowed = NAMES.map((name) => port === "" ? name : `${name}:${port}`);
  if (!allowed.includes(host) || !allowed.includes(headers.get("host") ?? "")) return false;
  return origin === null || allowed.some((name) => origin === `http://${name}`);
}

/** What a server gives. */
export interface LiveSite {
  /** Files by their names. */
  readonly files: ReadonlyMap<string, PageFile>;
  /** Bytes by the names of files that are made when they are asked for. Default: none. */
  readonly made?: ReadonlyMap<string, () => Promise<Uint8Array<ArrayBuffer>>>;
  /**
   * Server-sent events of a run that is followed; `null` where none is.
   *
   * @param signal Ends the events.
   */
  readonly feed: ((signal: AbortSignal) => AsyncGenerator<string, void, void>) | null;
}

/** Address of the events. */
export const FEED_PATH = "events";

/**
 * Answers a request.
 *
 * @param site What there is.
 * @param request The request.
 * @param signal Ends events that are being sent.
 * @returns The file or the events; 403 for a foreign host or origin, 404 for no file, 405 for
 * anything but reading.
 */
export function answer({ files, feed, made }: LiveSite, request: Request, signal: AbortSignal): Response {
  const refuse = (status: number, text: string, more: Record<string, string> = {}) =>
    new Response(`${text}\n`, {
      status,
      headers: { ...HEADERS, "content-type": "text/plain; charset=utf-8", ...more },
    });
  if (!isOwn(request)) return refuse(403, "this server answers its own pages alone");
  if (request.method !== "GET" && request.method !== "HEAD") {
    return refuse(405, "this server only gives files", { allow: "GET, HEAD" });
  }
  const isBodiless = request.method === "HEAD";
  // Names are looked up as they are: no path leads anywhere else.
  const name = new URL(request.url).pathname.slice(1) || "index.html", file = files.get(name);
  if (name === FEED_PATH && feed) {
    const headers = { ...HEADERS, "content-type": "text/event-stream" };
    return new Response(isBodiless ? null : eventStream(feed, signal), { headers });
  }
  const make = made?.get(name);
  if (make) {
    const headers = { ...HEADERS, "content-type": "application/octet-stream" };
    return new Response(isBodiless ? null : madeStream(make), { headers });
  }
  if (!file) return refuse(404, "no such file");
  // A report is a page of its own, with the policy that it carries.
  const { "content-security-policy": _, ...others } = HEADERS;
  const headers = { ...name === "report.html" ? others : HEADERS, "content-type": file.type };
  return new Response(isBodiless ? null : file.content, { headers });
}

/** Makes a file once it is read. Where it cannot be made, its connection breaks off. */
function madeStream(make: () => Promise<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      controller.enqueue(await make());
      controller.close();
    },
  });
}

/** Sends events as fast as they are read, so that none wait in memory. */
function eventStream(feed: NonNullable<LiveSite["feed"]>, signal: AbortSignal): ReadableStream<Uint8Array> {
  const left = new AbortController(), encoder = new TextEncoder();
  const events = feed(AbortSignal.any([signal, left.signal]));
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await events.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      left.abort();
      await events.return();
    },
  });
}

/** A server that listens. */
export interface LiveServer extends AsyncDisposable {
  /** Address of its page. */
  readonly url: string;
  /** Waits until all events have been sent to their end, but not for long. */
  finish(): Promise<void>;
}

/** Milliseconds that pages have to hear of the end of a run. */
const GRACE = 3000;

/**
 * Serves a site on loopback.
 *
 * @param site What there is.
 * @param port Port; 0 for any that is free.
 * @returns The server, until the end of its scope.
 * @throws {StaircaseError} If the port is taken, or may not be used.
 */
export function serveSite(site: LiveSite, port: number): LiveServer {
  const end = new AbortController();
  const open = new Set<Promise<void>>();
  const { feed } = site;
  /** The same events; while they are sent, they are among those that are open. */
  async function* counted(signal: AbortSignal) {
    const { promise, resolve } = Promise.withResolvers<void>();
    open.add(promise);
    try {
      yield* feed!(signal);
    } finally {
      open.delete(promise);
      resolve();
    }
  }
  const told: LiveSite = { ...site, feed: feed && counted };
  let server: Deno.HttpServer<Deno.NetAddr>;
  try {
    server = Deno.serve(
      { hostname: "127.0.0.1", port, onListen() {} },
      (request) => answer(told, request, end.signal),
    );
  } catch (error) {
    const { message } = error as Error;
    throw new StaircaseError(
      `port ${port} cannot be used (${message}): give another with --port, or 0 for any`,
    );
  }
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    async finish() {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const enough = new Promise<void>((resolve) => timer = setTimeout(resolve, GRACE));
      await Promise.race([Promise.all(open), enough]);
      clearTimeout(timer);
    },
    async [Symbol.asyncDispose]() {
      end.abort();
      await server.shutdown();
    },
  };
}
