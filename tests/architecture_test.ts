/**
 * The rules of the house, checked on the text of the files: no GPU, about a second.
 *
 * @module
 */
import { assert } from "./deps.ts";
import { findNeeds, nameOf } from "./support/shader_files.ts";
import {
  exportedNames,
  identifiers,
  localImports,
  readFiles,
  readSource,
  specifiers,
  wideComments,
  withoutComments,
} from "./support/source_tree.ts";
import { BRITISH, VOCABULARY } from "./support/words.ts";

/**
 * What does not hold yet: a rule and the path that it spares. Delete a line, and the rule is on
 * there.
 */
const NOT_YET: readonly string[] = [];

/** Floors, lowest first. A file may import from its own room and from rooms below. */
const FLOORS = [
  ["errors"],
  ["format", "version"],
  ["check"],
  ["stats"],
  ["display"],
  ["gpu", "tasks"],
  ["linalg"],
  ["nn"],
  ["rank"],
  ["train"],
  ["tracker"],
  ["plot", "io", "convert"],
  ["cockpit"],
  ["report"],
  ["cli"],
  ["live"],
  ["experiments", "follow", "weights"],
  ["mod"],
];

/** Rooms that run in a browser. */
const BROWSER = [
  "display",
  "gpu",
  "stats",
  "linalg",
  "nn",
  "rank",
  "tasks",
  "train",
  "tracker",
  "plot",
  "cockpit",
];

/** Rooms with a door of their own, `src/ROOM/mod.ts`. */
const DOORS = ["gpu", "linalg", "rank", "tasks", "train", "tracker", "plot", "experiments", "cli", "convert"];

/** Most names that the root exports. */
const MOST_NAMES = 80;

const source = readFiles("src", ".ts");
const modules = [...source, readSource("mod.ts")];
const tests = readFiles("tests", ".ts");
const shaders = readFiles("shaders", ".wgsl");
const byPath = new Map(modules.map((file) => [file.path, file]));

/** The room of a file of `src`, and of `mod.ts`. */
const roomOf = (path: string): string => /^(?:src\/)?(\w+)/.exec(path)?.[1] ?? path;

/**
 * Fails with all findings, each a path and what to do; those of paths that a rule spares are left
 * out.
 */
function assertHolds(rule: string, findings: readonly (readonly [path: string, what: string])[]): void {
  const spared = NOT_YET.filter((line) => line.startsWith(`${rule}: `)).map((line) =>
    line.slice(rule.length + 2)
  );
  const open = findings.filter(([path]) => !spared.some((prefix) => path.startsWith(prefix)));
  for (const prefix of spared.filter((prefix) => !findings.some(([path]) => path.startsWith(prefix)))) {
    console.log(`${rule}: ${prefix} is in order; delete the line from NOT_YET`);
  }
  assert.equal(open.length, 0, open.map(([path, what]) => `${path}: ${what}`).join("\n"));
}

Deno.test("imports point down or stay in the room", () => {
  const floor = (room: string) => FLOORS.findIndex((rooms) => rooms.includes(room));
  assertHolds(
    "floors",
    modules.flatMap((file) => {
      const room = roomOf(file.path);
      if (floor(room) < 0) return [[file.path, `name the room ${room} in FLOORS`]];
      return localImports(file).filter((path) => path.endsWith(".ts")).flatMap((path) => {
        const other = roomOf(path);
        if (other === room || floor(other) < floor(room)) return [];
        return [[
          file.path,
          `must not import ${path}: ${other} is not below ${room}; move what is shared down`,
        ]];
      });
    }),
  );
});

Deno.test("no import leads back to where it began, types included", () => {
  const done = new Set<string>(), way: string[] = [], findings: [string, string][] = [];
  const visit = (path: string) => {
    if (way.includes(path)) {
      findings.push([
        path,
        `is imported in a circle: ${[...way.slice(way.indexOf(path)), path].join(" → ")}`,
      ]);
    }
    const file = byPath.get(path);
    if (file === undefined || done.has(path)) return;
    done.add(path);
    way.push(path);
    localImports(file).forEach(visit);
    way.pop();
  };
  for (const { path } of modules) visit(path);
  assertHolds("cycles", findings);
});

