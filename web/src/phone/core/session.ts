// Who may see what on this phone: enrol, unlock, lock, and the rules of losing it.
// Sealed to K_dev is what waits to be sent; sealed to K_pin is what somebody who found the phone must not read.

import { ref, type Ref } from "vue";
import { newSigningKey, publicKey, type PublicKey, type SigningKey } from "@shared/signature";
import type { Senses } from "./senses";
import type { Store } from "./store";
import { json, type Line } from "./transport";
import { newKey, newPinKey, rewrap, unwrap, WrongPin, type Wrapped } from "./vault";

/** new: never enrolled; locked: the PIN is asked; open; pin_lost: enrol again, what waits is still sent; revoked. */
export type SessionState = "starting" | "new" | "locked" | "open" | "pin_lost" | "revoked";

export const PIN_DIGITS = 6;
const FREE_TRIES = 5;
const MOST_TRIES = 10;
const FIRST_DELAY_MS = 30_000;
const IDLE_MS = 5 * 60_000;
const HIDDEN_MS = 60_000;
const EXPECTED_MS = 10 * 60_000;

/** The app is locked: the PIN is needed first. */
export class Locked extends Error {
  override name = "Locked";
}
/** The phone has no key and device id yet. */
export class NotEnrolled extends Error {
  override name = "NotEnrolled";
}
/** Records or files exist only on this phone: it may not be signed out or reset. */
export class HasUnsent extends Error {
  override name: string = "HasUnsent";
  constructor(readonly records: number, readonly files: number) {
    super(`${records} records, ${files} files`);
  }
}
/** A PIN has six digits. */
export class BadPin extends Error {
  override name = "BadPin";
}
/** Too many wrong PINs: wait so many milliseconds. */
export class PinDelayed extends Error {
  override name: string = "PinDelayed";
  constructor(readonly waitMs: number) {
    super(`${waitMs} ms`);
  }
}
/** The PIN is wrong; so many tries are left before what was pulled is made unreadable. */
export class PinWrong extends Error {
  override name: string = "PinWrong";
  constructor(readonly left: number) {
    super(`${left} left`);
  }
}

export interface Enrolment {
  code: string;
  label: string;
  pin: string;
}

/** The session of one phone. */
export class Session {
  readonly state: Ref<SessionState> = ref("starting");
  private kPin: CryptoKey | undefined;
  private touched = 0;
  private hiddenAt = 0;
  private expectedUntil = 0;

  constructor(
    private readonly store: Store,
    private readonly line: Line,
    private readonly senses: Senses,
    private readonly appVersion: string,
  ) {}

  /** Find out how this phone stands, and watch for the moments to lock. */
  async start(): Promise<void> {
    if (!(await this.store.get("device"))) this.state.value = "new";
    else if (await this.store.get("revoked")) this.state.value = "revoked";
    else this.state.value = (await this.store.get("pin")) ? "locked" : "pin_lost";
  }

  /**
   * Make a key (kept before the call, so that a lost answer loses nothing but the code) and tie this phone to its server.
   * A phone enrolled before keeps key, id and all it wrote. Throws BadPin, NoNetwork, or Refused when the code is not good.
   */
  async enrol({ code, label, pin }: Enrolment): Promise<void> {
    checkPin(pin);
    const key = (await this.store.get<SigningKey>("key")) ?? (await newSigningKey());
    const kDev = (await this.store.get<CryptoKey>("k_dev")) ?? (await newKey());
    await this.store.put({ key, k_dev: kDev });
    const device = await this.store.get<string>("device");
    const told = { code, alg: key.alg, public_key: key.jwk, label, app_version: this.appVersion, ...(device && { device_id: device }) };
    const headers = { "Content-Type": "application/json" };
    const answer = json(await this.line.call("POST", "/v1/devices", { headers, body: JSON.stringify(told), tries: 1 }));
    const epoch = await this.store.get("epoch");
    if (epoch !== undefined && epoch !== answer.epoch) await this.store.startAgain(answer.epoch);
    const { key: kPin, wrapped } = await newPinKey(pin, kDev);
    await this.store.put({
      device: answer.device_id, token: answer.device_token, epoch: answer.epoch, ack_key: answer.ack_key,
      log_vkey: answer.log_vkey, label, pin: wrapped, pin_tries: 0, pin_after: 0, revoked: undefined,
      token_unknown: undefined,
    });
    this.opened(kPin);
  }

  /** Open what the PIN seals. Throws PinDelayed, PinWrong, or Locked when the PIN was lost for good. */
  async unlock(pin: string): Promise<void> {
    const [wrapped, kDev] = [await this.store.get<Wrapped>("pin"), await this.deviceKey()];
    const wait = ((await this.store.get<number>("pin_after")) ?? 0) - this.senses.now();
    if (!wrapped) throw new Locked();
    // A clock put back must not make the wait longer than it was told to be.
    if (wait > 0 && wait <= delayMs(MOST_TRIES)) throw new PinDelayed(wait);
    // Counted before it is tried: who kills the app in between has used his try.
    const tries = await this.countTry();
    try {
      const key = await unwrap(wrapped, pin, kDev);
      await this.store.put({ pin_tries: 0, pin_after: 0 });
      this.opened(key);
    } catch (fault) {
      throw fault instanceof WrongPin ? await this.wasWrong(tries) : fault;
    }
  }

