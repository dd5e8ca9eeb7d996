// Reading a ZIP in the browser: its table of contents, and entries that are stored or deflated. Source: PKWARE APPNOTE 6.3.

/** The file is no ZIP that can be read here. */
export class NotAZip extends Error {
  override name = "NotAZip";
}

const END = 0x06054b50, CENTRAL = 0x02014b50, LOCAL = 0x04034b50;
const END_BYTES = 22, MOST_COMMENT = 65_535, MOST_BYTES = 2 ** 31;
const STORED = 0, DEFLATED = 8;
const names = new TextDecoder("utf-8", { fatal: true });

interface Entry { method: number; packed: number; size: number; at: number }

/** A ZIP whose entries are read one by one. */
export class Zip {
  private constructor(private readonly bytes: Uint8Array<ArrayBuffer>, private readonly entries: Map<string, Entry>) {}

  /** Read the table of contents. Throws NotAZip, also when a name is there twice or leads out of the folder. */
  static read(bytes: Uint8Array<ArrayBuffer>): Zip {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const end = endOf(view);
    const count = view.getUint16(end + 10, true);
    let at = view.getUint32(end + 16, true);
    const entries = new Map<string, Entry>();
    try {
      for (let i = 0; i < count; i++) {
        if (view.getUint32(at, true) !== CENTRAL) throw new NotAZip("its table of contents is broken");
        const [name, extra, comment] = [28, 30, 32].map((place) => view.getUint16(at + place, true)) as [number, number, number];
        const path = names.decode(bytes.subarray(at + 46, at + 46 + name));
        if (entries.has(path)) throw new NotAZip(`${path} is there twice`);
        if (path.startsWith("/") || path.split("/").includes("..")) throw new NotAZip(`${path} leads out of the folder`);
        entries.set(path, { method: view.getUint16(at + 10, true), packed: view.getUint32(at + 20, true), size: view.getUint32(at + 24, true), at: view.getUint32(at + 42, true) });
        at += 46 + name + extra + comment;
      }
    } catch (fault) {
      throw fault instanceof NotAZip ? fault : new NotAZip("its table of contents is broken");
    }
    return new Zip(bytes, entries);
  }

  /** The paths of all files. */
  get paths(): string[] {
    return [...this.entries.keys()].filter((path) => !path.endsWith("/"));
  }

  /** Return the bytes of a file. Throws NotAZip when it is not there or broken. */
  async file(path: string): Promise<Uint8Array<ArrayBuffer>> {
    const entry = this.entries.get(path);
    if (!entry) throw new NotAZip(`${path} is not there`);
    const view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
    if (entry.at + 30 > this.bytes.length || view.getUint32(entry.at, true) !== LOCAL) throw new NotAZip(`${path} is broken`);
    const from = entry.at + 30 + view.getUint16(entry.at + 26, true) + view.getUint16(entry.at + 28, true);
    const packed = this.bytes.slice(from, from + entry.packed);
    if (packed.length !== entry.packed) throw new NotAZip(`${path} is cut short`);
    const told = entry.method === STORED ? packed : entry.method === DEFLATED ? await inflate(packed, entry.size) : null;
    if (!told || told.length !== entry.size) throw new NotAZip(`${path} is not as long as it says`);
    return told;
  }
}

function endOf(view: DataView): number {
  if (view.byteLength > MOST_BYTES) throw new NotAZip("larger than 2 GiB");
  for (let at = view.byteLength - END_BYTES; at >= Math.max(0, view.byteLength - END_BYTES - MOST_COMMENT); at--) {
    if (view.getUint32(at, true) === END) return at;
  }
  throw new NotAZip("not a ZIP");
}

async function inflate(packed: Uint8Array<ArrayBuffer>, size: number): Promise<Uint8Array<ArrayBuffer>> {
  const whole = new Uint8Array(size);
  let at = 0;
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    if (at + part.value.length > size) throw new NotAZip("more than it says"); // a bomb is not unpacked
    whole.set(part.value, at);
    at += part.value.length;
  }
  return whole.subarray(0, at);
}
