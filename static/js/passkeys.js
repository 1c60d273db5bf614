// Buttons that need a passkey show where the browser can use one; a ceremony that was cancelled is
// told in words. allauth's scripts do the rest.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  document.getElementById("passkey-failed").hidden = false;
});

if (globalThis.PublicKeyCredential) {
  for (const part of document.querySelectorAll("[data-passkey]")) {
    part.hidden = false;
  }
}
