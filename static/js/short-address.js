// A form leaves out of the address what is empty or as usual, so that it can be read and shared.
// Without JavaScript the form does the same, with a longer address.
function shorten(form, data) {
  const entries = [...data.entries()].filter(([, value]) => value !== "");
  const usual = new Map(
    [...form.querySelectorAll("[data-usual]")].map((field) => [
      field.dataset.name,
      field.dataset.usual,
    ]),
  );
  for (const name of new Set(data.keys())) {
    const values = entries.filter(([key]) => key === name).map(([, value]) => value);
    data.delete(name);
    if (values.join(" ") !== usual.get(name)) {
      for (const value of values) {
        data.append(name, value);
      }
    }
  }
}

document.addEventListener("formdata", (event) => {
  if (event.target.matches("form[data-short-address]")) {
    shorten(event.target, event.formData);
  }
});
