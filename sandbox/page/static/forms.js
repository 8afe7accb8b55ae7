// The one dialog: a form for what somebody does in Jira.

import { $, el, post, say, seconds } from "./dom.js";

const dialog = $("#form");
const said = $("#said");
const mine = new Map();
const answered = new Map();
let send = null;
let clear = 0;

/** Ask for what an action needs, and do it. A field: {name, label, value, options, type}. */
export function ask({ title, button, fields = [], action, given = {}, dangerous = false }) {
  say($("#form-title"), title);
  say($(".wrong", dialog), "");
  const submit = $("[type=submit]", dialog);
  say(submit, button);
  submit.classList.toggle("dangerous", dangerous);
  $(".fields", dialog).replaceChildren(...fields.map(field));
  send = async () => {
    const filled = Object.fromEntries(new FormData($("form", dialog)));
    await act(action, { ...given, ...filled });
  };
  dialog.showModal();
}

function field({ name, label, value = "", options, type = "text", ...more }) {
  const id = `field-${name}`;
  const input = options
    ? el("select", { id, name }, ...options.map((option) => {
        const [key, text] = Array.isArray(option) ? option : [option, option];
        return el("option", { value: key, textContent: text, selected: key === value });
      }))
    : el("input", { id, name, type, value, autocomplete: "off", maxLength: 255, ...more });
  return el("p", {}, el("label", { for: id, textContent: label }), input);
}

$("form", dialog).addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    await send();
    dialog.close();
  } catch (error) {
    say($(".wrong", dialog), error.message);
  }
});
$(".cancel", dialog).addEventListener("click", () => dialog.close());
// A click beside it closes it, as Escape does.
dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());

/** Do something in Jira, and say when the catalog has it. */
export async function act(action, given) {
  const done = await post(`/do/${action}`, given);
  const early = done.changes.find((change) => answered.has(change));
  tell(early === undefined ? `${done.said} in Jira.` : late(done.said, answered.get(early)));
  if (early === undefined) for (const change of done.changes) mine.set(change, done);
}

const late = (what, after) => `${what} in Jira, and in the catalog ${seconds(after)} later.`;

/** The same without a form: what is wrong is said where everything is said. */
export function doNow(action, given) {
  act(action, given).catch((error) => tell(error.message));
}

/** Changes of the catalog came: say so of those that somebody here made. */
export function arrived(rows) {
  for (const { cause, seconds: after } of rows) {
    if (cause === null) continue;
    // It may be here before the answer to what was asked.
    if (!answered.has(cause)) answered.set(cause, after);
    if (answered.size > 200) answered.delete(answered.keys().next().value);
    const done = mine.get(cause);
    if (!done) continue;
    for (const change of done.changes) mine.delete(change);
    tell(late(done.said, after));
  }
}

export function tell(text) {
  say(said, text);
  said.classList.add("shown");
  clearTimeout(clear);
  clear = setTimeout(() => said.classList.remove("shown"), 8000);
}
