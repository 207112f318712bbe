/**
 * A real Slurm in this machine: a controller and node daemons, on ports of the loopback, with all
 * files in one folder. It needs Debian's packages `slurm-wlm` and `munge`, and no rights of root.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import { assert } from "../deps.ts";

const PROGRAMS = { munged: "/usr/sbin/munged", slurmctld: "/usr/sbin/slurmctld", slurmd: "/usr/sbin/slurmd" };

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** Whether the programs of Slurm are there. */
export const hasSlurm = Deno.build.os === "linux" && Object.values(PROGRAMS).every(isFile);

/** A port that is free now. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Seconds after which the controller takes a silent node for dead. */
const NODE_TIMEOUT = 5;

/**
 * Configures a cluster whose nodes are all in this machine. Jobs share processors, and start again
 * some seconds after they were requeued instead of two minutes.
 */
function configuration(folder: string, nodes: readonly string[]): string {
  const user = new TextDecoder().decode(new Deno.Command("id", { args: ["-un"] }).outputSync().stdout).trim();
  return [
    "ClusterName=staircase",
    "SlurmctldHost=localhost(127.0.0.1)",
    `SlurmUser=${user}`,
    `SlurmdUser=${user}`,
    "AuthType=auth/munge",
    `AuthInfo=socket=${folder}/munge.socket,cred_expire=5`,
    `SlurmctldPort=${freePort()}`,
    `SlurmctldPidFile=${folder}/slurmctld.pid`,
    `SlurmctldLogFile=${folder}/slurmctld.log`,
    `SlurmdPidFile=${folder}/%n.pid`,
    `SlurmdLogFile=${folder}/%n.log`,
    `SlurmdSpoolDir=${folder}/%n`,
    `StateSaveLocation=${folder}/state`,
    "SwitchType=switch/none",
    "MpiDefault=none",
    "ProctrackType=proctrack/linuxproc",
    "TaskPlugin=task/none",
    "JobAcctGatherType=jobacct_gather/none",
    "AccountingStorageType=accounting_storage/none",
    "SelectType=select/cons_tres",
    "SelectTypeParameters=CR_CPU",
    "SchedulerType=sched/builtin",
    "SchedulerParameters=sched_interval=2",
    `SlurmdTimeout=${NODE_TIMEOUT}`,
    "KillWait=20",
    "ReturnToService=2",
    ...nodes.map((node) =>
      `NodeName=${node} NodeHostname=localhost NodeAddr=127.0.0.1 Port=${freePort()} CPUs=2 RealMemory=500`
    ),
    "PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP OverSubscribe=FORCE:2",
    "",
  ].join("\n");
}

