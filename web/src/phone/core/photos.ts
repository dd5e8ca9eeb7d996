// Photos: the camera's file is hashed before anything is done to it, then shrunk, marked with time, place and visit,
// hashed again, sealed and kept. Both hashes go into the signed record. The marks are for people; the data are signed.

import { hex, sha256Hex } from "@shared/canonical";
import { writeTime } from "@shared/envelope";
import type { Draft, DraftPhoto } from "./drafts";
import type { Fix } from "./position";
import { newId, type Senses } from "./senses";
import type { Session } from "./session";
import type { Store } from "./store";
import { open, seal } from "./vault";

const LONG_SIDE_PX = 1600;
const QUALITY = 0.8;
export const MAX_PHOTOS = 60;

/** What a photo shows (docs/records.md, `manifest`). */
export type Shows = "door" | "building" | "surroundings" | "delivered_paper" | "signed_paper" | "signing" | "other";

export interface PhotoFacts {
  shows: Shows;
  fix: Fix | null;
  paper_serial?: string;
  /** Lines under the picture, such as the address; time, position and visit are added. */
  caption?: string;
}

/** Keeps the photos of drafts. */
export class Photos {
  private readonly adding = new Set<Promise<DraftPhoto>>();

  constructor(private readonly store: Store, private readonly session: Session, private readonly senses: Senses) {}

  /** Add a file from the camera to a draft; it is on the disk when this returns. Throws QuotaExceededError, RangeError. */
  add(draft: Draft, file: Blob, facts: PhotoFacts): Promise<DraftPhoto> {
    const adding = this.take(draft, file, facts);
    this.adding.add(adding);
    void adding.catch(() => undefined).finally(() => this.adding.delete(adding));
    return adding;
  }

  /** Wait until no photo is on its way to the disk, so that none comes to a visit that was left. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.adding);
  }

  private async take(draft: Draft, file: Blob, facts: PhotoFacts): Promise<DraftPhoto> {
    if (draft.content.photos.length >= MAX_PHOTOS) throw new RangeError(`at most ${MAX_PHOTOS} photos in one visit`);
    const original = await file.arrayBuffer();
    const [taken, visit] = [this.senses.now(), draft.content.visit_id];
    const digest = hex(new Uint8Array(await crypto.subtle.digest("SHA-256", original)));
    const { bytes, mime } = await shrunk(file, original, marks(taken, visit, facts));
    const photo: DraftPhoto = {
      id: newId(this.senses), sha256: await sha256Hex(bytes), bytes: bytes.byteLength, mime, shows: facts.shows,
      taken_at: writeTime(taken), fix: facts.fix, original_sha256: digest, original_bytes: original.byteLength,
      ...(facts.paper_serial && { paper_serial: facts.paper_serial }),
    };
    const sealed = await seal(await this.session.deviceKey(), bytes);
    await this.keep(photo, visit, sealed);
    draft.content.photos.push(photo);
    await draft.flush();
    return photo;
  }

  /** Take a photo out of a draft. */
  async remove(draft: Draft, photoId: string): Promise<void> {
    draft.content.photos = draft.content.photos.filter((photo) => photo.id !== photoId);
    await draft.flush();
    await this.store.transaction("rw", this.store.media, this.store.bytes, async () => {
      const removed = await this.store.media.where("id").equals(photoId).and((row) => row.state === "draft").delete();
      if (removed) await this.store.bytes.delete(photoId);
    });
  }

  /** Return a photo's picture for the screen; undefined once its bytes were dropped. */
  async picture(photoId: string): Promise<Blob | undefined> {
    const [row, kept] = [await this.store.media.get(photoId), await this.store.bytes.get(photoId)];
    return row && kept && new Blob([await open(await this.session.deviceKey(), kept.sealed)], { type: row.mime });
  }

  private async keep(photo: DraftPhoto, visit: string, sealed: ArrayBuffer): Promise<void> {
    const { id, sha256, bytes, mime } = photo;
    await this.store.transaction("rw", this.store.media, this.store.bytes, async () => {
      await this.store.bytes.add({ id, sealed });
      await this.store.media.add({ id, sha256, bytes, mime, visit, state: "draft", offset: 0, verified_at: "", has_bytes: 1 });
    });
  }
}

/** Return the lines written into the picture; the visit by its last eight digits, as the first change every minute only. */
export function marks(taken: number, visitId: string, { fix, caption = "" }: PhotoFacts): string[] {
  const time = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "medium", timeZone: "Asia/Shanghai" }).format(taken);
  const place = fix ? `${(fix.lat_e6 / 1e6).toFixed(6)}, ${(fix.lon_e6 / 1e6).toFixed(6)} ±${fix.accuracy_m} m ${fix.datum}` : "无定位 no position";
  return [`${time} (UTC+8)  ${visitId.slice(-8)}`, place, ...(caption ? [caption] : [])];
}

/** Shrink and mark a picture; what this browser cannot read as one is kept as it came. */
async function shrunk(file: Blob, original: ArrayBuffer, lines: string[]): Promise<{ bytes: ArrayBuffer; mime: string }> {
  let picture: ImageBitmap;
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return { bytes: original, mime: (file.type || "application/octet-stream").slice(0, 40) };
  }
  const scale = Math.min(1, LONG_SIDE_PX / Math.max(picture.width, picture.height));
  const [width, height] = [Math.round(picture.width * scale), Math.round(picture.height * scale)];
  const canvas = surface(width, height);
  const pen = canvas.getContext("2d") as CanvasRenderingContext2D;
  pen.drawImage(picture, 0, 0, width, height);
  picture.close();
  write(pen, lines, width, height);
  const blob = await encoded(canvas);
  return { bytes: await blob.arrayBuffer(), mime: blob.type };
}

function write(pen: CanvasRenderingContext2D, lines: string[], width: number, height: number): void {
  const size = Math.max(12, Math.round(width / 45));
  const top = height - lines.length * size * 1.4 - size * 0.6;
  pen.fillStyle = "rgba(0,0,0,.55)";
  pen.fillRect(0, top, width, height - top);
  pen.fillStyle = "#fff";
  pen.font = `${size}px sans-serif`;
  pen.textBaseline = "top";
  for (const [i, line] of lines.entries()) pen.fillText(line, size * 0.6, top + size * 0.5 + i * size * 1.4, width - size);
}

function surface(width: number, height: number): OffscreenCanvas | HTMLCanvasElement {
  if ("OffscreenCanvas" in globalThis) return new OffscreenCanvas(width, height);
  return Object.assign(document.createElement("canvas"), { width, height });
}

async function encoded(canvas: OffscreenCanvas | HTMLCanvasElement): Promise<Blob> {
  if (canvas instanceof HTMLCanvasElement) {
    return new Promise((done, fail) => canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error("no picture"))), "image/jpeg", QUALITY));
  }
  return canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
}
