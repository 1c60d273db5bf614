// The worksheet saves each row by itself, shows what came of it, and takes quotations from the
// source. Without this file its Save button does the same for all rows at once.
const form = document.getElementById("worksheet");
const status = document.getElementById("ws-status");
const words = form.dataset;
const PAUSE = 1200;
const AGAIN = 15_000;
const dirty = new Set();
// Rows that were refused and wait for somebody to decide.
const disputed = new Set();
let timer = 0;
let isBusy = false;
let current = null;

const rowOf = (element) => element?.closest?.(".ws-row") ?? null;
const field = (row, name) => row.querySelector(`[name="${row.dataset.prefix}-${name}"]`);
const rows = () => [...form.querySelectorAll(".ws-row")];

function say(text, isLost = false) {
  status.textContent = text;
  status.classList.toggle("is-lost", isLost);
}

function sayHowItStands() {
  const isOpen = disputed.size > 0;
  say(isOpen ? words.notAllSaved : words.allSaved, isOpen);
}

function mention(row, value) {
  const radio = row.querySelector(`.ws-mention input[value="${value}"]`);
  if (radio && !radio.checked) {
    radio.checked = true;
    touch(row);
  }
}

function touch(row, pause = PAUSE) {
  if (!row || !field(row, "row")) {
    return;
  }
  dirty.add(row);
  clearTimeout(timer);
  timer = setTimeout(save, pause);
}

function bodyOf(batch) {
  const body = new FormData();
  for (const name of ["csrfmiddlewaretoken", "proof"]) {
    body.append(name, form.elements.namedItem(name).value);
  }
  for (const [name, value] of new FormData(form)) {
    const prefix = name === "rows" ? value : name.split("-")[0];
    if (batch.some((row) => row.dataset.prefix === prefix)) {
      body.append(name, value);
    }
  }
  return new URLSearchParams(body);
}

// After signing in again in another tab the form needs the token of the new session.
async function renewToken() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("#worksheet [name=csrfmiddlewaretoken]");
  const proof = page.querySelector("#worksheet [name=proof]");
  if (!fresh || !proof) {
    return false;
  }
  for (const token of document.querySelectorAll("[name=csrfmiddlewaretoken]")) {
    token.value = fresh.value;
  }
  form.elements.namedItem("proof").value = proof.value;
  return true;
}

function send(batch) {
  return fetch(location.href, {
    method: "POST",
    body: bodyOf(batch),
    headers: { Accept: "application/json" },
  });
}

function saySignedOut() {
  say(`${words.signedOut} `, true);
  const link = document.createElement("a");
  link.href = words.login;
  link.target = "_blank";
  link.textContent = words.signIn;
  status.append(link);
}

async function save() {
  clearTimeout(timer);
  if (isBusy || dirty.size === 0) {
    return dirty.size === 0;
  }
  isBusy = true;
  const batch = [...dirty];
  dirty.clear();
  say(words.saving);
  let isSaved = false;
  try {
    let answer = await send(batch);
    if ((answer.status === 403 || answer.redirected) && (await renewToken())) {
      answer = await send(batch);
    }
    if (answer.status === 401 || answer.status === 403 || answer.redirected) {
      saySignedOut();
    } else if (answer.ok) {
      const { rows: saved } = await answer.json();
      for (const one of saved) {
        show(one);
      }
      count();
      isSaved = true;
    } else {
      const refused = await answer.json().catch(() => ({}));
      say(refused.message ?? words.unreachable, true);
    }
  } catch {
    say(words.unreachable, true);
  }
  isBusy = false;
  if (!isSaved) {
    for (const row of batch) {
      dirty.add(row);
    }
    timer = setTimeout(save, AGAIN);
  } else if (dirty.size > 0) {
    timer = setTimeout(save, PAUSE);
  } else {
    sayHowItStands();
  }
  return isSaved && dirty.size === 0;
}

function show(saved) {
  const row = rows().find((one) => one.dataset.prefix === saved.prefix);
  if (!row) {
    return;
  }
  if (saved.result === "conflict" || saved.result === "refused") {
    disputed.add(row);
  } else {
    disputed.delete(row);
  }
  if (saved.version) {
    field(row, "version").value = saved.version;
    field(row, "row").value = saved.row;
    row.dataset.state = saved.state;
    for (const [name, value] of Object.entries(saved.values)) {
      put(row, name, value);
    }
  }
  row.querySelector(".ws-effect").textContent = saved.effect;
  showReview(row, saved.review);
  row.querySelector(".ws-saved").textContent = saved.result === "conflict" ? "" : saved.message;
  showCheck(row, saved.check);
  showErrors(row, saved);
  showConflict(row, saved);
}

