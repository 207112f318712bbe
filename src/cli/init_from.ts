/**
 * Networks that begin with the parameters of a file.
 *
 * @module
 */
import { InputError, ShapeError } from "../errors.ts";
import { count, shown } from "../format.ts";
import { readParameters } from "../io/parameter_file.ts";
import { type Skip, skipText } from "../nn/layout.ts";
import type { Task } from "../tasks/task.ts";
import type { NetworkStart } from "../train/start.ts";

/** What the command line asks of networks. */
export interface AskedNetworks {
  /** Task that they are to learn. */
  readonly task: Pick<Task, "name" | "inputs" | "outputs">;
  /** Hidden widths; `null` for those of the file. */
  readonly hidden: readonly number[] | null;
  /** Activations, one or one for each layer; `null` for those of the file, if it names them. */
  readonly activations: readonly string[] | null;
  /** Skip connections that they have even where those of the file have none. */
  readonly skip: Skip;
  /** Initialiser; must be `null`, as nothing is drawn. */
  readonly init: string | null;
  /** Number of networks. */
  readonly replicas: number;
}

/** Networks as a file has them. */
export interface StartedNetworks {
  /** Hidden widths. */
  readonly hidden: readonly number[];
  /** Activations; `null` where neither the file nor the command line names them. */
  readonly activations: readonly string[] | null;
  /** Skip connections. */
  readonly skip: Skip;
  /** Their parameters. */
  readonly start: NetworkStart;
}

/**
 * Reads the parameters that networks are to begin with.
 *
 * @param path Path of the file.
 * @param asked What the command line asks of them.
 * @returns The networks.
 * @throws {InputError} If the file cannot be read, or holds something else; if an initialiser is
 * asked for as well.
 * @throws {ShapeError} If they do not fit the task, or what is asked for.
 */
export async function readStart(path: string, asked: AskedNetworks): Promise<StartedNetworks> {
  const { task, hidden, activations, skip, init, replicas } = asked;
  if (init !== null) {
    throw new InputError(`--init ${init} and --init-from contradict each other; give one of them`);
  }
  const found = await readParameters(path);
  const file = shown(path), [inputs, ...others] = found.widths, outputs = others.pop()!;
  if (inputs !== task.inputs || outputs !== task.outputs) {
    throw new ShapeError(
      `${file}: holds a network of ${count(inputs, "input")} and ${count(outputs, "output")}, and the task ${
        shown(task.name)
      } has ${task.inputs} and ${task.outputs}; give one that fits`,
    );
  }
  if (hidden && hidden.join() !== others.join()) {
    throw new ShapeError(
      `${file}: holds a network ${found.widths.join("-")}, and --layers asks for ${
        [inputs, ...hidden, outputs].join("-")
      }; give --layers ${others.join()}, or leave it out`,
    );
  }
  const { networks, skip: own = false } = found;
  if (skip && own && skip !== own) {
    throw new InputError(
      `${file}: holds networks${skipText(own)}; leave --skip, --adaptive-skip and --gates out`,
    );
  }
  if (networks.length > 1 && networks.length !== replicas) {
    throw new ShapeError(
      `${file}: holds ${count(networks.length, "network")} for ${
        count(replicas, "replica")
      }; give --replicas ${networks.length}, or a file of one network`,
    );
  }
  // One name for all layers where they agree, as the command line gives it.
  const names = found.activations && new Set(found.activations).size === 1
    ? found.activations.slice(0, 1)
    : found.activations;
  return {
    hidden: others,
    activations: activations ?? names,
    skip: skip || own,
    start: networks,
  };
}
