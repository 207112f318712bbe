import { answer, type LiveSite, serveSite } from "../../src/live/server.ts";
import { StaircaseError } from "../../src/errors.ts";
import { assert } from "../deps.ts";

const files = new Map([
  ["index.html", { type: "text/html", content: "page" }],
  ["live.js", { type: "text/javascript", content: "script" }],
  ["report.html", { type: "text/html", content: "report" }],
]);

const site: LiveSite = { files, feed: null };
const reply = (request: Request) => answer(site, request, new AbortController().signal);

/** Sends a request to the server as it is, and gives the first line and the body of its answer. */
async function raw(port: number, request: string): Promise<{ status: number; body: string }> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(request));
  const text = await new Response(connection.readable).text();
  return { status: Number(text.split(" ")[1]), body: text.split("\r\n\r\n")[1] ?? "" };
}

/** A request as a browser sends it. */
function request(url: string, headers: Record<string, string> = {}, method = "GET"): Request {
  return new Request(url, { method, headers: { host: new URL(url).host, ...headers } });
}

const statusOf = (path: string, headers: Record<string, string> = {}, method = "GET") =>
  reply(request(`http://127.0.0.1:8000${path}`, headers, method)).status;

Deno.test("live server: its own files, to its own pages, with its policy", async () => {
  const response = reply(request("http://127.0.0.1:8000/"));
  assert.equal(await response.text(), "page");
  assert.match(response.headers.get("content-security-policy")!, /default-src 'none'; script-src 'self';/);
  assert.equal(response.headers.get("x-content-type-options"), "nosniff");
  assert.equal(
    await reply(request("http://localhost:8000/live.js", {}, "HEAD")).text(),
    "",
  );
  // A report has a policy of its own inside.
  assert.equal(
    reply(request("http://[::1]:8000/report.html")).headers.get("content-security-policy"),
    null,
  );
  assert.equal(statusOf("/", { origin: "http://localhost:8000" }), 200);
});

Deno.test("live server: foreign hosts and origins, other methods and paths are refused", () => {
  for (
    const host of [
      "evil.example",
      "127.0.0.1",
      "127.0.0.1:80",
      "localhost.evil.example:8000",
      "127.0.0.1:8000.evil",
    ]
  ) {
    assert.equal(statusOf("/", { host }), 403, host);
  }
  for (
    const origin of [
      "http://evil.example",
      "null",
      "https://127.0.0.1:8000",
      "http://127.0.0.1:8001",
      "file://",
    ]
  ) {
    assert.equal(statusOf("/", { origin }), 403, origin);
  }
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) assert.equal(statusOf("/", {}, method), 405);
  const paths = [
    "/../deno.json",
    "/%2e%2e/deno.json",
    "/..%2fdeno.json",
    "//live.js",
    "/live.js/",
    "/live.js%00",
    "/etc/passwd",
    "/__proto__",
  ];
  for (const path of paths) assert.equal(statusOf(path), 404, path);
});

Deno.test("live server: hostile requests on the wire", async () => {
  await using server = serveSite({ files, feed: null }, 0);
  const port = Number(new URL(server.url).port), own = `Host: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`;
  assert.deepEqual(await raw(port, `GET / HTTP/1.1\r\n${own}`), { status: 200, body: "page" });
  for (
    const path of [
      "/../../../../etc/passwd",
      "/..\\..\\deno.json",
      "/%252e%252e/deno.json",
      "/live.js/../../deno.json",
    ]
  ) {
    const { status, body } = await raw(port, `GET ${path} HTTP/1.1\r\n${own}`);
    assert.ok(status === 404 || status === 400, `${path}: ${status}`);
    assert.doesNotMatch(body, /root:|tasks/);
  }
  const rebound = `GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n`;
  assert.equal((await raw(port, rebound)).status, 403);
  const absolute = `GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n`;
  assert.equal((await raw(port, absolute)).status, 403);
  const nameless = await raw(port, `GET / HTTP/1.0\r\n\r\n`);
  assert.equal(nameless.status, 403);
});

Deno.test("live server: files that are made when they are asked for, and by its own pages alone", async () => {
  let count = 0;
  const made = new Map([
    ["digits.bin", () => Promise.resolve(Uint8Array.of(7, ++count))],
    ["none.bin", () => Promise.reject(new Error("no package"))],
  ]);
  const { signal } = new AbortController(), url = "http://127.0.0.1:8000/digits.bin";
  const ask = (headers = {}, method = "GET", path = url) =>
    answer({ files, made, feed: null }, request(path, headers, method), signal);
  assert.equal(ask({ origin: "http://evil.example" }).status, 403);
  assert.equal(ask({}, "POST").status, 405);
  assert.equal(await ask({}, "HEAD").text(), "");
  assert.equal(count, 0);
  const response = ask();
  assert.equal(response.headers.get("content-type"), "application/octet-stream");
  assert.deepEqual([...await response.bytes()], [7, 1]);
  await assert.rejects(ask({}, "GET", "http://127.0.0.1:8000/none.bin").bytes(), /no package/);
  assert.equal(statusOf("/digits.bin"), 404);
});

Deno.test("live server: a port that is taken is refused in a line", async () => {
  await using server = serveSite({ files, feed: null }, 0);
  const port = Number(new URL(server.url).port);
  assert.throws(() => serveSite({ files, feed: null }, port), (error) => {
    assert.ok(error instanceof StaircaseError);
    assert.match(error.message, new RegExp(`^port ${port} cannot be used .*: give another with --port`));
    return true;
  });
});

Deno.test("live server: events go to its own pages alone, one after the other, and end when they are left", async () => {
  let sent = 0, hasEnded = false;
  const site: LiveSite = {
    files,
    async *feed(signal) {
      try {
        while (!signal.aborted) yield `data: ${sent++}\n\n`;
      } finally {
        hasEnded = true;
      }
    },
  };
  const { signal } = new AbortController(), url = "http://127.0.0.1:8000/events";
  assert.equal(answer(site, request(url, { origin: "http://evil.example" }), signal).status, 403);
  assert.equal(answer({ ...site, feed: null }, request(url), signal).status, 404);
  assert.equal(await answer(site, request(url, {}, "HEAD"), signal).text(), "");
  assert.equal(sent, 0);
  const response = answer(site, request(url), signal);
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  const reader = response.body!.getReader();
  assert.equal(new TextDecoder().decode((await reader.read()).value), "data: 0\n\n");
  // Nothing is made that nobody reads.
  assert.ok(sent <= 3, `${sent} sent`);
  await reader.cancel();
  assert.equal(hasEnded, true);
});
