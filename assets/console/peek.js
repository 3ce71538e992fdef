// Shows what is typed or pasted into a password's field, or into one for a value, as long as its button is pressed. Without
// this file there is no button.
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const turn = (button, isShown) => {
    button.setAttribute("aria-pressed", String(isShown));
    const field = document.querySelector(button.dataset.peek);
    if (field.hasAttribute("data-veil")) field.toggleAttribute("data-lifted", isShown);
    else field.type = isShown ? "text" : "password";
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-peek]");
    if (button) turn(button, button.getAttribute("aria-pressed") !== "true");
  });
  // a browser keeps what stood in a plain field, and knows a password by its field
  const hide = (root) => all("[data-peek][aria-pressed=true]", root).forEach((button) => turn(button, false));
  document.addEventListener("submit", (event) => hide(event.target));
  addEventListener("pagehide", () => hide(document));
})();
