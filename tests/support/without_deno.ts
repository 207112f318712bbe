/**
 * A worker that imports modules where there is no `Deno`, as a browser does, and answers with those
 * that fail: an array of path and message.
 *
 * @module
 */
const scope = globalThis as unknown as {
  Deno?: unknown;
  onmessage: (event: MessageEvent<readonly string[]>) => void;
  postMessage(value: unknown): void;
};

scope.onmessage = async ({ data }) => {
  delete scope.Deno;
  const failed: [string, string][] = [];
  for (const path of data) {
    await import(new URL(`../../${path}`, import.meta.url).href).catch((error) =>
      failed.push([path, String(error)])
    );
  }
  scope.postMessage(failed);
};
