import { assert } from "../deps.ts";

const room = new URL("../../src/cli/", import.meta.url).href;

/** A program that does what its flag says when signals come. */
const PROGRAM = `
import { runProgram } from "${room}program.ts";

await runProgram({
  name: "demo",
  summary: "shows how signals reach programs",
  flags: [{ name: "do", kind: "string", default: "return", help: "what to do" }],
  examples: [{ args: "", help: "returns" }, { args: "--do throw", help: "throws" }],
}, ({ flags, signal, requests }) => {
  let ended = () => {};
  const end = new Promise((resolve) => ended = resolve);
  const failed = new Promise((_, reject) =>
    signal.addEventListener("abort", () => {
      const { name, signal: which } = signal.reason;
      console.log("asked by", name, which);
      if (flags.do === "throw") reject(signal.reason);
      if (flags.do === "return") ended();
    })
  );
  requests.addEventListener("checkpoint", () => console.log("checkpoint"));
  console.log("ready");
  // As the main thread waits in a driver: no event of it is handled.
  if (flags.do === "block") {
    const start = Date.now();
    while (Date.now() - start < 60_000);
  }
  return Promise.race([end, failed, new Promise((resolve) => setTimeout(resolve, 60_000))]);
});
`;

let path = "";
Deno.test.beforeAll(async () => {
  path = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(path, PROGRAM);
});
Deno.test.afterAll(() => Deno.remove(path));

const isWindows = Deno.build.os === "windows";
const program = (what: string) => ["run", "-A", "--no-config", "--no-check", path, `--do=${what}`];

/** A process whose output can be waited for. */
class Process implements AsyncDisposable {
  readonly child: Deno.ChildProcess;
  out = "";
  err = "";
  readonly #ends: Promise<void>[];

  constructor(command: string, args: readonly string[]) {
    const piped = { stdin: "null", stdout: "piped", stderr: "piped" } as const;
    this.child = new Deno.Command(command, { args: [...args], env: { NO_COLOR: "1" }, ...piped }).spawn();
    this.#ends = (["out", "err"] as const).map(async (of) => {
      const stream = of === "out" ? this.child.stdout : this.child.stderr;
      for await (const text of stream.pipeThrough(new TextDecoderStream())) this[of] += text;
    });
  }

  /** Waits until it has said something. */
  async until(text: string): Promise<void> {
    while (!(this.out + this.err).includes(text)) {
      const status = await Promise.race([
        this.child.status,
        new Promise<null>((r) => setTimeout(r, 10, null)),
      ]);
      if (status) await Promise.all(this.#ends);
      if (status && !(this.out + this.err).includes(text)) assert.fail(`ended: ${this.out}${this.err}`);
    }
  }

  /** Waits for its end. */
  async ended(): Promise<Deno.CommandStatus> {
    const status = await this.child.status;
    await Promise.all(this.#ends);
    return status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.ended();
  }
}

const again = (signal: string) =>
  signal === "SIGINT"
    ? "demo: stopping; Ctrl-C again to end at once\n"
    : `demo: stopping after ${signal}; another signal to end at once\n`;

const statuses = [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const;

Deno.test({
  name: "signals: each one asks the program to stop, whose status is 128 + n",
  ignore: isWindows,
  async fn() {
    for (const [signal, status] of statuses) {
      for (const what of ["return", "throw"]) {
        await using process = new Process(Deno.execPath(), program(what));
        await process.until("ready");
        process.child.kill(signal);
        assert.equal((await process.ended()).code, status, `${signal} ${what}`);
        assert.equal(process.out, `ready\nasked by Interruption ${signal}\n`);
        // On a busy machine it is still there when another signal would count.
        const err = process.err.replace(again(signal), "");
        assert.equal(err, what === "throw" ? "demo: interrupted\n" : "");
      }
    }
  },
});

Deno.test({
  name: "signals: a second one ends the process at once, though the main thread waits in the driver",
  ignore: isWindows,
  async fn() {
    for (const [first, second, status] of [["SIGINT", "SIGTERM", 143], ["SIGHUP", "SIGINT", 130]] as const) {
      await using process = new Process(Deno.execPath(), program("stubborn"));
      await process.until("ready");
      process.child.kill(first);
      await process.until(again(first));
      process.child.kill(second);
      assert.equal((await process.ended()).code, status);
    }
    await using process = new Process(Deno.execPath(), program("block"));
    await process.until("ready");
    const start = performance.now();
    // The first one is not answered while the thread is blocked, so a later one may be the second.
    const signals = setInterval(() => process.child.kill("SIGTERM"), 250);
    const { code } = await process.ended();
    clearInterval(signals);
    assert.equal(code, 143);
    assert(performance.now() - start < 30_000, "it was not at once");
  },
});

Deno.test({
  name: "signals: one that arrives twice, as deno task sends it, counts once",
  ignore: isWindows,
  async fn() {
    await using process = new Process(Deno.execPath(), program("stubborn"));
    await process.until("ready");
    process.child.kill("SIGINT");
    process.child.kill("SIGINT");
    process.child.kill("SIGTERM");
    // Of signals that wait together, the system may hand over either first.
    await process.until("to end at once\n");
    await new Promise((resolve) => setTimeout(resolve, 100));
    const [, name] = /^ready\nasked by Interruption (SIGINT|SIGTERM)\n$/.exec(process.out) ?? [];
    assert(name, process.out);
    process.child.kill(name as Deno.Signal);
    assert.equal((await process.ended()).code, name === "SIGINT" ? 130 : 143);
  },
});

Deno.test({
  name: "signals: SIGUSR1 asks for a checkpoint, and the program goes on",
  ignore: isWindows,
  async fn() {
    await using process = new Process(Deno.execPath(), program("return"));
    await process.until("ready");
    process.child.kill("SIGUSR1");
    await process.until("checkpoint\n");
    process.child.kill("SIGTERM");
    assert.equal((await process.ended()).code, 143);
    assert.equal(process.out, "ready\ncheckpoint\nasked by Interruption SIGTERM\n");
  },
});

Deno.test({
  name: "signals: under nohup SIGHUP does not stop the program",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using process = new Process("nohup", [Deno.execPath(), ...program("return")]);
    await process.until("ready");
    process.child.kill("SIGHUP");
    process.child.kill("SIGUSR1");
    await process.until("checkpoint\n");
    process.child.kill("SIGTERM");
    assert.equal((await process.ended()).code, 143);
    assert.equal(process.out, "ready\ncheckpoint\nasked by Interruption SIGTERM\n");
  },
});
