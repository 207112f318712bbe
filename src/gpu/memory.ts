/**
 * Memory of a device: what its buffers take, and how much they may.
 *
 * @module
 */
import { OutOfMemoryError, type StaircaseError } from "../errors.ts";
import { formatBytes } from "../format.ts";
import { readTextFile } from "./environment.ts";
import type { DeviceFailure } from "./failure.ts";

/** A buffer that is in use. */
interface Taken {
  readonly size: number;
}

/**
 * Counts the bytes of buffers, and refuses those that the machine has no memory for before they are
 * allocated. A driver that computes on the CPU refuses nothing: it takes memory as it is touched,
 * until the system ends the process.
 */
export class DeviceMemory {
  /** Bytes that all buffers together may take; `Infinity` where nothing is known. */
  readonly most: number;
  readonly #failure: DeviceFailure;
  #taken = 0;
  readonly #owners = new WeakMap<GPUBuffer, Taken>();
  /** Verdicts that have not arrived, or refuse a buffer that is still in use. */
  readonly #open = new Map<Taken, Promise<StaircaseError | null>>();
  /** A buffer that nobody freed returns its bytes when it is collected. */
  readonly #collected = new FinalizationRegistry<Taken>((taken) => this.#return(taken));

  /**
   * Starts with nothing taken.
   *
   * @param failure Device to allocate on.
   * @param most Bytes that all buffers together may take.
   */
  constructor(failure: DeviceFailure, most: number) {
    this.#failure = failure;
    this.most = most;
  }

  /** Bytes that are left. */
  get left(): number {
    return this.most - this.#taken;
  }

  /**
   * Allocates a buffer.
   *
   * @param descriptor Label, size and usage.
   * @returns The buffer.
   * @throws {OutOfMemoryError} If the buffers would take more than they may.
   */
  allocate(descriptor: GPUBufferDescriptor): GPUBuffer {
    const { label, size } = descriptor;
    if (size > this.left) {
      throw new OutOfMemoryError(
        `${label} needs ${formatBytes(size)} of memory, of ${formatBytes(this.most)} there are ` +
          `${formatBytes(Math.max(0, this.left))} left: use fewer samples, replicas or neurons`,
      );
    }
    const buffer = this.#failure.allocate(descriptor), taken = { size };
    this.#taken += size;
    this.#owners.set(buffer, taken);
    this.#collected.register(buffer, taken, buffer);
    const verdict = this.#failure.verdict(buffer);
    this.#open.set(taken, verdict);
    verdict.then((refusal) => refusal ?? this.#open.delete(taken));
    return buffer;
  }

  /**
   * Frees a buffer.
   *
   * @param buffer The buffer.
   */
  release(buffer: GPUBuffer): void {
    buffer.destroy();
    const taken = this.#owners.get(buffer);
    if (!taken) return;
    this.#owners.delete(buffer);
    this.#collected.unregister(buffer);
    this.#return(taken);
  }

  /**
   * Waits for the device's verdict on all buffers in use.
   *
   * @throws {StaircaseError} If it refuses one.
   */
  async accept(): Promise<void> {
    for (const refusal of await Promise.all(this.#open.values())) {
      if (refusal) throw refusal;
    }
  }

  #return(taken: Taken): void {
    this.#taken -= taken.size;
    this.#open.delete(taken);
  }
}

/** Share of the memory for buffers: the host needs some for itself, and so do others. */
const SHARE = 0.9;

/**
 * Finds how much memory a device on the CPU may take: what the machine has to spare, or the control
 * group that a scheduler or a container has put the process in.
 *
 * @param read Reads a file of the system. Default: as far as that is allowed.
 * @returns Bytes; `Infinity` where the system does not tell.
 */
export function spareMemory(read: (path: string) => string | null = readTextFile): number {
  const available = /^MemAvailable:\s+(\d+) kB$/m.exec(read("/proc/meminfo") ?? "");
  if (!available) return Infinity;
  return SHARE * Math.min(1024 * Number(available[1]), ...groupRooms(read));
}

/** Files of control groups, of either version, and the line of the process. */
const GROUPS = [
  {
    line: /^0::(\/.*)$/m,
    folder: "/sys/fs/cgroup",
    most: "memory.max",
    used: "memory.current",
    cache: /^inactive_file (\d+)$/m,
  },
  {
    line: /^\d+:memory:(\/.*)$/m,
    folder: "/sys/fs/cgroup/memory",
    most: "memory.limit_in_bytes",
    used: "memory.usage_in_bytes",
    cache: /^total_inactive_file (\d+)$/m,
  },
];

/** What the process's control groups, the innermost and those around it, have left. */
function groupRooms(readFile: (path: string) => string | null): number[] {
  const groups = readFile("/proc/self/cgroup") ?? "";
  return GROUPS.flatMap(({ line, folder, most, used, cache }) => {
    const [, path] = line.exec(groups) ?? [];
    if (path === undefined) return [];
    const parts = path.split("/").filter((part) => part !== "");
    return [...parts.keys(), parts.length].flatMap((depth) => {
      const read = (name: string) => readFile([folder, ...parts.slice(0, depth), name].join("/")) ?? "";
      // Files that are kept in memory make way. A group without a limit says "max".
      const [, files = 0] = cache.exec(read("memory.stat")) ?? [];
      const room = parseInt(read(most)) - (parseInt(read(used)) - Number(files));
      return room > 0 ? [room] : [];
    });
  });
}
