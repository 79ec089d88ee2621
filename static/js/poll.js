// Asks for a fragment again and again until it is settled. The element says where (data-poll-url), how often
// (data-poll-every, milliseconds; sooner at first, as most answers are quick) and what to say when a minute was not
// enough (data-poll-late). Without this script the page's own links and buttons do the same. Nothing moves: a part is
// replaced only when its state changed.
"use strict";
for (const box of document.querySelectorAll("[data-poll-url]")) {
  const every = Number(box.dataset.pollEvery) || 2000, end = Date.now() + 60000;
  let wait = every / 4;
  const state = (root) => root.firstElementChild && root.firstElementChild.dataset.state;
  const fill = (target, from) => { target.textContent = ""; target.append(...from.childNodes); };
  const show = (fresh) => {
    for (const part of fresh.querySelectorAll("template[data-replaces]")) {
      const target = document.getElementById(part.dataset.replaces);
      if (target && target.innerHTML.trim() !== part.innerHTML.trim()) fill(target, part.content);
      part.remove();
    }
    const focused = box.contains(document.activeElement);
    fill(box, fresh);
    if (focused) (box.querySelector("a, button") || box).focus({ preventScroll: true });
  };
  const tell = () => {
    const note = Object.assign(document.createElement("p"), { className: "note", textContent: box.dataset.pollLate });
    if (box.dataset.pollLate) box.append(note);
  };
  const ask = async () => {
    if (Date.now() > end) return tell();
    if (document.visibilityState === "hidden") return document.addEventListener("visibilitychange", ask, { once: true });
    try {
      const answer = await fetch(box.dataset.pollUrl, { headers: { "X-Requested-With": "fetch" }, redirect: "error" });
      if (answer.status === 404) return location.reload();
      if (answer.ok) {
        const fresh = document.createElement("div");
        fresh.innerHTML = await answer.text();
        const settled = fresh.querySelector("[data-settled]") !== null;
        if (settled || state(fresh) !== state(box)) show(fresh);
        if (settled) return undefined;
      }
    } catch (error) { /* offline or signed out: the next round, or the note after a minute, deals with it */ }
    wait = Math.min(2 * wait, every);
    return setTimeout(ask, wait);
  };
  setTimeout(ask, wait);
}
