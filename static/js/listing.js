// The list refreshes in place: what was open or focused stays so, and what came of it is announced.
let open = [];
let focused = "";

document.addEventListener("htmx:beforeSwap", (event) => {
  open = [...event.target.querySelectorAll("details[open][id]")].map((group) => group.id);
  focused = document.activeElement?.id ?? "";
});

document.addEventListener("htmx:afterSettle", () => {
  for (const id of open) {
    document.getElementById(id)?.setAttribute("open", "");
  }
  // Only now: what lies in a closed group cannot take the focus.
  if (focused) {
    document.getElementById(focused)?.focus({ preventScroll: true });
  }
  const listing = document.getElementById("listing");
  const told = listing?.querySelector(".headline, .empty-title, .errors p");
  const announcement = document.getElementById("announcement");
  if (told && announcement) {
    announcement.textContent = told.textContent.replaceAll(/\s+/g, " ").trim();
  }
});
