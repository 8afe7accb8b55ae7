// Two charts of the last two minutes, a bar for each second.

import { $, plural, say, seconds } from "./dom.js";

const SECONDS = 120;
const HEIGHT = 40;
const SVG = "http://www.w3.org/2000/svg";
const history = [];

export function start(points) {
  history.splice(0, history.length, ...points);
  draw();
}

export function add(point) {
  history.push(point);
  if (history.length > SECONDS) history.shift();
  draw();
}

export const latest = () => history.at(-1) ?? { reads: 0, writes: 0 };

function draw() {
  const lags = history.map((point) => point.lag ?? 0);
  const worst = Math.max(...lags, 0);
  bars($("#lag svg"), Math.max(worst, 0.5), history.map((point) => [["lag", point.lag ?? 0]]));
  const known = history.filter((point) => point.lag !== null);
  const last = known.at(-1);
  say($("#lag figcaption b"), last ? `${seconds(last.lag)}, at most ${seconds(worst)}` : "nothing yet");
  label($("#lag svg"), last
    ? `Lag in the last two minutes: ${seconds(last.lag)} at last, at most ${seconds(worst)}`
    : "Lag: nothing yet");

  const most = Math.max(...history.map((point) => point.reads + point.writes), 0);
  bars($("#requests svg"), Math.max(most, 4), history.map((point) => {
    const refused = Math.min(point.refused, point.reads + point.writes);
    const reads = Math.max(0, point.reads - refused);
    return [["reads", reads], ["writes", point.writes + Math.min(0, point.reads - refused)], ["refused", refused]];
  }));
  say($("#requests figcaption b"), `at most ${most}`);
  const sum = (name) => history.reduce((total, point) => total + point[name], 0);
  label($("#requests svg"), `Requests in the last two minutes: ${plural(sum("reads"), "read")}, `
    + `${plural(sum("writes"), "write")}, ${sum("refused")} refused`);
}

function label(svg, text) {
  if (svg.getAttribute("aria-label") !== text) svg.setAttribute("aria-label", text);
}

/** Bars from the right; each is a list of [class, value] that stand on each other. */
function bars(svg, most, columns) {
  const drawn = [];
  columns.forEach((parts, index) => {
    let below = HEIGHT;
    for (const [name, value] of parts) {
      if (value <= 0) continue;
      const height = Math.max(1, (value / most) * HEIGHT);
      below -= height;
      const bar = document.createElementNS(SVG, "rect");
      bar.setAttribute("class", name);
      bar.setAttribute("x", SECONDS - columns.length + index + 0.1);
      bar.setAttribute("y", below);
      bar.setAttribute("width", 0.8);
      bar.setAttribute("height", height);
      drawn.push(bar);
    }
  });
  svg.replaceChildren(...drawn);
}
