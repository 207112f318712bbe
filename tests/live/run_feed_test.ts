import { type FeedEnd, type FeedRun, readChunkText, readNetworkText } from "../../src/cockpit/live/feed.ts";
import { InputError } from "../../src/errors.ts";
import { Journal, journalPath, readJournal, readRun, type RunIdentity } from "../../src/io/mod.ts";
import { checkFollowed, followRun } from "../../src/live/run_feed.ts";
import { serveRun } from "../../src/live/serve_run.ts";
import { readNetworks } from "../../src/report/run_networks.ts";
import { TraceBuilder } from "../../src/train/trace_builder.ts";
import { assert } from "../deps.ts";
import { Chromium, hasChromium } from "../support/chromium.ts";
import { command, temporaryFolder } from "../support/program.ts";

/** An event as it was sent. */
interface Event {
  readonly name: string;
  readonly data: string;
}

/** Reads events from their text. */
function parse(text: string): Event[] {
  return [...text.matchAll(/^event: (\w+)\ndata: (.*)\n\n/gm)].map(([, name, data]) => ({ name, data }));
}

/** Puts the events of a run together. */
function traceOf(events: readonly Event[]) {
  const { facts: { epsilons, replicas } }: FeedRun = JSON.parse(events[0].data);
  const builder = new TraceBuilder({ replicas, epsilons });
  for (const { name, data } of events) {
    if (name === "chunk") builder.add(readChunkText(data, { replicas, epsilons }));
  }
  return builder.trace;
}

/** First line of a stream that has a text, and the rest in the background. */
async function lineWith(stream: ReadableStream<Uint8Array<ArrayBuffer>>, text: string): Promise<string> {
  let all = "";
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    all += read.value;
    const line = all.split("\n").slice(0, -1).find((line) => line.includes(text));
    if (line === undefined) continue;
    void (async () => {
      while (!(await reader.read()).done);
    })();
    return line;
  }
  throw new Error(`no line with ${text}: ${all}`);
}

/** Runs staircase with a page, and gives the events that the page hears. */
async function followedRun(cwd: string): Promise<{ readonly code: number; readonly events: Event[] }> {
  const args = [
    "--live",
    "--out=o",
    "--steps=300",
    "--samples=32",
    "--layers=9,7",
    "--replicas=2",
    "--quiet",
  ];
  const child = command(args, { cwd }).spawn();
  const [line] = await Promise.all([lineWith(child.stderr, "can be followed at"), child.stdout.cancel()]);
  const response = await fetch(`${/http:\S+/.exec(line)![0]}events`);
  const events = parse(await response.text());
  const { code } = await child.status;
  return { code, events };
}

Deno.test("run feed: a page hears all of a run while it trains, and its end", async () => {
  using folder = temporaryFolder();
  const { code, events } = await followedRun(folder.path);
  assert.equal(code, 0);
  const { facts, adapterName }: FeedRun = JSON.parse(events[0].data);
  assert.match(
    facts.subtitle,
    /^1-9-7-1 tanh, xavier-normal · momentum, .* 32 samples · 2 replicas of seed 0$/,
  );
  assert.notEqual(adapterName, "");
  assert.deepEqual([facts.hidden, facts.steps], [[9, 7], 300]);
  assert.deepEqual(JSON.parse(events.at(-1)!.data), { status: "done" } satisfies FeedEnd);
  const { trace } = await readJournal(journalPath(`${folder.path}/o/state`, 0));
  assert.deepEqual(traceOf(events), trace);
  assert.equal(trace.probes.length, 2 * 31);
  // Its networks are those that it keeps, in the order of their steps as they appeared.
  const { identity } = await readRun<{ identity: RunIdentity }>(`${folder.path}/o`);
  const kept = await readNetworks(`${folder.path}/o/state`, identity);
  const sent = events.filter(({ name }) => name === "network").map(({ data }) => readNetworkText(data));
  assert.deepEqual(sent.toSorted((a, b) => a.step - b.step), kept);
  assert.deepEqual([kept[0].step, kept.at(-1)!.step, kept[0].replicas], [0, 300, 2]);

  if (hasChromium) {
    await using server = await serveRun(`${folder.path}/o`, 0);
    await using browser = await Chromium.launch();
    await using open = await browser.open(`${server.url}#view.open=numbers&view.epsilon=0.001`, {
      width: 768,
      isDark: true,
    });
    const { page } = open;
    await page.getByText(/step 300 of 300 .* done/).waitFor();
    assert.deepEqual(await open.findFaults(), []);
    assert.equal(
      await page.locator("[data-panel=output] .output, [data-panel=features] .feature").count(),
      1 + 7,
    );
    await page.getByText("Ranks at ε = 10⁻³").waitFor();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Trace as CSV" }).click(),
    ]);
    const [given, own] = [await download.path(), `${folder.path}/o/trace.csv`].map((file) =>
      Deno.readTextFileSync(file)
    );
    assert.equal(given, own);
    open.assertQuiet();
  }
});

