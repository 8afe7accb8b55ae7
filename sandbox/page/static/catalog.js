// The right side: the catalog, what changed last first.

import { $, el, get, say, seconds, show } from "./dom.js";
import { choices } from "./jira.js";

const MOST = 40;
const WORDS = { new: "new", changed: "changed", gone: "gone" };
let rows = [];
let titles = {};
let asked = 0;

const keyOf = (row) => `${row.blueprint}/${row.identifier}`;
const title = (blueprint) => (titles[blueprint] ?? blueprint).replace(/^Jira /, "");

export async function start(names) {
  titles = names;
  await load();
}

/** Ask for what is there, and what changed last. */
export async function load() {
  asked += 1;
  const mine = asked;
  const found = await get(`/catalog?${new URLSearchParams({ blueprint: $("#blueprint").value })}`);
  if (mine !== asked) return;
  rows = found.rows;
  draw();
}

export function update({ rows: news, counts }) {
  const total = Object.values(counts).reduce((sum, n) => sum + n, 0);
  choices($("#blueprint"), [["", `Everything (${total})`],
    ...Object.entries(counts).map(([name, n]) => [name, `${title(name)} (${n})`])]);
  const wanted = $("#blueprint").value;
  const shown = news.filter((row) => !wanted || row.blueprint === wanted).reverse();
  if (!shown.length) return;
  const keys = new Set(shown.map(keyOf));
  rows = [...shown, ...rows.filter((row) => !keys.has(keyOf(row)))].slice(0, MOST);
  draw();
}

function draw() {
  show($("#entities"), rows, keyOf, make, fill);
}

function make() {
  return el("li", {},
    el("div", { className: "line" },
      el("span", { className: "kind" }), el("span", { className: "key" }), el("span", { className: "title" }),
      el("span", { className: "op" }), el("span", { className: "late" })),
    el("p", { className: "facts" }));
}

function fill(node, row) {
  const change = `${row.op} ${row.at}`;
  if (node.dataset.change === change) return;
  node.dataset.change = change;
  node.dataset.op = row.op;
  say($(".kind", node), title(row.blueprint));
  const plain = /^[A-Z][A-Z0-9]*(-\d+)?$/.test(row.identifier);
  say($(".key", node), plain ? row.identifier : "");
  say($(".title", node), row.title);
  say($(".op", node), WORDS[row.op] ?? "");
  say($(".late", node), row.seconds === null ? "" : seconds(row.seconds));
  say($(".facts", node), row.what || row.facts);
  if (row.at) {
    node.classList.remove("flash");
    void node.offsetWidth;
    node.classList.add("flash");
  }
}

$("#blueprint").addEventListener("change", load);
