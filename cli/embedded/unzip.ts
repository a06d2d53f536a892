/** Takes one file out of a zip archive (a wheel is one). Reads the central directory; knows `stored` and `deflate`, no zip64. */
import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';

interface Member {
  readonly name: string;
  readonly method: number;
  readonly packed: number;
  readonly headerAt: number;
}

const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;

/** Names and places of all files in the archive. */
export async function listZip(file: string): Promise<Member[]> {
  const handle = await open(file, 'r');
  try {
    return await readDirectory(handle, file);
  } finally {
    await handle.close();
  }
}

/** Writes the file `name` of the archive to `target`. */
export async function unzipMember(file: string, name: string, target: string, mode = 0o644): Promise<void> {
  const member = (await listZip(file)).find((entry) => entry.name === name);
  if (!member) throw new Error(`${file} has no member ${name}`);
  if (member.method !== 0 && member.method !== 8)
    throw new Error(`${name} in ${file} is packed with method ${member.method}, which is not known here`);
  const start = await dataStart(file, member);
  const source = member.packed === 0 ? [] : createReadStream(file, { start, end: start + member.packed - 1 });
  const sink = createWriteStream(target, { mode });
  if (member.method === 8) await pipeline(source, createInflateRaw(), sink);
  else await pipeline(source, sink);
}

async function readDirectory(handle: FileHandle, file: string): Promise<Member[]> {
  const { size } = await handle.stat();
  const tail = await readAt(handle, Math.max(0, size - 65_557), Math.min(size, 65_557));
  let end = tail.length - 22;
  while (end >= 0 && tail.readUInt32LE(end) !== END_SIGNATURE) end -= 1;
  if (end < 0) throw new Error(`${file} is not a zip archive`);
  const directory = await readAt(handle, tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
  const members: Member[] = [];
  for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === ENTRY_SIGNATURE; ) {
    const nameLength = directory.readUInt16LE(at + 28);
    members.push({
      name: directory.toString('utf8', at + 46, at + 46 + nameLength),
      method: directory.readUInt16LE(at + 10),
      packed: directory.readUInt32LE(at + 20),
      headerAt: directory.readUInt32LE(at + 42),
    });
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return members;
}

/** The local header repeats name and extra field with lengths of its own; the data follows it. */
async function dataStart(file: string, member: Member): Promise<number> {
  const handle = await open(file, 'r');
  try {
    const header = await readAt(handle, member.headerAt, 30);
    return member.headerAt + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  } finally {
    await handle.close();
  }
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await handle.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}