/** The folder of a file within its tree, such as `linalg/gram/`. */
const folderOf = (path: string) => path.slice(path.indexOf("/") + 1, path.lastIndexOf("/") + 1);

Deno.test("a shader with an entry point has a host half and a test under its name; others lie in include/", () => {
  const exists = new Set([...source, ...tests].map(({ path }) => path));
  assertHolds(
    "mirrored places",
    shaders.flatMap(({ path, text }): [string, string][] => {
      const isInclude = path.includes("/include/");
      if (!withoutComments(text).includes("@compute")) {
        const place = `shaders/${path.split("/")[1]}/include/`;
        return path.startsWith(place) ? [] : [[path, `has no @compute: move it to ${place}`]];
      }
      if (isInclude) return [[path, "has @compute: move it out of include/"]];
      // Its own name, or the longest one that is a prefix of it at an underscore.
      const words = nameOf(path).replace(".wgsl", "").split("_");
      const names = words.map((_, i) => words.slice(0, words.length - i).join("_"));
      const missing = [["src/", ".ts", "host half"], ["tests/", "_test.ts", "test"]].filter((
        [tree, ending],
      ) => !names.some((name) => exists.has(tree + folderOf(path) + name + ending)));
      return missing.map(([tree, ending, what]) => [
        path,
        `has no ${what}: it must be ${tree}${folderOf(path)}${names[0]}${ending}, or a prefix of that name`,
      ]);
    }),
  );
});

Deno.test("a shader's line of needs is the closure of what its host lists, and of the names that it uses", () => {
  assertHolds("needs", findNeeds(shaders, byPath));
});

Deno.test("each door exists, is in deno.json and lists what it exports; the root names few things", () => {
  const { exports } = JSON.parse(readSource("deno.json").text);
  const listed = new Set(typeof exports === "string" ? [exports] : Object.values(exports));
  const doors = new Set([...DOORS.map((room) => `src/${room}/mod.ts`), "mod.ts"]);
  const findings: [string, string][] = [];
  for (const path of doors) {
    if (!byPath.has(path)) {
      findings.push([path, "is missing: write a door that lists what is public in the room"]);
    }
    if (!listed.has(`./${path}`)) findings.push([path, 'is not public: add it to "exports" in deno.json']);
  }
  for (const { path, text } of modules.filter(({ path }) => nameOf(path) === "mod.ts")) {
    if (/export\s*\*/.test(withoutComments(text))) {
      findings.push([path, "has `export *`: name what is public"]);
    }
  }
  const names = exportedNames(byPath.get("mod.ts")!).length;
  if (names > MOST_NAMES) {
    findings.push(["mod.ts", `exports ${names} names, not ${MOST_NAMES}: leave some to the rooms`]);
  }
  assertHolds("doors", findings);
});

Deno.test("comments are at most 100 characters wide", () => {
  assertHolds(
    "comment width",
    [...modules, ...tests, ...shaders].flatMap((file) => {
      const lines = wideComments(file, 100);
      return lines.length === 0 ? [] : [[file.path, `break the comments in lines ${lines.join(", ")}`]];
    }),
  );
});

Deno.test("no file is longer than 300 lines", () => {
  assertHolds(
    "length",
    [...modules, ...tests].flatMap(({ path, text }) => {
      const lines = text.split("\n").length - 1;
      return lines <= 300
        ? []
        : [[path, `has ${lines} lines: split it by ideas, or move its helpers to tests/support`]];
    }),
  );
});

/**
 * Calls whose arguments are a list of any length: more than about 125,000 overflow the stack.
 * Literals of lists and objects may spread what they like.
 */
