// Ids, hashes and times in signed texts, named short in a push: once by their bytes, afterwards by where they stand in a
// list that sender and receiver keep alike, the name told last first. Twin of sync/naming.py. Source: docs/sync.md, "Packed".

const MOST_NAMES = 1_000;
const [EARLIER, ID, AGAIN, HASH, TIME] = ["\u0001", "\u0003", "\u0004", "\u0005", "\u0006"];
const NAME = new RegExp(
  '"([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}|[0-9a-f]{64}' +
    String.raw`|[12][0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z)"`,
  "g",
);
const MARKED = new RegExp(
  `${EARLIER}([0-9]{1,3})|${ID}(-?[0-9]{1,15})|${AGAIN}([0-9]{1,3})|(${HASH})|${TIME}(-?[0-9]{1,15})`, "g",
);
const HASH_CHARS = 64;
const TIME_CHARS = 24;
const MS_DIGITS = 12;

/** What both sides know at one place of a push: names, the last first, the last time in ms. */
class Told {
  readonly names: string[] = [];
  atMs = 0;

  add(name: string): void {
    this.names.unshift(name);
    if (this.names.length > MOST_NAMES) this.names.pop();
  }

  again(place: number): string {
    const [name] = this.names.splice(place, 1);
    if (name === undefined) throw new RangeError("a name is told again that was not told");
    this.add(name);
    return name;
  }
}

/** Writes the texts of one push, in order; `tail` grows by the bytes that no compression makes shorter. */
export class Writer {
  readonly tail: number[] = [];
  private readonly told = new Told();
  private readonly places = new Map<string, number>();
  private written = 0;

  /** Return a text with its names short; digest is its own hash, by which later ones may name it. */
  write(env: string, digest: string): string {
    const line = env.replace(NAME, (_, name: string) => this.short(name));
    this.places.set(digest, this.written);
    this.written += 1;
    return line;
  }

  private short(name: string): string {
    if (name.length === TIME_CHARS) return this.time(name);
    const place = this.places.get(name);
    if (place !== undefined) return EARLIER + String(this.written - place);
    const at = this.told.names.indexOf(name);
    if (at >= 0) {
      this.told.again(at);
      return AGAIN + String(at);
    }
    this.told.add(name);
    const digits = name.replaceAll("-", "");
    const isHash = name.length === HASH_CHARS;
    for (let i = isHash ? 0 : MS_DIGITS; i < digits.length; i += 2) this.tail.push(parseInt(digits.slice(i, i + 2), 16));
    return isHash ? HASH! : ID + String(parseInt(digits.slice(0, MS_DIGITS), 16) - this.told.atMs);
  }

  private time(name: string): string {
    const ms = Date.parse(name);
    if (!Number.isFinite(ms) || new Date(ms).toISOString() !== name) return `"${name}"`;
    const before = this.told.atMs;
    this.told.atMs = ms;
    return TIME + String(ms - before);
  }
}

/** Reads the lines of one push, in order, so that a phone sees before it sends that nothing is lost. */
export class Reader {
  private readonly told = new Told();
  private readonly records: string[] = [];
  private at = 0;

  constructor(private readonly tail: ArrayLike<number>) {}

  /** Return the text of a line; digest is the hash it should have. Throws RangeError when a name cannot be. */
  read(line: string, digest: string): string {
    const env = line.replace(MARKED, (...found: string[]) => `"${this.name(found)}"`);
    this.records.push(digest);
    return env;
  }

  private name([, earlier, ofId, again, isHash, ofTime]: string[]): string {
    const { told } = this;
    if (ofTime) return new Date((told.atMs += Number(ofTime))).toISOString();
    if (earlier) return this.records.at(-Number(earlier)) ?? "";
    if (again) return told.again(Number(again));
    const name = isHash ? this.take(HASH_CHARS) : this.id(told.atMs + Number(ofId));
    told.add(name);
    return name;
  }

  private id(ms: number): string {
    const digits = ms.toString(16).padStart(MS_DIGITS, "0") + this.take(20);
    return [[0, 8], [8, 12], [12, 16], [16, 20], [20]].map(([from, to]) => digits.slice(from, to)).join("-");
  }

  private take(digits: number): string {
    let taken = "";
    for (; taken.length < digits; this.at += 1) taken += (this.tail[this.at] ?? 0).toString(16).padStart(2, "0");
    return taken;
  }
}
