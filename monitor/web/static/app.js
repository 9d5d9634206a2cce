// What keeps the dashboard up to date. Every page works without it; all HTML that it inserts comes escaped from our own server.
"use strict";

const UNITS = [[90, 1, "s"], [5400, 60, "min"], [172800, 3600, "h"], [Infinity, 86400, "d"]];
const MAX_SHOWN = 200;

function duration(seconds) {
  const [, size, unit] = UNITS.find(([limit]) => seconds < limit);
  return `${Math.round(seconds / size)} ${unit}`;
}

function showTimes(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const when = new Date(time.dateTime);
    const ago = (Date.now() - when) / 1000;
    if (time.dataset.clock !== undefined) { time.title = when.toISOString(); time.textContent = when.toLocaleString([], { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }); continue; }
    if (time.dataset.ahead === undefined) time.textContent = `${duration(Math.max(0, ago))} ago`;
    else time.textContent = ago >= 0 ? "now" : `in ${duration(-ago)}`;
    time.title = `${when.toLocaleString()} (${when.toISOString().slice(0, 16).replace("T", " ")} UTC)`;
  }
}

function fragment(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.firstElementChild;
}

function showNewAlerts(list) {
  const live = document.getElementById("live");
  const title = document.title;
  let unseen = 0;

  const filters = new URLSearchParams(location.search);
  const query = new URLSearchParams();
  for (const name of ["term", "severity"]) for (const value of filters.getAll(name)) if (value) query.append(name, value);
  if (list.dataset.after) query.set("after", list.dataset.after);

  const showState = (word, state) => { live.textContent = word; live.className = `live ${state}`; };
  const source = new EventSource(`/events?${query}`);
  source.onopen = () => showState("live", "on");
  source.onerror = () => showState(source.readyState === EventSource.CLOSED ? "not connected; reload the page" : "reconnecting", "off");

  source.addEventListener("alert", (message) => {
    const event = JSON.parse(message.data);
    if (document.getElementById(`alert-${event.id}`)) return;
    const card = fragment(event.html);
    card.classList.add("new");
    showTimes(card);
    const told = event.story && list.querySelector(`[data-story="${event.story}"]`);
    if (told) {
      for (const term of told.querySelectorAll("header a.term")) {
        if (term.textContent !== card.querySelector("header a.term").textContent) card.querySelector(".terms").append(term, " ");
      }
      told.remove();
    }
    list.prepend(card);
    while (list.childElementCount > MAX_SHOWN) list.lastElementChild.remove();
    document.getElementById("no-alerts").hidden = true;
    document.getElementById("announcement").textContent = `New alert, ${event.announcement}`;
    if (document.hidden) document.title = `(${++unseen}) ${title}`;
  });
  source.addEventListener("deliveries", (message) => {
    const event = JSON.parse(message.data);
    document.getElementById(`alert-${event.id}`)?.querySelector(".states")?.replaceWith(fragment(event.html));
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) { unseen = 0; document.title = title; }
  });
}

showTimes(document);
setInterval(() => showTimes(document), 15000);
for (const form of document.querySelectorAll("form[data-submit-on-change]")) {
  form.addEventListener("change", () => form.requestSubmit());
}
for (const form of document.querySelectorAll("form[method=get]")) {
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
  });
}
const list = document.querySelector("[data-live]");
if (list) showNewAlerts(list);

// Keys: each has what a click does, so that nothing needs them.
const CARDS = ".alert, .story, .found";
let help = null;

function step(by) {
  const cards = [...document.querySelectorAll(CARDS)];
  if (!cards.length) return;
  const at = cards.findIndex((card) => card.contains(document.activeElement));
  const next = cards[at < 0 ? (by > 0 ? 0 : cards.length - 1) : Math.min(Math.max(at + by, 0), cards.length - 1)];
  next.tabIndex = -1;
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

function showHelp() {
  if (!help) {
    help = document.createElement("dialog");
    help.setAttribute("aria-label", "Keys");
    const list = document.createElement("dl");
    for (const [key, words] of [["j, k", "next, previous"], ["o", "open"], ["a", "acknowledge"], ["s", "silence"], ["/", "search"], ["?", "these keys"]]) {
      list.append(Object.assign(document.createElement("dt"), { textContent: key }), Object.assign(document.createElement("dd"), { textContent: words }));
    }
    const form = Object.assign(document.createElement("form"), { method: "dialog" });
    form.append(Object.assign(document.createElement("button"), { textContent: "Close" }));
    help.append(list, form);
    document.body.append(help);
  }
  help.showModal();
}

function search() {
  const field = document.querySelector("main input[type=search]");
  if (field) field.focus();
  else location.assign("/search");
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || help?.open) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const card = document.activeElement.closest?.(CARDS);
  const actions = {
    j: () => step(1),
    k: () => step(-1),
    o: () => card?.querySelector("h2 a, a")?.click(),
    a: () => card?.querySelector("form[action$='/acknowledge'] input[name=by]")?.focus(),
    s: () => {
      const form = card?.querySelector("form[action$='/silence']");
      if (!form) return;
      form.closest("details").open = true;
      form.querySelector("select").focus();
    },
    "/": search,
    "?": showHelp,
  };
  if (!Object.hasOwn(actions, event.key)) return;
  event.preventDefault();
  actions[event.key]();
});
