// The middle: what is on its way from Jira to Port.

import { add, latest } from "./chart.js";
import { $, el, plural, say, seconds, show } from "./dom.js";

const MOST = 8;
let trail = [];
let number = 0;

export function update({ pending, sent, forged, forgedRefused, own, reading, trail: news, more }) {
  const fake = forged ? ` · ${forged} forged, ${forgedRefused} refused` : "";
  station("deliveries", pending, `${sent} sent${fake}`, pending);
  station("queue", own ? own.queue : "–", own ? waiting(own) : "the integration doesn’t answer", own?.queue);
  const read = news.findLast((line) => line.kind === "read");
  const write = news.findLast((line) => line.kind === "write");
  station("reads", latest().reads, read && spoken(read), reading || read);
  station("writes", latest().writes, write && spoken(write), write);
  failing(own?.failing ?? []);
  if (!news.length) return;
  trail = [...news.map((line) => ({ ...line, number: number++ })).reverse(),
    ...(more ? [{ kind: "more", text: `and ${more} more`, status: 0, number: number++ }] : []),
    ...trail].slice(0, MOST);
  show($("#trail"), trail, (line) => line.number, makeLine, () => {});
}

export function second(point) {
  add(point);
  say($("#reads b"), String(point.reads));
  say($("#writes b"), String(point.writes));
}

function waiting({ queue, oldest, jobs }) {
  const parts = [queue ? `the oldest for ${seconds(oldest)}` : "nothing waits"];
  if (jobs) parts.push(plural(jobs, "follow-up"));
  return parts.join(" · ");
}

function station(id, count, more, busy) {
  const node = $(`#${id}`);
  say($("b", node), String(count));
  if (more) say($(".more", node), more);
  node.classList.toggle("busy", Boolean(busy));
}

// What isn't there was answered as it was asked.
const bad = (status) => status >= 400 && status !== 404;

const spoken = ({ text, status }) => (bad(status) ? `${text} → ${status}` : text);

function makeLine(line) {
  const node = el("li", { className: line.kind }, el("span", { textContent: line.text }));
  if (line.status) node.append(el("b", { textContent: line.status, className: bad(line.status) ? "bad" : "" }));
  return node;
}

function failing(rows) {
  show($("#failing"), rows, (row) => `${row.what} ${row.cause}`, () => el("li"), (node, row) => {
    say(node, `${row.what}: ${row.cause.replaceAll("_", " ")}, for ${seconds(row.seconds)}`);
  });
}
