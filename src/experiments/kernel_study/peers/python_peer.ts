/**
 * Libraries for Python as rank methods: squares of the singular values of the features.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { EnteredMethod } from "../entered_method.ts";
import program from "./svdvals.py" with { type: "text" };

/** A library for Python. */
export type PythonPackage = "numpy" | "torch";

const LABELS: Readonly<Record<PythonPackage, string>> = { numpy: "NumPy", torch: "PyTorch" };

/** Where a Python may be: the user's, and that of the system, with the system's packages. */
const COMMANDS = ["python3", "/usr/bin/python3"];

/**
 * Makes a rank method of a library, in float32 as `single` and float64 as `double`. It proves
 * nothing, and its time is that of the library's call.
 *
 * @param library The library.
 * @param device Where it computes. Default: `cpu`.
 * @param commands Commands that may be a Python with the library. Default: `python3`, that of the
 * user and that of the system.
 * @returns The method.
 * @throws {Error} If no Python has the library, or the device. The message says what is missing.
 */
export async function pythonPeer(
  library: PythonPackage,
  device: "cpu" | "cuda" = "cpu",
  commands: readonly string[] = COMMANDS,
): Promise<EnteredMethod> {
  const reasons: string[] = [];
  for (const command of commands) {
    const python = start(command, library, device);
    const reply = python === null ? { missing: "is not here" } : await python.line();
    if (python !== null && "version" in reply) return method(python, library, device, reply.version);
    reasons.push(`${command}: ${"missing" in reply ? reply.missing : "ends at once"}`);
  }
  throw new Error(reasons.join(", "));
}

function method(
  python: PythonProcess,
  library: PythonPackage,
  device: "cpu" | "cuda",
  version: string,
): EnteredMethod {
  let seconds = 0;
  return {
    help: `singular values by ${LABELS[library]} ${version} on ${device === "cpu" ? "the CPU" : "CUDA"}`,
    yields: "spectrum",
    certified: false,
    mostColumns: { single: 1024, double: 1024 },
    // Bidiagonal form; of tall matrices that of their triangular factor.
    flops: ({ rows: m, columns: n }) =>
      Math.min(4 * m * n ** 2 - 4 / 3 * n ** 3, 2 * m * n ** 2 + 2 * n ** 3),
    ownMilliseconds: () => 1000 * seconds,
    async solve(_gpu, features, { precision }) {
      const [{ rows, columns }] = features, count = features.length, order = Math.min(rows, columns);
      const job = { count, rows, columns, type: precision === "double" ? "float64" : "float32" };
      const data = features.map((each) => "data" in each ? Float32Array.from(each.data) : new Float32Array());
      const found = python.read(8 * (1 + count * order));
      const line = new TextEncoder().encode(`${JSON.stringify(job)}\n`);
      await python.write(Buffer.concat([line, ...data.map(({ buffer }) => new Uint8Array(buffer))]));
      const [taken, ...sigma] = new Float64Array((await found).buffer);
      seconds = taken;
      return features.map((_, i) => ({
        eigenvalues: Float64Array.from(
          sigma.slice(i * order, (i + 1) * order),
          (value) => value * value / rows,
        ),
        bounds: new Float64Array(order).fill(Infinity),
        precision: precision === "double" ? "double" : "single",
      }));
    },
  };
}

/** What `svdvals.py` says of itself. */
type Hello = { readonly version: string } | { readonly missing: string } | Record<string, never>;

/** A Python that runs `svdvals.py`. */
interface PythonProcess {
  readonly write: (bytes: Uint8Array) => Promise<void>;
  readonly read: (length: number) => Promise<Uint8Array<ArrayBuffer>>;
  readonly line: () => Promise<Hello>;
}

/** Starts a Python, which ends with its input; `null` where there is none of that name. */
function start(command: string, library: PythonPackage, device: string): PythonProcess | null {
  let child: Deno.ChildProcess;
  try {
    const args = ["-c", program, library, device];
    child = new Deno.Command(command, { args, stdin: "piped", stdout: "piped" }).spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
  const input = child.stdin.getWriter(), output = child.stdout.getReader();
  const chunks: Uint8Array[] = [];
  /** Waits for more; `false` at the end. */
  const more = async () => {
    const { value } = await output.read();
    if (value) chunks.push(value);
    return value !== undefined;
  };
  /** Takes bytes off the front. */
  const take = (length: number) => {
    const all = Buffer.concat(chunks.splice(0));
    chunks.push(all.subarray(length));
    return Uint8Array.from(all.subarray(0, length));
  };
  const held = () => chunks.reduce((sum, { length }) => sum + length, 0);
  return {
    // Of a Python that has ended the reading tells.
    write: (bytes) => input.write(bytes).catch(() => {}),
    async read(length) {
      while (held() < length) if (!await more()) throw new Error(`${command} ended`);
      return take(length);
    },
    async line() {
      while (!chunks.some((chunk) => chunk.includes(10))) if (!await more()) return {};
      const text = new TextDecoder().decode(take(Buffer.concat(chunks).indexOf(10) + 1));
      // From now on it need not hold up the end of this process, with which it ends.
      child.unref();
      return JSON.parse(text) as Hello;
    },
  };
}