Deno.test("run feed: a journal that grows, is cut and grows again; the end of a run that was stopped", async () => {
  using folder = temporaryFolder();
  const task = { description: "d", inputs: 1, outputs: 1, loss: "mean-squared-error", samples: 3 };
  const how = {
    activation: "tanh",
    initializer: "he-normal",
    optimizer: { name: "sgd", learning_rate: 0.1 },
    batch: null,
  };
  const configuration = {
    task,
    hidden: [2],
    epsilons: [1e-3],
    threshold: "absolute",
    steps: 9,
    replicas: 1,
    seed: 0,
    ...how,
  };
  const write = (status: string) =>
    Deno.writeTextFileSync(
      `${folder.path}/run.json`,
      JSON.stringify({ experiment: "staircase", status, adapter: null, configuration }),
    );
  Deno.mkdirSync(`${folder.path}/state`);
  const chunk = (first: number) => ({
    first,
    count: 2,
    losses: [Float32Array.of(first, first + 0.5)],
    probes: [],
    diverged: [],
    state: null,
  });
  const end = new AbortController(), events = followRun(folder.path, end.signal);
  const next = async () => parse((await events.next()).value ?? "")[0];
  const shape = { replicas: 1, epsilons: [1e-3] };
  const first = next();
  write("running");
  assert.equal((await first).name, "run");
  await using journal = await Journal.create(journalPath(`${folder.path}/state`, 0), shape);
  journal.append(chunk(0));
  const mark = await journal.flush();
  assert.deepEqual(readChunkText((await next()).data, shape), chunk(0));
  journal.append(chunk(2));
  await journal.flush();
  assert.deepEqual(readChunkText((await next()).data, shape), chunk(2));
  await journal.truncate(mark);
  assert.equal((await next()).name, "run");
  assert.deepEqual(readChunkText((await next()).data, shape), chunk(0));
  write("stopped");
  assert.deepEqual(await next(), { name: "end", data: '{"status":"stopped"}' });
  assert.equal((await events.next()).done, true);
  end.abort();
});

Deno.test("run feed: what cannot be followed is refused; a feed that is left ends", async () => {
  using folder = temporaryFolder();
  const refuses = (message: RegExp) =>
    assert.rejects(checkFollowed(folder.path), (error) => {
      assert.ok(error instanceof InputError);
      assert.match(error.message, message);
      return true;
    });
  await refuses(/there is no run; give the folder of a run/);
  Deno.writeTextFileSync(`${folder.path}/run.json`, '{"experiment":"methods","status":"done"}');
  await refuses(/a run of methods cannot be followed: give one of staircase/);
  const end = new AbortController();
  const events = followRun(new Promise<string>(() => {}), end.signal);
  const waiting = events.next();
  end.abort();
  assert.equal((await waiting).done, true);
});
