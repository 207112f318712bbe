/**
 * The program behind `deno task setup`. It makes sure that there is a GPU adapter.
 *
 * If there is one, it prints its name. If there is none, it installs Mesa's software Vulkan driver
 * where it may (on Debian or Ubuntu, as root or with password-less sudo), and otherwise prints the
 * command. A process opens the graphics driver once, so a new process looks for the adapter after
 * an installation.
 *
 * @module
 */
import { quietDriver } from "../gpu/environment.ts";
import { INSTALL_COMMANDS, installHint } from "../gpu/install_hint.ts";

const PACKAGES = ["libvulkan1", "mesa-vulkan-drivers"];
/** Restricts Deno's WebGPU to one graphics interface: `vulkan`, `gl`, `metal`, `dx12`. */
const BACKEND = "DENO_WEBGPU_BACKEND";

/** An adapter, as far as setup needs it. */
export interface FoundAdapter {
  /** Name for people. */
  readonly name: string;
  /** Whether it computes on the CPU. */
  readonly software: boolean;
}

/** Conditions for installing packages. */
export interface InstallRights {
  /** Whether this process runs as root. */
  readonly isRoot: boolean;
  /** Whether `apt-get` exists. */
  readonly hasApt: boolean;
  /** Whether `sudo` works without a password. */
  readonly hasSudo: boolean;
}

/** Commands that install the driver, each a program with its arguments. */
export interface InstallPlan {
  /** Installs the packages by the present package lists. */
  readonly install: readonly string[];
  /** Renews the package lists, where they are missing or outdated. */
  readonly update: readonly string[];
}

/**
 * Decides how to install the software Vulkan driver.
 *
 * @param rights Rights of this process.
 * @returns The commands, or `null` if setup cannot install anything.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { installPlan } from "./setup.ts";
 *
 * assert.equal(installPlan({ isRoot: false, hasApt: true, hasSudo: false }), null);
 * assert.equal(installPlan({ isRoot: false, hasApt: true, hasSudo: true })?.update[0], "sudo");
 * ```
 */
export function installPlan({ isRoot, hasApt, hasSudo }: InstallRights): InstallPlan | null {
  if (!hasApt || !(isRoot || hasSudo)) return null;
  // `env` because sudo does not pass variables on. Another apt may hold the lock for a while: wait
  // for it.
  const apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"];
  const command = isRoot ? apt : ["sudo", "-n", ...apt];
  return {
    install: [...command, "install", "-y", "--no-install-recommends", ...PACKAGES],
    update: [...command, "update"],
  };
}

/**
 * Tells whether the adapter is good enough. Any will do except a software adapter through OpenGL,
 * to which Deno falls back on Linux if Mesa's OpenGL is installed and no Vulkan driver is.
 *
 * @param adapter Adapter that Deno gives by default, if any.
 * @param os Operating system, as `Deno.build.os` names it.
 * @param hasVulkan Tells whether there is a Vulkan adapter; called only where it matters.
 * @returns Whether there is nothing to install.
 */
export async function isGoodEnough(
  adapter: FoundAdapter | null,
  os: string,
  hasVulkan: () => Promise<boolean>,
): Promise<boolean> {
  if (adapter === null) return false;
  return os !== "linux" || !adapter.software || await hasVulkan();
}

/** Looks for an adapter in this process. */
async function look(): Promise<FoundAdapter | null> {
  quietDriver();
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) return null;
  const { description, device, vendor, isFallbackAdapter } = adapter.info;
  return { name: description || `${vendor} ${device}`, software: isFallbackAdapter };
}

/** Looks for an adapter in a new process. */
async function lookAnew(backend?: string): Promise<FoundAdapter | null> {
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-config", import.meta.filename!, "--look"],
    env: backend ? { [BACKEND]: backend } : {},
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).output();
  return success ? JSON.parse(new TextDecoder().decode(stdout)) : null;
}

/** Runs a command. Returns what it printed, or why it could not be started. */
async function run([program, ...args]: readonly string[]): Promise<{ success: boolean; text: string }> {
  try {
    const command = new Deno.Command(program, { args, stdin: "null", stdout: "piped", stderr: "piped" });
    const { success, stdout, stderr } = await command.output();
    const text = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
    return { success, text };
  } catch (error) {
    return { success: false, text: String(error) };
  }
}

/** Finds the rights of this process. */
async function installRights(): Promise<InstallRights> {
  const isRoot = Deno.build.os === "linux" && Deno.uid() === 0;
  const hasApt = Deno.build.os === "linux" && (await run(["apt-get", "--version"])).success;
  const hasSudo = hasApt && !isRoot && (await run(["sudo", "-n", "true"])).success;
  return { isRoot, hasApt, hasSudo };
}

/**
 * Carries out a plan. Returns `null` when done, or the last line that the failing command printed.
 */
async function install(plan: InstallPlan): Promise<string | null> {
  if ((await run(plan.install)).success) return null;
  const update = await run(plan.update);
  const second = await run(plan.install);
  if (second.success) return null;
  const lines = `${second.text}\n${update.success ? "" : update.text}`.trim().split("\n");
  return lines.at(-1) || "no message";
}

function say(line: string): void {
  console.error(`setup: ${line}`);
}

/** Ends without a working installation. Returns status 0 if there is any adapter at all. */
function settle(adapter: FoundAdapter | null, problem: string): number {
  if (adapter !== null) {
    say(`${problem}; using ${adapter.name} through OpenGL instead`);
    return 0;
  }
  say(problem);
  return 1;
}

/** Finds an adapter or installs one. Returns the exit status. */
async function setup(): Promise<number> {
  const adapter = await look();
  const hasVulkan = async () => Deno.env.has(BACKEND) || await lookAnew("vulkan") !== null;
  if (await isGoodEnough(adapter, Deno.build.os, hasVulkan)) {
    say(`GPU adapter ${adapter!.name}`);
    return 0;
  }
  const missing = adapter === null ? "no GPU adapter" : "no Vulkan driver";
  const plan = installPlan(await installRights());
  if (plan === null) {
    const status = settle(adapter, missing);
    if (Deno.build.os !== "linux") say(installHint());
    else for (const { system, command } of INSTALL_COMMANDS) say(`  ${command}    # ${system}`);
    return status;
  }
  say(`${missing}; installing ${PACKAGES.join(" and ")}`);
  const failure = await install(plan);
  if (failure !== null) {
    return settle(adapter, `installation failed: ${failure}; install ${PACKAGES.join(" and ")} yourself`);
  }
  const now = await lookAnew();
  if (now === null) {
    return settle(
      null,
      `still no GPU adapter after installing ${PACKAGES.join(" and ")}; install the driver of your GPU`,
    );
  }
  say(`GPU adapter ${now.name}`);
  return 0;
}

if (import.meta.main) {
  if (Deno.args.includes("--look")) console.log(JSON.stringify(await look()));
  else Deno.exit(await setup());
}
