// The page: hears of everything by server-sent events, and hands it to its parts.

import * as catalog from "./catalog.js";
import * as chart from "./chart.js";
import { $, el, plural, post, say, show } from "./dom.js";
import * as flow from "./flow.js";
import { arrived, tell } from "./forms.js";
import * as jira from "./jira.js";

let state = null;
let since = 0;
let heard = false;

function update(now) {
  const before = state;
  state = now;
  since = now.since;
  const hold = $("#hold");
  say(hold, now.hold);
  hold.hidden = !now.hold || now.lamp.state === "comparing";
  document.body.classList.toggle("held", Boolean(now.hold));
  for (const button of document.querySelectorAll("#compare, #create")) {
    button.setAttribute("aria-disabled", String(Boolean(now.hold)));
  }
  $("#edits").checked = now.edits;
  show($("#switches"), now.troubles, (trouble) => trouble.name, makeSwitch, (node, trouble) => {
    $("input", node).checked = trouble.on;
  });
  lamp();
  if (before && before.hold !== now.hold) catalog.load();
}

function makeSwitch({ name, label, hint }) {
  const box = el("input", { type: "checkbox", role: "switch", id: `trouble-${name}`, "aria-describedby": `hint-${name}` });
  box.addEventListener("change", () => send(`/trouble/${name}`, { on: box.checked }));
  return el("label", { className: "switch" }, box,
    el("span", { className: "words" }, el("span", { textContent: label }),
      el("small", { id: `hint-${name}`, textContent: hint, "aria-hidden": "true" })));
}

/** Send something; where it is refused, say why and show what is so. */
function send(path, body) {
  post(path, body).catch((error) => {
    tell(error.message);
    update(state);
  });
}

function lamp() {
  const { state: found, at, entities, differences = [], more = 0, message } = state.lamp;
  const time = at ? new Date(at * 1000).toLocaleTimeString([], { timeStyle: "short" }) : "";
  const text = {
    unknown: "Nobody has asked yet whether the catalog is right.",
    comparing: "Comparing: a fresh resync into an empty Port account …",
    equal: `Equal to a fresh resync, ${entities} entities, at ${time}.`,
    different: `${plural(differences.length + more, "difference")} from a fresh resync, at ${time}.`,
    failed: `It couldn’t be compared: ${message}`,
  }[found];
  say($("#lamp-text"), text);
  say($("#lamp-since"), found === "equal" && since ? `${plural(since, "change")} since.` : "");
  const lampNode = $("#lamp");
  lampNode.dataset.state = found;
  lampNode.classList.toggle("stale", found === "equal" && since > 0);
  $("#compare").setAttribute("aria-busy", String(found === "comparing"));
  const lines = more ? [...differences, `and ${more} more`] : differences;
  $("#differences").hidden = !lines.length;
  show($("#differences ul"), lines, (line) => line, () => el("li"), say);
}

$("#compare").addEventListener("click", () => send("/compare"));
$("#edits").addEventListener("change", (event) => send("/edits", { on: event.target.checked }));

const events = new EventSource("/events");
const on = (name, hear) => events.addEventListener(name, (event) => hear(JSON.parse(event.data)));

on("everything", (all) => {
  $("#lost").hidden = true;
  update(all.state);
  jira.update(all.jira);
  catalog.start(all.titles).then(() => catalog.update(all.catalog));
  chart.start(all.history);
  flow.update(all.traffic);
  heard = true;
  document.body.dataset.ready = "";
});
on("state", update);
on("jira", jira.update);
on("catalog", (news) => {
  since = news.since;
  catalog.update(news);
  arrived(news.rows);
  lamp();
});
on("traffic", flow.update);
on("second", flow.second);
events.addEventListener("error", () => {
  $("#lost").hidden = !heard;
});
