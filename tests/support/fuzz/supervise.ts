/**
 * Fuzzes parsers in processes of their own, and goes on after inputs that end or stop one.
 *
 * @module
 */
import { emptyOutcome, type Fault, type FuzzOptions, type FuzzOutcome } from "./fuzz.ts";

const CHILD = new URL("child.ts", import.meta.url).pathname;
/** Time of an input after which a process hangs, and of its start, in milliseconds. */
const PATIENCE = 60_000, STARTING = 600_000;
/** Inputs that may end a process before the parser is given up. */
const MOST_ENDS = 20;
/** Memory of the engine in MiB: an input that takes more ends the process. */
const HEAP = 1024;

/** What a process printed at its end. */
type Report = Omit<FuzzOutcome, "faults"> & {
  readonly faults: readonly (Omit<Fault, "input"> & { readonly input?: string })[];
};

/** Runs a process. Returns the last input that it tried, and its report if it made one. */
async function runOnce(
  parser: string,
  { seed, first, count }: Required<Omit<FuzzOptions, "onInput">>,
  signal: AbortSignal,
): Promise<{ last: number; report: Report | null; isHung: boolean; end: string }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-check", `--v8-flags=--max-old-space-size=${HEAP}`, CHILD, parser],
      ...[seed, first, count].map(String),
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stop = () => {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
  };
  signal.addEventListener("abort", stop);
  let last = first - 1, report: Report | null = null, rest = "", isHung = false;
  const hang = () => {
    isHung = true;
    stop();
  };
  let timer = setTimeout(hang, STARTING);
  const errors = new Response(child.stderr).text();
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    clearTimeout(timer);
    timer = setTimeout(hang, PATIENCE);
    const lines = (rest + chunk).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      if (line.startsWith("{")) report = JSON.parse(line);
      else last = Number(line);
    }
  }
  clearTimeout(timer);
  signal.removeEventListener("abort", stop);
  const { code } = await child.status;
  return { last, report, isHung, end: `status ${code}: ${(await errors).trim().slice(-400)}` };
}

/**
 * Fuzzes a parser. An input that ends its process, or keeps it busy for a minute, is a fault; those
 * before it in the same process count as tried.
 *
 * @param parser Name of the parser.
 * @param options Which inputs.
 * @param signal Ends early.
 * @returns What came of them.
 */
export async function superviseFuzz(
  parser: string,
  { seed, first = 0, count }: FuzzOptions,
  signal: AbortSignal,
): Promise<FuzzOutcome> {
  const total = emptyOutcome();
  for (let next = first, ends = 0; next < first + count && !signal.aborted;) {
    const { last, report, isHung, end } = await runOnce(
      parser,
      { seed, first: next, count: first + count - next },
      signal,
    );
    if (report) {
      total.inputs += report.inputs;
      total.accepted += report.accepted;
      for (const [name, number] of Object.entries(report.refused)) {
        total.refused[name] = (total.refused[name] ?? 0) + number;
      }
      total.mostMemory = Math.max(total.mostMemory, report.mostMemory);
      total.longest = Math.max(total.longest, report.longest);
      total.faults.push(...report.faults.map(({ input, ...fault }) => ({
        ...fault,
        ...input !== undefined && { input: Uint8Array.fromBase64(input) },
      })));
      break;
    }
    if (signal.aborted) break;
    total.inputs += Math.max(0, last + 1 - next);
    total.faults.push({ kind: isHung ? "hang" : "crash", index: last, text: end });
    if (++ends > MOST_ENDS || last < next) break;
    next = last + 1;
  }
  return total;
}