function showReview(row, saved) {
  const place = row.querySelector(".ws-review");
  if (place) {
    place.hidden = saved === "";
    place.querySelector(".ws-review-note").textContent = saved;
  }
}

function put(row, name, value) {
  // Typed in meanwhile: it comes with the next save.
  if (dirty.has(row)) {
    return;
  }
  const control = field(row, name);
  if (name === "mention") {
    const radio = row.querySelector(`.ws-mention input[value="${value}"]`);
    if (radio) {
      radio.checked = true;
    }
  } else if (control?.multiple) {
    for (const option of control.options) {
      option.selected = value.includes(option.value);
    }
  } else if (control) {
    control.value = value;
  }
}

function showCheck(row, check) {
  const place = row.querySelector('[data-field="quotation"]');
  let shown = place?.querySelector(".ws-check");
  if (!place) {
    return;
  }
  if (!shown) {
    shown = document.createElement("span");
    shown.className = "ws-check";
    place.append(shown);
  }
  shown.textContent = check?.message ?? "";
  shown.classList.toggle("is-missing", check?.is_missing ?? false);
}

function list(className, sentences) {
  const shown = document.createElement("ul");
  shown.className = className;
  for (const sentence of sentences) {
    const item = document.createElement("li");
    item.textContent = sentence;
    shown.append(item);
  }
  return shown;
}

function showErrors(row, saved) {
  for (const shown of row.querySelectorAll(".ws-fields .errorlist")) {
    shown.remove();
  }
  for (const [name, sentences] of Object.entries(saved.errors)) {
    const place = row.querySelector(`[data-field="${name}"]`) ?? row.querySelector(".ws-fields");
    place?.append(list("errorlist", sentences));
  }
}

function showConflict(row, saved) {
  const place = row.querySelector(".ws-conflict");
  place.replaceChildren();
  place.hidden = saved.differences.length === 0 && saved.refusals.length === 0;
  if (saved.refusals.length > 0) {
    place.append(list("errorlist", saved.refusals));
  }
  if (saved.differences.length === 0) {
    return;
  }
  const note = document.createElement("p");
  note.className = "errornote";
  note.textContent = saved.message;
  const table = document.createElement("table");
  table.className = "ws-differences";
  const head = table.createTHead().insertRow();
  for (const text of ["", words.theirs, words.yours]) {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.textContent = text;
    head.append(cell);
  }
  const body = table.createTBody();
  for (const { label, theirs, yours } of saved.differences) {
    const line = body.insertRow();
    const name = document.createElement("th");
    name.scope = "row";
    name.textContent = label;
    line.append(name);
    line.insertCell().textContent = theirs;
    line.insertCell().textContent = yours;
  }
  const buttons = document.createElement("p");
  buttons.append(
    button(words.keepMine, () => {
      field(row, "version").value = saved.their_version;
      place.hidden = true;
      touch(row, 0);
    }),
    " ",
    button(words.takeTheirs, () => {
      dirty.delete(row);
      for (const [name, value] of Object.entries(saved.theirs)) {
        put(row, name, value);
      }
      field(row, "version").value = saved.their_version;
      place.hidden = true;
      row.querySelector(".ws-saved").textContent = "";
      disputed.delete(row);
      sayHowItStands();
    }),
  );
  place.append(note, table, buttons);
}

function button(text, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button";
  made.textContent = text;
  made.addEventListener("click", act);
  return made;
}

function count() {
  for (const state of ["left", "silent", "draft", "unfinished", "public"]) {
    const shown = document.getElementById(`count-${state}`);
    const those = form.querySelectorAll(`#open-commitments .ws-row[data-state="${state}"]`);
    shown.textContent = those.length;
  }
}

// -- Typing ---------------------------------------------------------------------------------------

