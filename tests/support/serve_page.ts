/**
 * A page on a server of its own.
 *
 * @module
 */

/** A server. */
export interface PageServer extends AsyncDisposable {
  /** Address of the page. */
  readonly url: string;
}

/**
 * Serves a page that runs a script, on loopback.
 *
 * @param script The script, a module.
 * @returns The server, until the end of its scope.
 */
export function servePage(script: string): PageServer {
  const page = `<!doctype html><html lang="en"><title>page</title><link rel="icon" href="data:,">
<script type="module" src="/page.js"></script></html>`;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, ({ url }) => {
    const isScript = new URL(url).pathname === "/page.js";
    const headers = { "content-type": isScript ? "text/javascript" : "text/html" };
    return new Response(isScript ? script : page, { headers });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
