// Small comforts on top of pages that work without them.

// After a form came back with errors, reading starts at the summary.
document.querySelector("[data-focus]")?.focus();

// A second press while the first is under way sends nothing twice.
// (A form whose answer is a file stays on the screen and may be sent again.)
for (const form of document.querySelectorAll('form[method="post"]:not([data-download])')) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    form.setAttribute("aria-busy", "true");
  });
}
// Coming back with the browser's back button makes the form usable again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  }
});

// On a narrow screen the row of sections scrolls: the one we are in shall be seen.
const section = document.querySelector(".sections [aria-current]");
if (section) section.closest("nav").scrollLeft = section.offsetLeft - section.closest("nav").offsetLeft - 48;

// A chosen picture is shown before it is sent.
for (const input of document.querySelectorAll("input[type=file][data-preview]")) {
  input.addEventListener("change", () => {
    const picture = document.getElementById(input.dataset.preview);
    const [file] = input.files;
    if (picture.src) URL.revokeObjectURL(picture.src);
    picture.hidden = !file?.type.startsWith("image/");
    if (!picture.hidden) picture.src = URL.createObjectURL(file);
  });
}

// An address that names a folded part opens it; printing opens everything.
const opened = document.querySelector(location.hash.length > 1 ? `[id="${CSS.escape(location.hash.slice(1))}"]` : "nothing");
opened?.closest("details")?.setAttribute("open", "");