form.addEventListener("input", (event) => {
  const row = rowOf(event.target);
  if (row && event.target.type !== "radio") {
    mention(row, "mentioned");
  }
  touch(row);
});
form.addEventListener("keydown", (event) => {
  // Enter in a row must not press the first button that there is.
  if (event.key === "Enter" && event.target.matches(".ws-row input")) {
    event.preventDefault();
    form.requestSubmit(form.querySelector(".ws-save [type=submit]"));
  } else if (event.key === "Enter" && event.target.id === "ws-also") {
    event.preventDefault();
    form.requestSubmit(form.querySelector("[name=also-row]"));
  }
});
form.addEventListener("focusin", (event) => {
  current = rowOf(event.target) ?? current;
});
form.addEventListener("submit", async (event) => {
  if (event.submitter?.name === "discard" || event.submitter?.name === "also-row") {
    // All rows go with it, saved or not: the page comes anew.
    dirty.clear();
    disputed.clear();
    return;
  }
  event.preventDefault();
  if (dirty.size === 0) {
    sayHowItStands();
  }
  await save();
});
addEventListener("beforeunload", (event) => {
  if (dirty.size > 0) {
    save();
  }
  if (dirty.size > 0 || disputed.size > 0) {
    event.preventDefault();
  }
});

// -- A further new commitment ---------------------------------------------------------------------

function unguessable() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

const another = document.getElementById("another-row");
another.hidden = false;
another.addEventListener("click", () => {
  const blank = document.getElementById("blank-row").innerHTML;
  const prefix = `r${rows().length}`;
  const place = document.getElementById("new-rows");
  place.insertAdjacentHTML("beforeend", blank.replaceAll("r__number__", prefix));
  const row = place.lastElementChild;
  row.id = `n${unguessable()}`;
  field(row, "row").value = row.id;
  field(row, "title").focus();
});

// -- Keys -----------------------------------------------------------------------------------------

function focusRow(row) {
  if (!row) {
    return;
  }
  const first = row.querySelector(
    ".ws-mention input:checked, [name$='-title'], .ws-mention input, a",
  );
  first?.focus();
  row.scrollIntoView({ block: "nearest" });
}

const MARKS = { 1: "", 2: "silent", 3: "mentioned" };

addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
    event.preventDefault();
    form.requestSubmit();
    return;
  }
  if (!event.altKey || event.ctrlKey || event.metaKey) {
    return;
  }
  const all = rows();
  const at = all.indexOf(current);
  const digit = event.code.replace("Digit", "");
  if (event.key === "ArrowDown") {
    focusRow(all[at + 1]);
  } else if (event.key === "ArrowUp") {
    focusRow(all[Math.max(at - 1, 0)]);
  } else if (event.code === "KeyN") {
    focusRow([...all.slice(at + 1), ...all].find((row) => row.dataset.state === "left"));
  } else if (event.code === "KeyQ") {
    takeQuotation();
  } else if (digit in MARKS && current) {
    mention(current, MARKS[digit]);
    if (digit === "3") {
      field(current, "quotation")?.focus();
    }
  } else {
    return;
  }
  event.preventDefault();
});

// -- Quoting from the source ----------------------------------------------------------------------

function selected() {
  const selection = getSelection();
  const text = selection.toString().trim();
  const start = selection.anchorNode?.parentElement ?? null;
  const end = selection.focusNode?.parentElement ?? null;
  const place = start?.closest(".ws-text");
  if (!text || !place || place !== end?.closest(".ws-text")) {
    return null;
  }
  const numbers = [start, end]
    .map((element) => Number(element.closest("[data-paragraph]")?.dataset.paragraph))
    .filter(Number.isFinite);
  return { text, source: place.dataset.source, paragraph: Math.min(...numbers) };
}

function takeQuotation() {
  const found = selected();
  if (!found || !current || !field(current, "quotation")) {
    return;
  }
  mention(current, "mentioned");
  field(current, "quotation").value = found.text.replaceAll(/\s+/g, " ");
  field(current, "source").value = found.source;
  if (Number.isFinite(found.paragraph)) {
    field(current, "locator").value = `paragraph ${found.paragraph}`;
  }
  touch(current, 0);
  field(current, "quotation").focus();
}

document.addEventListener("selectionchange", () => {
  const found = selected();
  for (const offer of document.querySelectorAll(".ws-quote")) {
    const isHere = found && current && offer.parentElement.querySelector(`[data-source="${found.source}"]`);
    offer.hidden = !isHere;
    if (isHere) {
      offer.querySelector(".ws-into").textContent = current.querySelector("legend").textContent.trim();
    }
  }
});
for (const take of document.querySelectorAll(".ws-take")) {
  // Pressing it must not drop the selection that it takes.
  take.addEventListener("mousedown", (event) => event.preventDefault());
  take.addEventListener("click", takeQuotation);
}

// What a lost session left is saved once somebody has looked at it and goes on.
for (const row of form.querySelectorAll(".ws-row[data-dirty]")) {
  dirty.add(row);
}
