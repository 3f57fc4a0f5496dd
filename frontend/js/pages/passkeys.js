import { behave } from "../lib/behave.js";

const UNABLE = "This browser knows no passkeys.";
const REFUSED = "No passkey was used. Try again, or go back and sign in another way.";
const KNOWN = "This device holds a passkey for this account already.";

function decode(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
}

function encode(buffer) {
  const text = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Turns the texts of the options into the bytes that the browser wants. */
function readOptions({ publicKey }) {
  const bytes = (list) => list?.map((one) => ({ ...one, id: decode(one.id) }));
  return {
    ...publicKey,
    challenge: decode(publicKey.challenge),
    ...(publicKey.user && { user: { ...publicKey.user, id: decode(publicKey.user.id) } }),
    ...(publicKey.excludeCredentials && { excludeCredentials: bytes(publicKey.excludeCredentials) }),
    ...(publicKey.allowCredentials && { allowCredentials: bytes(publicKey.allowCredentials) }),
  };
}

function writeCredential({ rawId, type, response }) {
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"].filter((name) => response[name]);
  return JSON.stringify({ id: encode(rawId), rawId: encode(rawId), type, response: Object.fromEntries(parts.map((name) => [name, encode(response[name])])) });
}

behave("form[data-passkey]", (form) => {
  const problem = form.querySelector("[data-passkey-problem]");
  const button = form.querySelector("button[type=submit]");
  const say = (text) => {
    problem.hidden = !text;
    problem.querySelector("p").textContent = text;
  };
  if (!window.PublicKeyCredential) {
    say(UNABLE);
    button.disabled = true;
    return;
  }
  form.addEventListener("submit", async (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    say("");
    button.disabled = true;
    try {
      const publicKey = readOptions(JSON.parse(document.getElementById(form.dataset.passkeyOptions).textContent));
      const credential = await navigator.credentials[form.dataset.passkey]({ publicKey });
      form.elements.credential.value = writeCredential(credential);
      form.submit();
    } catch (error) {
      say(error.name === "InvalidStateError" ? KNOWN : REFUSED);
    } finally {
      button.disabled = false;
    }
  });
});
