// Copies what stands in a field. The field is marked first: where a browser lets no page copy, the person does it by hand.
document.querySelectorAll("[data-copy]").forEach((button) => {
  const field = document.getElementById(button.dataset.copy);
  const told = button.parentElement;
  const tell = (done) => {
    told.querySelector("[data-copied]").hidden = !done;
    told.querySelector("[data-marked]").hidden = done;
  };
  field.addEventListener("focus", () => field.select());
  button.addEventListener("click", () => {
    field.focus();
    field.setSelectionRange(0, field.value.length);
    let done = false;
    try {
      // needs neither a permission nor https, unlike navigator.clipboard
      done = document.execCommand("copy");
    } catch {
      done = false;
    }
    tell(done);
  });
});
