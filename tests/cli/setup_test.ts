import { assert } from "../deps.ts";
import { quietDriver } from "../../src/gpu/environment.ts";
import { INSTALL_COMMANDS, installHint } from "../../src/gpu/install_hint.ts";
import { installPlan, isGoodEnough } from "../../src/cli/setup.ts";

const SETUP = new URL("../../src/cli/setup.ts", import.meta.url).href;
const linux = Deno.build.os === "linux";

Deno.test("setup: installs as root, or by way of sudo, and only with apt-get", () => {
  assert.equal(installPlan({ isRoot: true, hasApt: false, hasSudo: true }), null);
  assert.equal(installPlan({ isRoot: false, hasApt: true, hasSudo: false }), null);
  const root = installPlan({ isRoot: true, hasApt: true, hasSudo: false })!;
  const sudo = installPlan({ isRoot: false, hasApt: true, hasSudo: true })!;
  assert.equal(root.install[0], "env");
  assert.deepEqual(root.install.slice(-2), ["libvulkan1", "mesa-vulkan-drivers"]);
  assert.equal(root.update.at(-1), "update");
  assert.deepEqual(sudo.install, ["sudo", "-n", ...root.install]);
  assert.deepEqual(sudo.update, ["sudo", "-n", ...root.update]);
});

Deno.test("setup: any adapter will do, except a software one without Vulkan on Linux", async () => {
  const never = () => Promise.reject(new Error("must not be asked"));
  const software = { name: "llvmpipe", software: true };
  assert.equal(await isGoodEnough(null, "linux", never), false);
  assert.equal(await isGoodEnough({ name: "A GPU", software: false }, "linux", never), true);
  assert.equal(await isGoodEnough(software, "windows", never), true);
  assert.equal(await isGoodEnough(software, "linux", () => Promise.resolve(true)), true);
  assert.equal(await isGoodEnough(software, "linux", () => Promise.resolve(false)), false);
});

Deno.test("setup: the hint is one line and names every package manager", () => {
  for (const { command } of INSTALL_COMMANDS) assert.ok(installHint("linux").includes(command));
  for (const os of ["linux", "darwin", "windows"]) assert.doesNotMatch(installHint(os), /\n|\.$/);
});

Deno.test({
  name: "setup: quietDriver sets XDG_RUNTIME_DIR where it is unset, and only there",
  ignore: !linux,
  fn() {
    const before = Deno.env.get("XDG_RUNTIME_DIR");
    try {
      Deno.env.set("XDG_RUNTIME_DIR", "/somewhere");
      quietDriver();
      assert.equal(Deno.env.get("XDG_RUNTIME_DIR"), "/somewhere");
      Deno.env.delete("XDG_RUNTIME_DIR");
      quietDriver();
      assert.ok(Deno.statSync(Deno.env.get("XDG_RUNTIME_DIR")!).isDirectory);
    } finally {
      if (before === undefined) Deno.env.delete("XDG_RUNTIME_DIR");
      else Deno.env.set("XDG_RUNTIME_DIR", before);
    }
  },
});

Deno.test("setup: quietDriver does nothing without permissions", async () => {
  const environment = new URL("../../src/gpu/environment.ts", import.meta.url).href;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-config", "--no-prompt", "-"],
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const program = new Blob([`import { quietDriver } from "${environment}"; quietDriver();`]);
  await program.stream().pipeTo(child.stdin);
  const { success, stderr } = await child.output();
  assert.ok(success, new TextDecoder().decode(stderr));
});

/** A machine without a Vulkan driver, on which `apt-get` is a script. */
interface BareMachine {
  /**
   * What the fake `apt-get` does; `$DRIVER` is where the Vulkan loader looks for a driver's
   * manifest.
   */
  readonly apt: string;
  /** Whether `sudo` works. */
  readonly sudo?: boolean;
}

/**
 * Runs setup on such a machine. Gives its exit status, its stderr, and the calls of the fake
 * `apt-get`.
 */
