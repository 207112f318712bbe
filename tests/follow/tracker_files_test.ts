import { readTracker } from "../../src/follow/tracker_files.ts";
import { assert } from "../deps.ts";
import { temporaryFolder } from "../support/program.ts";

Deno.test("readTracker: time and text are of one file, however often another takes its place", async () => {
  using folder = temporaryFolder();
  const { path } = folder, files = 300;
  const write = (k: number) => {
    Deno.writeTextFileSync(
      `${path}/.tracker`,
      JSON.stringify({ format: 1, every: 1, layers: ["a"], steps: k }),
    );
    Deno.utimeSync(`${path}/.tracker`, 1000 + k, 1000 + k);
    Deno.renameSync(`${path}/.tracker`, `${path}/tracker.json`);
  };
  assert.equal(await readTracker(path), null);
  write(1);
  let latest = 1;
  const writer = (async () => {
    while (latest < files) {
      await new Promise((resolve) => setTimeout(resolve, latest % 3));
      write(++latest);
    }
  })();
  const sessions = new Set<string>();
  while (latest < files) {
    const { facts, written, session } = (await readTracker(path))!;
    assert.equal(written, 1000 * (1000 + facts.steps!));
    sessions.add(session);
  }
  await writer;
  assert(sessions.size > 10);
});
