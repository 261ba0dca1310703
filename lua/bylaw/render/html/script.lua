--- The one script of a page: folding everything at once, finding by words, and paper, on which
--- nothing is folded. The page is whole without it; what it needs is hidden until it runs.
---
--- The page allows this text alone to run, by its hash: openssl dgst -sha256 -binary | base64.
local script = {}

script.HASH = "sha256-J+F9seTp9D1AjQsOVZrpU2zXCML1F+abpZqKgswgBgk="

script.TEXT = [[
"use strict";
const all = Array.from(document.querySelectorAll("details"));
const tools = document.querySelector(".tools");
const shown = tools.querySelector("output");
const find = tools.querySelector("input");
const words = all.map(one => one.firstElementChild.textContent.toLowerCase());
const fold = open => all.forEach(one => { if (!one.hidden) one.open = open; });
const count = () => {
  const wanted = find.value.trim().toLowerCase();
  let left = 0;
  all.forEach((one, i) => {
    one.hidden = !words[i].includes(wanted);
    if (!one.hidden) left += 1;
  });
  document.querySelectorAll("section.kind").forEach(kind => {
    kind.hidden = !kind.querySelector("details:not([hidden])");
  });
  shown.textContent = wanted ? left + " of " + all.length : "";
};
let later;
find.addEventListener("input", () => { clearTimeout(later); later = setTimeout(count, 80); });
tools.querySelector(".open").addEventListener("click", () => fold(true));
tools.querySelector(".close").addEventListener("click", () => fold(false));
let before = [];
addEventListener("beforeprint", () => {
  before = all.filter(one => !one.open);
  before.forEach(one => { one.open = true; });
});
addEventListener("afterprint", () => before.forEach(one => { one.open = false; }));
tools.hidden = all.length < 2;
]]

return script