const SPREAD =
  /(?:\.(?:push|unshift|splice|concat)|fromCharCode|fromCodePoint|Math\.(?:hypot|min|max))\((?:[^(){}[\]]|\((?:[^()]|\([^()]*\))*\))*?\.\.\.((?:[^(),]|\([^()]*\))+)/g;

/** What is short by its nature: GPU commands, lines for a reader, pieces of a fixed length. */
const SHORT =
  /^(?:await (?:bind|climb)|\(await climb|yield\* count|\w+(?:Lines|Table|Entries)\(|textTable|commands$|factor$|bytes\b|layers\b)/;

/** Rooms through which the records of runs go, and what is short there. */
const RECORDS = /^src\/(?:train|io|follow|report|stats|rank\/stairs|cockpit\/data|experiments\/sweep)\//;
const SHORT_THERE = /epsilons$|^this\.#layers|^least$|^heads\b|^data\.|^parts\b/;

Deno.test("no list that may be long is spread into the arguments of a call", () => {
  assertHolds(
    "spreads",
    source.flatMap((file): [string, string][] =>
      [...withoutComments(file.text).matchAll(SPREAD)].flatMap(([call, list]): [string, string][] => {
        const isExtent = /^Math\.m/.test(call);
        const isShort = SHORT.test(list.trim()) || isExtent && SHORT_THERE.test(list.trim());
        return isShort || isExtent && !RECORDS.test(file.path)
          ? []
          : [[file.path, `spreads ${list.trim()} into arguments; loop over it, or take extent or norm`]];
      })
    ),
  );
});

Deno.test("rooms that a browser uses import no node: and load without Deno", async () => {
  // Third-party code is loaded where it is used.
  const files = source.filter(({ path }) =>
    (BROWSER.includes(roomOf(path)) || path.split("/").length === 2) && !path.endsWith("/deps.ts")
  );
  const findings = files.filter((file) => specifiers(file).some((name) => name.startsWith("node:")))
    .map(({ path }): [string, string] => [path, "imports node:, which a browser does not have"]);
  // Outside the browser, linkedom itself needs Deno: its room is read, the others are imported.
  const [read, imported] = [true, false].map((isPage) =>
    files.filter(({ path }) => /^src\/(plot|cockpit)\//.test(path) === isPage)
  );
  for (const { path } of read.filter(({ text }) => identifiers(text).has("Deno"))) {
    findings.push([path, "uses Deno, which a browser does not have: take what it needs as an argument"]);
  }
  const worker = new Worker(new URL("./support/without_deno.ts", import.meta.url), { type: "module" });
  const failed = new Promise<[string, string][]>((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
  });
  worker.postMessage(imported.map(({ path }) => path));
  for (const [path, message] of await failed) {
    findings.push([
      path,
      `does not load where there is no Deno (${message}): take what it needs as an argument`,
    ]);
  }
  worker.terminate();
  assertHolds("browser", findings);
});

Deno.test("third-party code comes through deps.ts", () => {
  assertHolds(
    "third-party code",
    modules.filter(({ path }) => nameOf(path) !== "deps.ts").flatMap((file) => {
      const names = [
        ...withoutComments(file.text).matchAll(/["'](npm:[^"'\s]+|jsr:[^"'\s]+|https?:[^"'\s]+\.[jt]s)["']/g),
      ]
        .map((match) => match[1]).concat(specifiers(file).filter((name) => /^(npm|jsr|https?):/.test(name)));
      return [...new Set(names)].map((name) =>
        [file.path, `names ${name}: import it in the room's deps.ts`] as const
      );
    }),
  );
});

Deno.test("identifiers have American spelling and the words of the vocabulary", () => {
  const find = (table: typeof BRITISH) =>
    modules.flatMap(({ path, text }) =>
      [...identifiers(text)].flatMap((name) =>
        table.filter(([old]) => old.test(name)).map(([, word]) => [path, `rename ${name}: ${word}`] as const)
      )
    );
  assertHolds("spelling", find(BRITISH));
  assertHolds("vocabulary", find(VOCABULARY));
});