  /** Put the key away: customers' data and drafts cannot be read until the PIN is given again. */
  lock(): void {
    this.kPin = undefined;
    if (this.state.value === "open") this.state.value = "locked";
  }

  /** Wrap the same key by another PIN. Throws BadPin or PinWrong. */
  async changePin(pin: string, newPin: string): Promise<void> {
    checkPin(newPin);
    const wrapped = await this.store.get<Wrapped>("pin");
    if (!wrapped) throw new Locked();
    const tries = await this.countTry();
    try {
      await this.store.put({ pin: await rewrap(wrapped, pin, newPin, await this.deviceKey()), pin_tries: 0, pin_after: 0 });
    } catch (fault) {
      throw fault instanceof WrongPin ? await this.wasWrong(tries) : fault;
    }
  }

  /** Forget everything and be a new phone. Throws HasUnsent while anything exists only here. */
  async reset(): Promise<void> {
    const { records, files } = await this.store.unsent();
    const drafts = await this.store.draft.count();
    if (records || files || drafts) throw new HasUnsent(records + drafts, files);
    this.kPin = undefined;
    await this.store.delete();
    await this.store.open();
    this.state.value = "new";
  }

  /** The server shut this phone out: forget what was pulled. What was written here stays, and is still handed in. */
  async wipe(): Promise<void> {
    await this.store.put({ revoked: true });
    await this.store.forgetDocuments();
    this.kPin = undefined;
    this.state.value = "revoked";
  }

  /** Return K_pin. Throws Locked. */
  pinKey(): CryptoKey {
    if (!this.kPin) throw new Locked();
    return this.kPin;
  }

  /** Is K_pin at hand? */
  get isOpen(): boolean {
    return this.kPin !== undefined;
  }

  /** Return K_dev. Throws NotEnrolled. */
  async deviceKey(): Promise<CryptoKey> {
    return (await this.store.get<CryptoKey>("k_dev")) ?? fail(new NotEnrolled());
  }

  /** Return the key that signs this phone's records, and its id. Throws NotEnrolled. */
  async signer(): Promise<{ key: SigningKey; device: string }> {
    const [key, device] = [await this.store.get<SigningKey>("key"), await this.store.get<string>("device")];
    return key && device ? { key, device } : fail(new NotEnrolled());
  }

  /** Return the key by which the server signs acknowledgements. Throws NotEnrolled. */
  async ackKey(): Promise<PublicKey> {
    const jwk = await this.store.get<JsonWebKey>("ack_key");
    return jwk ? publicKey(jwk, "Ed25519") : fail(new NotEnrolled());
  }

  /** The person did something: the app stays open for a while. */
  touch(): void {
    this.touched = this.senses.monoMs();
  }

  /** The camera or the dialler will cover the app: being hidden does not lock it for ten minutes. */
  expectReturn(): void {
    this.expectedUntil = this.senses.monoMs() + EXPECTED_MS;
  }

  /** The app was hidden or shown again. */
  hidden(isHidden: boolean): void {
    if (isHidden) this.hiddenAt = this.senses.monoMs();
    else {
      if (this.isDueToLock) this.lock();
      this.hiddenAt = 0;
      this.expectedUntil = 0;
    }
  }

  /** Did nobody do anything for five minutes, or was the app out of sight for one? */
  get isDueToLock(): boolean {
    const now = this.senses.monoMs();
    const isAway = this.hiddenAt > 0 && now - this.hiddenAt > HIDDEN_MS;
    return this.isOpen && now > this.expectedUntil && (isAway || now - this.touched > IDLE_MS);
  }

  private opened(key: CryptoKey): void {
    this.kPin = key;
    this.touch();
    this.state.value = "open";
  }

  private async countTry(): Promise<number> {
    const tries = ((await this.store.get<number>("pin_tries")) ?? 0) + 1;
    await this.store.put({ pin_tries: tries, pin_after: tries >= FREE_TRIES ? this.senses.now() + delayMs(tries) : 0 });
    return tries;
  }

  private async wasWrong(tries: number): Promise<Error> {
    if (tries < MOST_TRIES) return new PinWrong(MOST_TRIES - tries);
    await this.store.put({ pin: undefined, pin_tries: 0, pin_after: 0 });
    await this.store.forgetDocuments();
    await this.store.draft.clear(); // nobody can read them any more
    this.lock();
    this.state.value = "pin_lost";
    return new Locked();
  }
}

function checkPin(pin: string): void {
  if (!new RegExp(`^\\d{${PIN_DIGITS}}$`).test(pin)) throw new BadPin();
}

const delayMs = (tries: number): number => FIRST_DELAY_MS * 2 ** (tries - FREE_TRIES);

function fail(fault: Error): never {
  throw fault;
}
