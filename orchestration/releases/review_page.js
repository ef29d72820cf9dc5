"use strict";
// Shows the entry of a number beside it: on hover, on focus, on tap. Without this the numbers are links to their entries.
(() => {
  const panel = document.getElementById("panel");
  let shown = null;
  let pinned = false;
  let leaving = 0;

  function place(number) {
    const box = number.getClientRects()[0] || number.getBoundingClientRect();
    const { clientWidth, clientHeight } = document.documentElement;
    const { offsetWidth, offsetHeight } = panel;
    const beside = number.closest(".text").getBoundingClientRect().right + 16;
    let left = beside;
    let top = box.top;
    if (beside + offsetWidth + 8 > clientWidth) { // no room beside the text: below the number, or above it
      left = Math.min(box.left, clientWidth - offsetWidth - 8);
      top = box.bottom + 6;
      if (top + offsetHeight > clientHeight) top = box.top - offsetHeight - 6;
      if (offsetWidth + 16 >= clientWidth) top = box.top < clientHeight / 2 ? clientHeight : 0; // a sheet at the edge
    }
    top = Math.max(8, Math.min(top, clientHeight - offsetHeight - 8));
    panel.style.left = `${Math.max(8, left)}px`;
    panel.style.top = `${top}px`;
  }

  function show(number, pin) {
    clearTimeout(leaving);
    pinned = pin;
    if (shown !== number) {
      hide();
      const entry = document.getElementById(number.hash.slice(1));
      if (!entry) return;
      const copy = entry.cloneNode(true);
      copy.removeAttribute("id");
      for (const one of copy.querySelectorAll("[id]")) one.removeAttribute("id");
      for (const one of copy.querySelectorAll("details")) one.open = true;
      panel.replaceChildren(copy);
      shown = number;
      number.classList.add("open");
      panel.hidden = false;
      panel.scrollTop = 0;
    }
    pinned = pin;
    place(number);
  }

  function hide() {
    clearTimeout(leaving);
    if (shown) shown.classList.remove("open");
    shown = null;
    pinned = false;
    panel.hidden = true;
  }

  function leave() {
    clearTimeout(leaving);
    if (!pinned) leaving = setTimeout(hide, 250);
  }

  for (const number of document.querySelectorAll("a.number")) {
    number.addEventListener("pointerenter", (event) => {
      if (event.pointerType === "mouse" && !pinned) show(number, false);
    });
    number.addEventListener("pointerleave", leave);
    number.addEventListener("focus", () => show(number, false));
    number.addEventListener("blur", () => { if (!panel.contains(document.activeElement)) leave(); });
    number.addEventListener("click", (event) => {
      event.preventDefault();
      if (shown === number && pinned) hide();
      else show(number, true);
    });
  }
  panel.addEventListener("pointerenter", () => clearTimeout(leaving));
  panel.addEventListener("pointerleave", leave);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
  document.addEventListener("pointerdown", (event) => {
    if (!panel.contains(event.target) && !event.target.closest("a.number")) hide();
  });
  addEventListener("scroll", () => { if (shown) place(shown); }, { passive: true });
  addEventListener("hashchange", hide);
  addEventListener("resize", () => { if (shown) place(shown); });
})();
