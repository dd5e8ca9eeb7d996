// Passkeys in the browser (W3C WebAuthn 3): make one, and prove with one that it is oneself before a decision of weight.
// Written out rather than parseRequestOptionsFromJSON and toJSON, which browsers of before 2025 do not have.

import { ElMessageBox } from "element-plus";
import { Problem, type Fault } from "../api/problems";
import { common as t } from "../words/common";
import { bytesOf, textOf } from "./base64url";

type Described = { id: string; type: "public-key"; transports?: AuthenticatorTransport[] };
type Made = { challenge: string; user: { id: string }; excludeCredentials?: Described[] };
type Asked = { challenge: string; allowCredentials?: Described[] };

/** Does this browser know passkeys? */
export const isKnown = (): boolean => "PublicKeyCredential" in window;

const described = (known: Described[] = []) => known.map((one) => ({ ...one, id: bytesOf(one.id) }));

/** Make a passkey of what POST /v1/me/passkeys/options answered; null when the person thinks better of it. */
export async function make(options: unknown): Promise<object | null> {
  const told = options as PublicKeyCredentialCreationOptions & Made;
  const publicKey = {
    ...told, challenge: bytesOf(told.challenge), user: { ...told.user, id: bytesOf(told.user.id) },
    excludeCredentials: described(told.excludeCredentials as unknown as Described[]),
  };
  const made = await navigator.credentials.create({ publicKey }).catch(orNull);
  if (!made) return null;
  const { response } = made as PublicKeyCredential & { response: AuthenticatorAttestationResponse };
  return json(made as PublicKeyCredential, {
    clientDataJSON: textOf(response.clientDataJSON), attestationObject: textOf(response.attestationObject),
  });
}

/** Ask the person to prove himself; true once the server took it. Throws Problem. */
export async function prove(csrf: string): Promise<boolean> {
  const options = await post("/v1/me/step-up/options", csrf).catch((fault: unknown) => {
    if (fault instanceof Problem && fault.slug === "step-up-needed") return null; // no passkey yet: the refusal says so
    throw fault;
  });
  if (!options) return false;
  const box = { confirmButtonText: t("prove_now"), cancelButtonText: t("cancel") };
  const agreed = await ElMessageBox.confirm(t(isKnown() ? "prove" : "passkeys_unknown"), t("prove_title"), box).then(() => true, () => false);
  const credential = agreed && isKnown() ? await get(options as Asked) : null;
  if (!credential) return false;
  await post("/v1/me/step-up", csrf, { credential });
  return true;
}

async function get(told: Asked): Promise<object | null> {
  const publicKey = { ...told, challenge: bytesOf(told.challenge), allowCredentials: described(told.allowCredentials) };
  const used = await navigator.credentials.get({ publicKey: publicKey as PublicKeyCredentialRequestOptions }).catch(orNull);
  if (!used) return null;
  const { response } = used as PublicKeyCredential & { response: AuthenticatorAssertionResponse };
  return json(used as PublicKeyCredential, {
    clientDataJSON: textOf(response.clientDataJSON), authenticatorData: textOf(response.authenticatorData),
    signature: textOf(response.signature), userHandle: response.userHandle ? textOf(response.userHandle) : null,
  });
}

const json = (credential: PublicKeyCredential, response: object): object => ({
  id: credential.id, rawId: textOf(credential.rawId), type: credential.type, response,
  authenticatorAttachment: credential.authenticatorAttachment, clientExtensionResults: credential.getClientExtensionResults(),
});

function orNull(fault: unknown): null {
  if (fault instanceof DOMException && ["NotAllowedError", "AbortError"].includes(fault.name)) return null;
  throw fault;
}

async function post(path: string, csrf: string, body?: object): Promise<unknown> {
  const answer = await fetch(path, {
    method: "POST", credentials: "same-origin", headers: { "X-CSRF-Token": csrf, ...(body && { "Content-Type": "application/json" }) },
    body: body && JSON.stringify(body),
  }).catch(() => { throw new Problem(0, {}); });
  const told = (await answer.json().catch(() => ({}))) as Fault;
  if (!answer.ok) throw new Problem(answer.status, told);
  return told;
}
