// The form works without this: here it says what will be handed in, and puts everything back in order with one tap.
const form = document.getElementById("visit-form");
const send = document.getElementById("hand-in");
const allOk = document.getElementById("all-ok");

function say() {
  if (!send) return; // a form that was handed in before is only shown
  const met = form.querySelector("[name=outcome]:checked");
  const further = [...form.querySelectorAll(".check-further textarea")].filter((box) => box.value.trim()).length;
  const problems = form.querySelectorAll(".choice-problem input:checked").length + further;
  const looked = met && met.value === "checked";
  send.textContent = problems && met && ["checked", "unlicensed"].includes(met.value)
    ? `${form.dataset.problems} ${problems}`
    : looked ? form.dataset.inOrder : form.dataset.other;
}

form.addEventListener("input", say);
allOk.hidden = false;
allOk.addEventListener("click", () => {
  form.querySelectorAll(".choice-ok input").forEach((box) => { box.checked = true; });
  say();
});
window.addEventListener("pageshow", say);
say();
