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

/**
 * Answers a request.
 *
 * @param files Files by their names.
 * @param request The request.
 * @returns The file; 403 for a foreign host or origin, 404 for no file, 405 for anything but
 * reading.
 */
export function answer(files: ReadonlyMap<string, PageFile>, request: Request): Response {
  const refuse = (status: number, text: string, more: Record<string, string> = {}) =>
    new Response(`${text}\n`, {
      status,
      headers: { ...HEADERS, "content-type": "text/plain; charset=utf-8", ...more },
    });
  if (!isOwn(request)) return refuse(403, "this server answers its own pages alone");
  if (request.method !== "GET" && request.method !== "HEAD") {
    return refuse(405, "this server only gives files", { allow: "GET, HEAD" });
  }
  // Names are looked up as they are: no path leads anywhere else.
  const name = new URL(request.url).pathname.slice(1) || "index.html", file = files.get(name);
  if (!file) return refuse(404, "no such file");
  // A report is a page of its own, with the policy that it carries.
  const { "content-security-policy": _, ...others } = HEADERS;
  const headers = { ...name === "report.html" ? others : HEADERS, "content-type": file.type };
  return new Response(request.method === "HEAD" ? null : file.content, { headers });
}

/** A server that listens. */
export interface LiveServer extends AsyncDisposable {
  /** Address of its page. */
  readonly url: string;
  /** Ends when the server has. */
  readonly finished: Promise<void>;
}

/**
 * Serves files on loopback.
 *
 * @param files Files by their names.
 * @param port Port; 0 for any that is free.
 * @returns The server, until the end of its scope.
 * @throws {StaircaseError} If the port is taken, or may not be used.
 */
export function serveFiles(files: ReadonlyMap<string, PageFile>, port: number): LiveServer {
  let server: Deno.HttpServer<Deno.NetAddr>;
  try {
    server = Deno.serve({ hostname: "127.0.0.1", port, onListen() {} }, (request) => answer(files, request));
  } catch (error) {
    const { message } = error as Error;
    throw new StaircaseError(
      `port ${port} cannot be used (${message}): give another with --port, or 0 for any`,
    );
  }
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    finished: server.finished,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
