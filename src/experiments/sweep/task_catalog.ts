/**
 * The tasks of a sweep: their facts are kept, of their samples those of the last one.
 *
 * @module
 */
import { createHash, type Hash } from "node:crypto";
import { taskOf } from "../../cli/training_flags.ts";
import { taskDefaults } from "../../tasks/defaults.ts";
import type { Samples, Task } from "../../tasks/task.ts";
import type { TaskFacts, TaskSource } from "./trial.ts";

function addSamples(hash: Hash, samples: Samples | null): void {
  hash.update(`${samples?.count ?? "none"};`);
  for (const { buffer, byteOffset, byteLength } of samples ? [samples.x, samples.y, samples.weights] : []) {
    hash.update(new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength));
  }
}

/**
 * Computes a digest of all of a task that a training depends on.
 *
 * @param task The task.
 * @returns 64 hexadecimal digits.
 */
export function taskDigest(task: Task): string {
  const { name, kind, inputs, outputs, loss, train, test } = task;
  const hash = createHash("sha256");
  const conditions = task.kind === "equation" ? task.conditions : null;
  hash.update(JSON.stringify({ name, kind, inputs, outputs, loss, conditions }));
  addSamples(hash, train);
  addSamples(hash, test);
  return hash.digest("hex");
}

const keyOf = ({ task, data, samples, seed }: TaskSource) => JSON.stringify([task, data, samples, seed]);

/** Tasks by what they are made of. */
export class TaskCatalog {
  readonly #facts = new Map<string, TaskFacts>();
  /** Whether the samples depend on the seed, by all else that a task is made of. */
  readonly #isSeeded = new Map<string, boolean>();
  /** First seed, by all else that a task is made of. */
  readonly #first = new Map<string, TaskSource>();
  #last: { readonly key: string; readonly task: Promise<Task> } | null = null;

  /**
   * Loads a task, unless it is the one that was loaded last.
   *
   * @param source What it is made of.
   * @returns The task.
   * @throws {InputError} If there is none, or its data cannot be read.
   */
  load(source: TaskSource): Promise<Task> {
    const key = keyOf(source);
    if (this.#last?.key !== key) {
      this.#last = { key, task: taskOf(source) };
    }
    return this.#last.task;
  }

  /**
   * Finds the facts of a task. Seeds that do not change the samples share them.
   *
   * @param source What it is made of.
   * @returns Its facts.
   * @throws {InputError} If there is none, or its data cannot be read.
   */
  async facts(source: TaskSource): Promise<TaskFacts> {
    const unseeded = keyOf({ ...source, seed: 0 }), first = this.#first.get(unseeded);
    if (!first) {
      this.#first.set(unseeded, source);
      return await this.#read(source);
    }
    if (source.seed === first.seed) return await this.#read(first);
    // A task that draws its samples has others for any second seed. Where they are the same, no
    // seed is looked at, and ten thousand seeds need not be loaded.
    if (!this.#isSeeded.has(unseeded)) {
      const [one, other] = [await this.#read(first), await this.#read(source)];
      this.#isSeeded.set(unseeded, one.digest !== other.digest);
    }
    return await this.#read(this.#isSeeded.get(unseeded) ? source : first);
  }

  async #read(source: TaskSource): Promise<TaskFacts> {
    const key = keyOf(source), known = this.#facts.get(key);
    if (known) return known;
    const task = await this.load(source);
    const { description, kind, loss, inputs, outputs, train, test } = task;
    const facts: TaskFacts = {
      source,
      digest: taskDigest(task),
      description,
      kind,
      loss,
      inputs,
      outputs,
      samples: train.count,
      heldOut: test?.count ?? 0,
      defaults: taskDefaults(task),
    };
    this.#facts.set(key, facts);
    return facts;
  }
}
