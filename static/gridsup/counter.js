// How many characters stand in a long text, and how many it may have; too many are said, not cut.
document.querySelectorAll("textarea[data-most]").forEach((area) => {
  const most = Number(area.dataset.most);
  const count = document.createElement("div");
  count.className = "quiet small number";
  count.setAttribute("aria-hidden", "true");
  const show = () => {
    const length = [...area.value].length;
    count.textContent = `${length} / ${most}`;
    count.classList.toggle("late", length > most);
  };
  area.after(count);
  area.addEventListener("input", show);
  show();
});
