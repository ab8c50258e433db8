// A form beyond what the server takes is refused there unread, and without a signal the browser gives up the page: said
// here, before it leaves, nothing typed is lost.
{
  const { mostText, mostSent, tooMuch, noSignal } = document.currentScript.dataset;
  const bytes = (text) => new TextEncoder().encode(text).length;

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    const fields = [...new FormData(form, event.submitter)];
    const texts = fields.filter(([, value]) => typeof value === "string");
    const files = fields.filter(([, value]) => typeof value !== "string");
    const typed = form.enctype === "multipart/form-data"
      ? texts.reduce((sum, [name, value]) => sum + bytes(name) + bytes(value), 0)
      : bytes(new URLSearchParams(texts).toString());
    // the parts of a form have heads of their own: 1 KB for each is plenty
    const whole = typed + files.reduce((sum, [, file]) => sum + file.size, 0) + 1024 * fields.length;
    form.querySelector(".not-sent")?.remove();
    const why = !navigator.onLine ? noSignal : typed > Number(mostText) || whole > Number(mostSent) ? tooMuch : "";
    if (!why) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const said = document.createElement("p");
    said.className = "note note-error not-sent";
    said.setAttribute("role", "alert");
    said.textContent = why;
    (event.submitter?.closest("p, div") ?? form.lastElementChild).before(said);
    said.scrollIntoView({ block: "center" });
  }, true);
}