async function setUp({ apt, sudo = true }: BareMachine) {
  const folder = await Deno.makeTempDir();
  try {
    const driver = `${folder}/driver.json`;
    const script = async (name: string, body: string) => {
      await Deno.writeTextFile(`${folder}/${name}`, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
    };
    await script(
      "apt-get",
      `echo "$DEBIAN_FRONTEND $*" >> ${folder}/calls\nDRIVER=${driver} UPDATED=${folder}/updated\n${apt}`,
    );
    await script("sudo", sudo ? `shift; exec "$@"` : "exit 1");
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-config", SETUP],
      env: {
        PATH: `${folder}:${Deno.env.get("PATH")}`,
        VK_DRIVER_FILES: driver,
        VK_ICD_FILENAMES: driver,
        DENO_WEBGPU_BACKEND: "vulkan",
        NO_COLOR: "1",
      },
      stdout: "null",
      stderr: "piped",
    }).output();
    const calls = (await Deno.readTextFile(`${folder}/calls`).catch(() => "")).split("\n")
      .filter((line) => line !== "" && !line.endsWith("--version"));
    return { code, lines: new TextDecoder().decode(stderr).trim().split("\n"), calls };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const OPTIONS = "noninteractive -qq -o DPkg::Lock::Timeout=300";
const INSTALL = `${OPTIONS} install -y --no-install-recommends libvulkan1 mesa-vulkan-drivers`;

/**
 * Manifest of the software driver of this machine, if it has one: what a real installation would
 * provide.
 */
function softwareDriver(): string | undefined {
  try {
    const folder = "/usr/share/vulkan/icd.d";
    const manifest = [...Deno.readDirSync(folder)].find(({ name }) => /^lvp_icd.*\.json$/.test(name));
    return manifest && `${folder}/${manifest.name}`;
  } catch {
    return undefined;
  }
}

Deno.test({
  name: "setup: installs the software driver, and finds it in a new process",
  ignore: !linux || softwareDriver() === undefined,
  async fn() {
    // Like a fresh container: no package lists, so the packages are known only after an update.
    const { code, lines, calls } = await setUp({
      apt: `case "$*" in
        *update) touch $UPDATED ;;
        *install*) test -f $UPDATED && cp ${softwareDriver()} $DRIVER ;;
      esac`,
    });
    assert.deepEqual(calls, [INSTALL, `${OPTIONS} update`, INSTALL]);
    assert.equal(lines[0], "setup: no GPU adapter; installing libvulkan1 and mesa-vulkan-drivers");
    assert.match(lines[1], /^setup: GPU adapter \S/);
    assert.equal(lines.length, 2);
    assert.equal(code, 0);
  },
});

Deno.test({
  name: "setup: says when the installation failed, and when it did not help",
  ignore: !linux,
  async fn() {
    const failed = await setUp({
      apt: `case "$*" in *install*) echo "E: no such package" >&2; exit 100 ;; esac`,
    });
    assert.deepEqual(failed.calls, [INSTALL, `${OPTIONS} update`, INSTALL]);
    assert.equal(
      failed.lines.at(-1),
      "setup: installation failed: E: no such package; install libvulkan1 and mesa-vulkan-drivers yourself",
    );
    assert.equal(failed.code, 1);
    const useless = await setUp({ apt: "exit 0" });
    assert.deepEqual(useless.calls, [INSTALL]);
    assert.match(useless.lines.at(-1)!, /^setup: still no GPU adapter after installing libvulkan1/);
    assert.equal(useless.code, 1);
  },
});

Deno.test({
  name: "setup: prints the commands where it may not install",
  ignore: !linux,
  async fn() {
    const { code, lines, calls } = await setUp({ apt: "exit 1", sudo: false });
    assert.equal(lines[0], "setup: no GPU adapter");
    for (const [i, { command }] of INSTALL_COMMANDS.entries()) assert.ok(lines[i + 1].includes(command));
    assert.deepEqual(calls, []);
    assert.equal(code, 1);
  },
});
