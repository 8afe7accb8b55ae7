// Small helpers for the page: elements, lists that keep their nodes, requests.

export const $ = (selector, within = document) => within.querySelector(selector);

/** An element with properties, and what is in it. */
export function el(tag, properties = {}, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role" || name === "for") made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...inside);
  return made;
}

/** Set a text only where it is another one: screen readers hear of each change. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Make a list show rows: nodes stay with their row, and so does the focus. */
export function show(list, rows, keyOf, make, fill) {
  const nodes = new Map([...list.children].map((node) => [node.dataset.key, node]));
  const focused = list.contains(document.activeElement) ? document.activeElement : null;
  let place = list.firstChild;
  for (const row of rows) {
    const key = String(keyOf(row));
    let node = nodes.get(key);
    nodes.delete(key);
    if (!node) {
      node = make(row);
      node.dataset.key = key;
    }
    fill(node, row);
    if (node === place) place = place.nextSibling;
    else list.insertBefore(node, place);
  }
  for (const node of nodes.values()) {
    const beside = node.contains(focused) ? node.nextElementSibling ?? node.previousElementSibling : null;
    node.remove();
    // What somebody was at is gone: its neighbour is nearest.
    if (beside) $("button", beside)?.focus();
  }
  if (focused && focused !== document.activeElement && list.contains(focused)) focused.focus();
}

/** Send something to the demo; gives its answer, or throws its reason. */
export async function post(path, body = {}) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const found = await answer.json();
  if (found.refused) throw new Error(found.refused);
  return found;
}

export const get = async (path) => (await fetch(path)).json();

/** Seconds, as people say them. */
export function seconds(value) {
  if (value < 0.9995) return `${Math.max(1, Math.round(value * 1000))} ms`;
  return value < 60 ? `${value.toFixed(1)} s` : `${Math.round(value / 60)} min`;
}

export const plural = (n, one, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;
