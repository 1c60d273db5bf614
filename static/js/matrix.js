// Where the whole table fits the page scrolls; where it does not, its frame does, newest side first.
// Without JavaScript the frame scrolls always, from the oldest side.
const frame = document.querySelector(".matrix-frame");

function fit() {
  frame.classList.remove("is-whole");
  frame.classList.toggle("is-whole", frame.scrollWidth <= frame.clientWidth);
}

if (frame) {
  fit();
  frame.scrollLeft = frame.scrollWidth;
  // The table itself is watched: larger text changes its width, and not the window's.
  const watcher = new ResizeObserver(fit);
  watcher.observe(frame.firstElementChild);
  window.addEventListener("resize", fit);
}
