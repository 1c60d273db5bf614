// The groups of the filter close like menus: on Escape, and on a click elsewhere where they lie over
// the page. Without JavaScript their headings open and close them.
const opened = () => [...document.querySelectorAll(".filter-group[open]")];

const isOver = (group) => getComputedStyle(group.lastElementChild).position === "absolute";

function shut(group, takesFocus) {
  group.removeAttribute("open");
  if (takesFocus) {
    group.querySelector("summary").focus({ preventScroll: true });
  }
}

document.addEventListener("keydown", (event) => {
  const groups = event.key === "Escape" && !event.isComposing ? opened() : [];
  if (groups.length > 0) {
    // Not what Escape does to a field besides, such as emptying a search.
    event.preventDefault();
    groups.forEach((group) => shut(group, group.contains(document.activeElement)));
  }
});

document.addEventListener("click", (event) => {
  // What is made to be clicked keeps the focus that it took.
  const isNowhere = event.target.closest("a, button, input, label, select, summary") === null;
  opened()
    .filter((group) => isOver(group) && !group.contains(event.target))
    .forEach((group) => shut(group, isNowhere));
});
