// Finds the sections that have all words of the query. The index is loaded when the field is first used.
const query = document.getElementById("query");
const found = document.getElementById("found");
const base = query.dataset.base;

query.addEventListener("focus", () => {
  const script = document.createElement("script");
  script.src = base + "search/index.js";
  script.onload = show;
  document.head.append(script);
}, { once: true });
query.addEventListener("input", show);
query.addEventListener("keydown", event => {
  if (event.key === "Enter") found.querySelector("a")?.click();
});
document.addEventListener("keydown", event => {
  if (event.key === "Escape") found.hidden = true;
  if (event.key === "/" && event.target === document.body) { event.preventDefault(); query.focus(); }
});
document.addEventListener("click", event => { found.hidden = !event.target.closest("search") || !found.children.length; });

function show() {
  if (typeof sections === "undefined") return;
  const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
  const hits = words.length ? sections.map(section => [score(section, words), section]).filter(([points]) => points) : [];
  hits.sort(([a], [b]) => b - a);
  found.replaceChildren(...hits.slice(0, 12).map(([, section]) => item(section, words[0])));
  if (words.length && !hits.length) found.append(Object.assign(document.createElement("li"), { textContent: "Nothing has all these words." }));
  found.hidden = !found.children.length;
}

// A word counts more in a title. A section that lacks one of the words is none.
function score([, title, text], words) {
  let points = 0;
  for (const word of words) {
    const here = 10 * title.toLowerCase().includes(word) + text.toLowerCase().includes(word);
    if (!here) return 0;
    points += here;
  }
  return points;
}

function item([location, title, text], word) {
  const link = document.createElement("a");
  link.href = base + location;
  link.textContent = title;
  const excerpt = document.createElement("small");
  const at = Math.max(text.toLowerCase().indexOf(word) - 30, 0);
  excerpt.textContent = (at ? "…" : "") + text.slice(at, at + 110);
  const entry = document.createElement("li");
  entry.append(link, excerpt);
  return entry;
}
