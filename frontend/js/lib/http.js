/** The token that proves to the server that the request comes from this page. */
export function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? document.querySelector('input[name="csrfmiddlewaretoken"]')?.value ?? "";
}

/** Fetches JSON; throws an Error with the server's message. A session that ended leads to the sign-in page. */
export async function getJson(address, { signal } = {}) {
  const answer = await fetch(address, { headers: { Accept: "application/json" }, signal, redirect: "manual" });
  if (answer.type === "opaqueredirect" || answer.status === 401) {
    location.reload();
    throw new Error("The session has ended.");
  }
  const body = await answer.json().catch(() => null);
  if (!answer.ok || body === null) throw new Error(body?.message ?? "The server could not be reached. Try again.");
  return body;
}
