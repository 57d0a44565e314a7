// Shows the copy buttons and makes them work. Without this script the addresses can be selected by hand.
"use strict";

function copy(field) {
  field.select();
  if (navigator.clipboard) {
    return navigator.clipboard.writeText(field.value);
  }
  // Browsers offer the clipboard to secure origins only; this older way still works on plain http.
  return document.execCommand("copy") ? Promise.resolve() : Promise.reject(new Error("not allowed"));
}

for (const button of document.querySelectorAll("button[data-copies]")) {
  const field = document.getElementById(button.dataset.copies);
  const status = document.getElementById("copy-status");
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener("click", () => {
    copy(field).then(
      () => {
        button.textContent = "Copied";
        status.textContent = `The ${button.dataset.format} address is copied.`;
        setTimeout(() => { button.textContent = label; }, 2000);
      },
      () => { status.textContent = "Copying is not allowed here; the address is selected."; },
    );
  });
}
