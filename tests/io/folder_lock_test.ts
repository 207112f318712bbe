import { FolderLock, livingOwner } from "../../src/io/folder_lock.ts";
import { hostName } from "../../src/io/host.ts";
import { assert } from "../deps.ts";
import { root } from "../support/program.ts";
import { entriesIn, inFolder } from "../support/traces.ts";

/** A process that takes a lock, says so, and waits to be killed. */
async function holder(path: string): Promise<Deno.ChildProcess> {
  const code = `
    import { FolderLock } from ${JSON.stringify(new URL("src/io/folder_lock.ts", root).href)};
    const lock = await FolderLock.take(${JSON.stringify(path)});
    console.log(lock instanceof FolderLock ? "taken" : "held");
    setInterval(() => {}, 1000);`;
  const child = new Deno.Command(Deno.execPath(), { args: ["eval", code], stdout: "piped" }).spawn();
  const { value } = await child.stdout.getReader().read();
  assert.equal(new TextDecoder().decode(value).trim(), "taken");
  return child;
}

async function take(path: string): Promise<FolderLock> {
  const lock = await FolderLock.take(path);
  assert.ok(lock instanceof FolderLock);
  return lock;
}

Deno.test("folder_lock: one at a time, and the next once it is given back", () =>
  inFolder(async (folder) => {
    const path = `${folder}/lock`;
    const first = await take(path);
    const owner = await FolderLock.take(path);
    assert.ok(!(owner instanceof FolderLock));
    assert.deepEqual([owner.host, owner.pid], [hostName(), Deno.pid]);
    assert.deepEqual(await livingOwner(path), owner);
    await first[Symbol.asyncDispose]();
    await first[Symbol.asyncDispose]();
    assert.deepEqual([entriesIn(folder), await livingOwner(path)], [[], null]);
    await using _second = await take(path);
  }));

Deno.test("folder_lock: that of a killed process is taken over", () =>
  inFolder(async (folder) => {
    const path = `${folder}/lock`;
    const child = await holder(path);
    const owner = await FolderLock.take(path);
    assert.ok(!(owner instanceof FolderLock));
    assert.equal(owner.pid, child.pid);
    assert.equal((await livingOwner(path))?.pid, child.pid);
    child.kill("SIGKILL");
    await child.status;
    assert.deepEqual(entriesIn(folder), ["lock"]);
    assert.equal(await livingOwner(path), null);
    await using _lock = await take(path);
  }));

Deno.test("folder_lock: that of another machine holds until it is old; a copy holds nothing", () =>
  inFolder(async (folder) => {
    const path = `${folder}/lock`;
    await Deno.writeTextFile(path, "");
    const { ino: inode } = await Deno.stat(path);
    const elsewhere = { host: "another.example", pid: 1, since: "2026-11-29T20:15:30.000Z" };
    await Deno.writeTextFile(path, JSON.stringify({ ...elsewhere, inode }));
    assert.deepEqual(await FolderLock.take(path), elsewhere);
    assert.deepEqual(await livingOwner(path), elsewhere);
    await Deno.utime(path, new Date(), new Date(Date.now() - 60_000));
    assert.deepEqual(await FolderLock.take(path), elsewhere);
    {
      await using _lock = await take(`${path}2`);
      await Deno.copyFile(path, `${path}3`);
      await using _copy = await take(`${path}3`);
    }
    await Deno.utime(path, new Date(), new Date(Date.now() - 100_000));
    assert.equal(await livingOwner(path), null);
    await using _lock = await take(path);
    assert.deepEqual(entriesIn(folder), ["lock"]);
  }));

Deno.test("folder_lock: of many at once, one gets it", () =>
  inFolder(async (folder) => {
    const taken = await Promise.all(Array.from({ length: 8 }, () => FolderLock.take(`${folder}/lock`)));
    const locks = taken.filter((lock) => lock instanceof FolderLock);
    assert.equal(locks.length, 1);
    await locks[0][Symbol.asyncDispose]();
  }));

Deno.test("folder_lock: one who looks who holds it keeps nobody from taking it", () =>
  inFolder(async (folder) => {
    const path = `${folder}/lock`;
    await Deno.writeTextFile(path, "");
    const file = await Deno.open(path);
    assert.ok(await file.tryLock(false));
    const taken = take(path);
    await new Promise((resolve) => setTimeout(resolve, 80));
    file.close();
    await (await taken)[Symbol.asyncDispose]();
  }));

Deno.test("folder_lock: a lock whose folder was deleted does not delete another's", () =>
  inFolder(async (folder) => {
    const path = `${folder}/state/lock`;
    await Deno.mkdir(`${folder}/state`);
    const lost = await take(path);
    await Deno.remove(`${folder}/state`, { recursive: true });
    await Deno.mkdir(`${folder}/state`);
    await using _other = await take(path);
    await lost[Symbol.asyncDispose]();
    assert.equal((await livingOwner(path))?.pid, Deno.pid);
  }));

Deno.test("folder_lock: one whose folder was deleted is taken again, unless another has it by then", () =>
  inFolder(async (folder) => {
    const path = `${folder}/state/lock`;
    await Deno.mkdir(`${folder}/state`);
    await using first = await take(path);
    assert.equal(await first.renew(), null);
    await Deno.remove(`${folder}/state`, { recursive: true });
    await assert.rejects(first.renew(), { name: "FileError" });
    await Deno.mkdir(`${folder}/state`);
    assert.equal(await first.renew(), null);
    assert.ok(!(await FolderLock.take(path) instanceof FolderLock));
    await Deno.remove(path);
    const other = await take(path);
    assert.equal((await first.renew())?.pid, Deno.pid);
    await first[Symbol.asyncDispose]();
    assert.deepEqual(entriesIn(`${folder}/state`), ["lock"]);
    await other[Symbol.asyncDispose]();
    assert.equal(await first.renew(), null);
    assert.deepEqual(entriesIn(`${folder}/state`), []);
  }));

Deno.test("folder_lock: rubbish in its file is nobody; a folder of its name is refused", () =>
  inFolder(async (folder) => {
    for (const [i, text] of ["", "{", "[]", '{"host":1}'].entries()) {
      await Deno.writeTextFile(`${folder}/${i}`, text);
      await using _lock = await take(`${folder}/${i}`);
    }
    await assert.rejects(FolderLock.take(folder), {
      name: "FileError",
      message: /there is a folder of that name/,
    });
  }));
