import { assert } from "../deps.ts";
import { cacheFolder, parseChoice, recallChoice } from "../../src/io/choice_file.ts";

const PROGRAM = new URL("../../src/io/choice_file.ts", import.meta.url).href;

Deno.test("cacheFolder: what the system has, or XDG_CACHE_HOME; none where the environment is silent", () => {
  const at = (os: string, variables: Record<string, string>) => cacheFolder(os, (name) => variables[name]);
  assert.equal(at("linux", { HOME: "/home/ada" }), "/home/ada/.cache/staircase");
  assert.equal(at("freebsd", { HOME: "/home/ada" }), "/home/ada/.cache/staircase");
  assert.equal(at("darwin", { HOME: "/Users/ada" }), "/Users/ada/Library/Caches/staircase");
  assert.equal(at("linux", { HOME: "/home/ada", XDG_CACHE_HOME: "/scratch" }), "/scratch/staircase");
  assert.equal(at("windows", { LOCALAPPDATA: "/local", HOME: "/home/ada" }), "/local/staircase");
  // Relative paths would lie wherever the program was started.
  assert.equal(at("linux", { HOME: "/home/ada", XDG_CACHE_HOME: "cache" }), "/home/ada/.cache/staircase");
  assert.equal(at("linux", { HOME: "", XDG_CACHE_HOME: "" }), null);
  assert.equal(at("windows", { HOME: "/home/ada" }), null);
});

Deno.test("parseChoice: what is no choice of this key is none", () => {
  const key = { kernel: "k" }, choice = { chosen: "a", milliseconds: { a: 1, b: null } };
  const parse = (file: unknown) => parseChoice(typeof file === "string" ? file : JSON.stringify(file), key);
  assert.deepEqual(parse({ key, ...choice }), choice);
  for (
    const other of [
      ...["", "{", "null", "[]", "7", "[".repeat(1e6), '{"chosen":"a","chosen":"b"}'],
      { ...choice },
      { key: { kernel: "other" }, ...choice },
      { key, ...choice, chosen: 7 },
      ...[null, [], 7, "x", { a: "1" }, { a: {} }].map((milliseconds) => ({
        key,
        chosen: "a",
        milliseconds,
      })),
    ]
  ) assert.equal(parse(other), null, JSON.stringify(other));
});

/** Runs code that imports the module in a process of its own. */
function start(code: string, permissions: readonly string[], cache: string): Deno.ChildProcess {
  const source = `import { recallChoice, rememberChoice } from ${JSON.stringify(PROGRAM)}; ${code}`;
  const address = `data:application/typescript,${encodeURIComponent(source)}`;
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-lock", ...permissions, address],
    env: { XDG_CACHE_HOME: cache },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

Deno.test("choices: processes that choose at once neither lose nor tear each other's", async () => {
  const cache = await Deno.makeTempDir();
  const before = Deno.env.get("XDG_CACHE_HOME");
  Deno.env.set("XDG_CACHE_HOME", cache);
  try {
    const processes = [0, 1, 2].map((index) =>
      start(
        `for (let i = 0; i < 200; i++) {
          await rememberChoice({ kernel: "shared" }, { chosen: "c".repeat(1 + 5000 * (i % 2)), milliseconds: {} });
          await rememberChoice({ kernel: "own", index: ${index}, i }, { chosen: "c" + i, milliseconds: {} });
          if (await recallChoice({ kernel: "shared" }) === null) console.log("torn");
        }`,
        ["-A"],
        cache,
      )
    );
    for (const process of processes) {
      const { success, stdout, stderr } = await process.output();
      assert.ok(success, new TextDecoder().decode(stderr));
      assert.equal(new TextDecoder().decode(stdout), "");
    }
    for (let index = 0; index < 3; index++) {
      for (let i = 0; i < 200; i++) {
        assert.equal((await recallChoice({ kernel: "own", index, i }))?.chosen, `c${i}`);
      }
    }
    const names = [...Deno.readDirSync(`${cache}/staircase/choices`)].map(({ name }) => name);
    assert.equal(names.length, 601);
    assert.ok(names.every((name) => /^[0-9a-f]{64}\.json$/.test(name)));
  } finally {
    if (before === undefined) Deno.env.delete("XDG_CACHE_HOME");
    else Deno.env.set("XDG_CACHE_HOME", before);
    await Deno.remove(cache, { recursive: true });
  }
});

Deno.test("choices: without permissions nothing is asked for, read or written", async () => {
  const cache = await Deno.makeTempDir();
  const code = `await rememberChoice({}, { chosen: "c", milliseconds: {} });
    console.log(JSON.stringify(await recallChoice({})));`;
  const run = async (permissions: readonly string[]) => {
    const { success, stdout, stderr } = await start(code, permissions, cache).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout).trim();
  };
  assert.equal(await run([]), "null");
  assert.equal(await run(["--allow-env"]), "null");
  assert.equal(await run(["--allow-read"]), "null");
  await assert.rejects(Deno.stat(`${cache}/staircase`), Deno.errors.NotFound);
  assert.equal(
    await run(["--allow-env", "--allow-read", "--allow-write"]),
    '{"chosen":"c","milliseconds":{}}',
  );
  assert.equal(await run(["--allow-env", "--allow-read"]), '{"chosen":"c","milliseconds":{}}');
  await Deno.remove(cache, { recursive: true });
});
