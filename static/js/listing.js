// The list refreshes in place: what was open or focused stays so, the page stays where it was, and
// what came of it is announced.
let open = [];
let focused = "";
let height = null;

document.addEventListener("htmx:beforeSwap", (event) => {
  open = [...event.target.querySelectorAll("details[open][id]")].map((group) => group.id);
  focused = document.activeElement?.id ?? "";
  // Who chooses in the filter goes on choosing there; who turns pages or sorts does not.
  height = event.detail.requestConfig?.elt?.matches("form.filter") ? window.scrollY : null;
});

function restore() {
  for (const id of open) {
    document.getElementById(id)?.setAttribute("open", "");
  }
  // Only now: what lies in a closed group cannot take the focus.
  if (focused) {
    document.getElementById(focused)?.focus({ preventScroll: true });
  }
  const page = document.documentElement;
  // A shorter list must not pull the page up under the finger.
  page.style.minHeight = height === null ? "" : `${height + window.innerHeight}px`;
  if (height !== null) {
    window.scrollTo({ top: height, behavior: "instant" });
  }
}

// Before anything is painted, since all groups of the new list are closed; and once more when htmx
// has given it its own attributes.
document.addEventListener("htmx:afterSwap", restore);

document.addEventListener("htmx:afterSettle", () => {
  restore();
  const listing = document.getElementById("listing");
  const told = listing?.querySelector(".headline, .empty-title, .errors p");
  const announcement = document.getElementById("announcement");
  if (told && announcement) {
    announcement.textContent = told.textContent.replaceAll(/\s+/g, " ").trim();
  }
});
