// Without this script the page works as well: it only counts down, and keeps a payment from being sent twice.
const clock = document.querySelector("[data-seconds-left]");
if (clock) {
  const until = Date.now() + Number(clock.dataset.secondsLeft) * 1000;
  const tick = () => {
    const left = Math.max(0, Math.ceil((until - Date.now()) / 1000));
    const hours = Math.floor(left / 3600);
    const minutes = Math.floor((left % 3600) / 60);
    const seconds = String(left % 60).padStart(2, "0");
    clock.textContent = hours ? `${hours} h ${minutes} min` : `${minutes}:${seconds}`;
    if (left === 0) location.reload();
    else setTimeout(tick, 1000 - (Date.now() % 1000));
  };
  tick();
}
document.querySelector("form[data-once]")?.addEventListener("submit", (event) => {
  const button = event.target.querySelector("button");
  button.textContent = "Paying…";
  setTimeout(() => (button.disabled = true));
});
addEventListener("pageshow", (event) => event.persisted && location.reload());
