// A workbook is put together before it is sent. Instead of a silent wait, the page shows that.
// Without JavaScript the link is a plain one, and the browser shows its own progress.
const nameOf = (response) => {
  const said = response.headers.get("Content-Disposition") ?? "";
  const wide = /filename\*=utf-8''([^;]+)/i.exec(said);
  return wide ? decodeURIComponent(wide[1]) : (/filename="([^"]+)"/.exec(said)?.[1] ?? "");
};

const save = (blob, name) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // Not at once: the browser may still be asking where to put it.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
};

const fetchFile = async (address, state) => {
  const progress = state.querySelector("progress");
  const said = state.querySelector("span") ?? document.createElement("span");
  state.prepend(said);
  const tell = (text) => (said.textContent = `${text} `);
  tell(state.dataset.waiting);
  progress.hidden = false;
  try {
    const response = await fetch(address);
    if (response.ok) {
      save(await response.blob(), nameOf(response));
      tell(state.dataset.done);
    } else {
      const problem = await response.json();
      tell([problem.detail, ...(problem.errors ?? []).map((e) => e.detail)].join(" "));
    }
  } catch {
    tell(state.dataset.failed);
  }
  progress.hidden = true;
};

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-file]");
  // Looked up each time: the list may have been refreshed around it.
  const state = document.querySelector("[data-files-state]");
  const isPlain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  if (link && state && isPlain) {
    event.preventDefault();
    void fetchFile(link.href, state);
  }
});
