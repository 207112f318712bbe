import { provenance, zonedDate } from "../../src/io/provenance.ts";
import { VERSION } from "../../src/version.ts";
import { assert } from "../deps.ts";
import { root } from "../support/program.ts";
import { inFolder } from "../support/traces.ts";

const module = JSON.stringify(new URL("src/io/provenance.ts", root).href);

/** The provenance of another process. */
async function inProcess(cwd: string, { args = [] as string[], flags = ["-A"], env = {} } = {}) {
  const file = `${cwd}/ask.ts`;
  await Deno.writeTextFile(
    file,
    `import { provenance } from ${module};\nconsole.log(JSON.stringify(await provenance()));`,
  );
  const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-config", ...flags, file, ...args],
    cwd,
    env: { NO_COLOR: "1", ...env },
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

async function git(cwd: string, ...args: readonly string[]): Promise<string> {
  const who = ["-c", "user.name=A", "-c", "user.email=a@example.org"];
  const { success, stdout, stderr } = await new Deno.Command("git", { args: [...who, ...args], cwd })
    .output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim();
}

const hasGit = await new Deno.Command("git", { args: ["--version"] }).output().then(
  ({ success }) => success,
  () => false,
);

Deno.test("provenance: who, where, with what", async () => {
  const { host, pid, directory, versions, system, slurm, date } = await provenance();
  assert.deepEqual([host, pid, directory], [Deno.hostname(), Deno.pid, Deno.cwd()]);
  assert.deepEqual(versions, { staircase: VERSION, ...Deno.version });
  assert.ok(system.includes(Deno.build.arch));
  assert.ok(Math.abs(Date.parse(date) - Date.now()) < 60_000);
  assert.equal(slurm, null);
});

Deno.test({
  name: "provenance: the command line as it was typed",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    inFolder(async (folder) => {
      const { command } = await inProcess(folder, { args: ["--name", "a b", ""] });
      assert.deepEqual(command.slice(1, 2), ["run"]);
      assert.deepEqual(command.slice(-4), [`${folder}/ask.ts`, "--name", "a b", ""]);
    }),
});

Deno.test({
  name: "provenance: commit and changes of the folder it is called in, whatever else lies there",
  ignore: !hasGit,
  fn: () =>
    inFolder(async (folder) => {
      await git(folder, "init", "-q");
      assert.equal((await inProcess(folder)).commit, null);
      await Deno.writeTextFile(`${folder}/tracked`, "1");
      await git(folder, "add", "tracked");
      await git(folder, "commit", "-q", "-m", "first");
      const commit = await git(folder, "rev-parse", "HEAD");
      await Deno.mkdir(`${folder}/below`);
      assert.deepEqual((await inProcess(`${folder}/below`)).commit, { commit, dirty: false });
      await Deno.writeTextFile(`${folder}/tracked`, "2");
      assert.deepEqual((await inProcess(folder)).commit, { commit, dirty: true });
    }),
});

Deno.test("provenance: no permission, no answer, no failure; Slurm", () =>
  inFolder(async (folder) => {
    const asked = await inProcess(folder, { flags: ["--allow-read=" + new URL("src", root).pathname] });
    assert.deepEqual([asked.host, asked.commit, asked.toolkitCommit, asked.slurm], [
      "unknown",
      null,
      null,
      null,
    ]);
    const env = { SLURM_JOB_ID: "17", SLURM_ARRAY_TASK_ID: "3", SLURM_JWT: "secret" };
    assert.deepEqual((await inProcess(folder, { env })).slurm, {
      SLURM_JOB_ID: "17",
      SLURM_ARRAY_TASK_ID: "3",
    });
  }));

Deno.test("provenance: a date has the offset of its zone", () =>
  inFolder(async (folder) => {
    const code = `
      import { zonedDate } from ${module};
      console.log(zonedDate(new Date("2026-01-15T12:00:00Z")), zonedDate(new Date("2026-07-15T23:00:00Z")));`;
    for (
      const [TZ, expected] of [
        ["Europe/Berlin", "2026-01-15T13:00:00+01:00 2026-07-16T01:00:00+02:00"],
        ["America/St_Johns", "2026-01-15T08:30:00-03:30 2026-07-15T20:30:00-02:30"],
        ["UTC", "2026-01-15T12:00:00+00:00 2026-07-15T23:00:00+00:00"],
      ]
    ) {
      const { stdout } = await new Deno.Command(Deno.execPath(), {
        args: ["eval", code],
        cwd: folder,
        env: { TZ },
      })
        .output();
      assert.equal(new TextDecoder().decode(stdout).trim(), expected);
    }
    assert.equal(Date.parse(zonedDate(new Date(86_399_000))), 86_399_000);
  }));
