// A form leaves its empty fields out of the address, so that the address can be read and shared.
// Without JavaScript the form does the same, with a longer address.
for (const form of document.querySelectorAll("form[data-short-address]")) {
  form.addEventListener("formdata", (event) => {
    const filled = [...event.formData.entries()].filter(([, value]) => value !== "");
    for (const name of new Set(event.formData.keys())) {
      event.formData.delete(name);
    }
    for (const [name, value] of filled) {
      event.formData.append(name, value);
    }
  });
}