/** Runs a program of the system, and fails where it does. */
async function call(
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(program, { args: [...args], env }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assert.equal(code, 0, `${program} ${args.join(" ")}: ${err}`);
  return out;
}

/** A job as `squeue` shows it. */
export interface SlurmJob {
  /** Its own number. */
  readonly id: string;
  /** Its array and its number there, as `12_3`. */
  readonly name: string;
  /** As `RUNNING`, `PENDING`. */
  readonly state: string;
  /** Where it runs; empty where it does not. */
  readonly node: string;
}

/** A Slurm cluster, which ends with its scope. */
export class SlurmCluster implements AsyncDisposable {
  /** Folder with all its files. */
  readonly folder: string;
  readonly #nodes: readonly string[];

  private constructor(folder: string, nodes: readonly string[]) {
    this.folder = folder;
    this.#nodes = nodes;
  }

  /** Starts the controller and nodes, and waits until they are idle. */
  static async start(nodes: readonly string[]): Promise<SlurmCluster> {
    const folder = await Deno.makeTempDir({ prefix: "staircase-slurm-" });
    const cluster = new SlurmCluster(folder, nodes);
    try {
      // Munge wants nobody else to write there, and everybody to reach its socket.
      await Deno.chmod(folder, 0o755);
      await Deno.writeFile(`${folder}/munge.key`, crypto.getRandomValues(new Uint8Array(128)), {
        mode: 0o600,
      });
      await Deno.mkdir(`${folder}/state`);
      await Deno.writeTextFile(`${folder}/slurm.conf`, configuration(folder, nodes));
      await call(PROGRAMS.munged, [
        "--force",
        `--key-file=${folder}/munge.key`,
        `--socket=${folder}/munge.socket`,
        `--pid-file=${folder}/munge.pid`,
        `--log-file=${folder}/munge.log`,
        `--seed-file=${folder}/munge.seed`,
      ]);
      await call(PROGRAMS.slurmctld, ["-i"], cluster.env);
      for (const node of nodes) await cluster.startNode(node);
      await cluster.until(async () => {
        const states = await call("sinfo", ["-h", "-N", "-o", "%T"], cluster.env);
        return states.trim().split("\n").filter((state) => state === "idle").length === nodes.length;
      });
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
    return cluster;
  }

  /** Variables with which programs find this cluster. */
  get env(): Record<string, string> {
    return { SLURM_CONF: `${this.folder}/slurm.conf` };
  }

  /** Starts the daemon of a node, or starts it again. */
  async startNode(node: string): Promise<void> {
    await Deno.mkdir(`${this.folder}/${node}`, { recursive: true });
    await call(PROGRAMS.slurmd, ["-N", node, "-b"], this.env);
  }

  /** Kills the daemon of a node and all its jobs, as when the machine is switched off. */
  async killNode(node: string): Promise<void> {
    const daemon = await this.#pid(node);
    assert.ok(daemon, `${node} has a daemon`);
    kill(daemon);
    killJobs(`${this.folder}/${node}/`);
  }

  /** Jobs that are not over. Tasks of an array are jobs of their own. */
  async jobs(): Promise<SlurmJob[]> {
    const lines = await call("squeue", ["-h", "-r", "-a", "-o", "%A|%i|%T|%N"], this.env);
    return lines.trim().split("\n").filter((line) => line !== "").map((line) => {
      const [id, name, state, node] = line.split("|");
      return { id, name, state, node };
    });
  }

  /**
   * Sends a signal to the shell of a job's script, as Slurm does with `--signal=B:…`.
   *
   * @param job Its name, as `12_3`: the number of the last task is that of the whole array as well.
   * @param signal Name of the signal.
   */
  async signal(job: string, signal: string): Promise<void> {
    await call("scancel", ["--batch", `--signal=${signal}`, job], this.env);
  }

  /** Waits until something holds; the test's own limit of time ends it otherwise. */
  async until(condition: () => Promise<boolean>, seconds = 120): Promise<void> {
    const end = Date.now() + seconds * 1000;
    while (!await condition()) {
      assert.ok(Date.now() < end, `not within ${seconds} s`);
      await delay(200);
    }
  }

  async #pid(name: string): Promise<number | null> {
    try {
      return Number.parseInt(await Deno.readTextFile(`${this.folder}/${name}.pid`)) || null;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return null;
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // First the controller, which would start jobs again.
    for (const name of ["slurmctld", ...this.#nodes, "munge"]) {
      const pid = await this.#pid(name);
      if (pid !== null) kill(pid);
    }
    killJobs(`${this.folder}/`);
    // Until the last of them has ended, it may write files.
    for (let tries = 20;; tries--) {
      try {
        return await Deno.remove(this.folder, { recursive: true });
      } catch (error) {
        if (tries === 0) throw error;
        await delay(100);
      }
    }
  }
}

/** A process of this machine. */
interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

function processes(): Process[] {
  return [...Deno.readDirSync("/proc")].flatMap(({ name }) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = Deno.readTextFileSync(`/proc/${name}/stat`);
      const command = Deno.readTextFileSync(`/proc/${name}/cmdline`).replaceAll("\0", " ");
      return [{
        pid: Number(name),
        parent: Number(stat.slice(stat.lastIndexOf(")") + 4).split(" ")[0]),
        command,
      }];
    } catch {
      return []; // It has ended.
    }
  });
}

function kill(pid: number): void {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/**
 * Kills the jobs whose scripts lie in a folder: the daemon of each, its script's shell, and all
 * that these started.
 */
function killJobs(folder: string): void {
  const all = processes();
  const doomed = new Set(
    all.filter(({ command }) => command.includes(`${folder}`) && command.includes("/slurm_script"))
      .flatMap(({ pid, parent }) => parent > 1 ? [parent, pid] : [pid]),
  );
  for (let size = 0; size !== doomed.size;) {
    size = doomed.size;
    for (const { pid, parent } of all) if (doomed.has(parent)) doomed.add(pid);
  }
  doomed.forEach(kill);
}

/**
 * Finds the processes that a job's script has started.
 *
 * @param folder Folder of the cluster.
 * @param job Number of the job itself, not of its array.
 * @returns Their numbers.
 */
export function processesOfJob({ folder }: SlurmCluster, job: string): number[] {
  const all = processes(), script = `/job${job.padStart(5, "0")}/slurm_script`;
  const shell = all.find(({ command }) => command.includes(folder) && command.includes(script));
  return shell === undefined ? [] : all.filter(({ parent }) => parent === shell.pid).map(({ pid }) => pid);
}
