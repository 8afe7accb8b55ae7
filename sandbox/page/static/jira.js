// The left side: what Jira has, and what can be done to it.

import { $, el, get, plural, say, show } from "./dom.js";
import { ask, doNow } from "./forms.js";

let jira = { projects: [], boards: [], users: [], statuses: [], types: [], priorities: [] };
let open = null;
let asked = 0;

export function update(overview) {
  jira = overview;
  const live = liveProjects();
  choices($("#find-project"), [["", "All projects"], ...live]);
  show($("#boards"), jira.boards, (board) => board.id, makeBoard, fillBoard);
  show($("#projects"), jira.projects, (project) => project.key, makeProject, fillProject);
  show($("#people"), jira.users, (user) => user.id, makePerson, fillPerson);
  find();
}

const liveProjects = () => jira.projects
  .filter((project) => project.status === "live")
  .map((project) => [project.key, `${project.name} (${project.key})`]);

export function choices(select, options) {
  const value = select.value;
  if (JSON.stringify(options) === select.dataset.options) return;
  select.dataset.options = JSON.stringify(options);
  select.replaceChildren(...options.map(([key, text]) => el("option", { value: key, textContent: text })));
  select.value = options.some(([key]) => key === value) ? value : "";
}

// Issues

export async function find() {
  asked += 1;
  const mine = asked;
  const query = new URLSearchParams({ project: $("#find-project").value, text: $("#find-text").value });
  const found = await get(`/issues?${query}`);
  // A later question was answered already, or will be.
  if (mine !== asked) return;
  show($("#issues"), held() ? inPlace(found.rows) : found.rows, (issue) => issue.id, makeIssue, fillIssue);
  say($("#issues-count"), found.total > found.rows.length
    ? `The newest ${found.rows.length} of ${found.total}`
    : found.total ? plural(found.total, "issue") : "No issue is like that.");
}

/** Whether somebody is about to click: then nothing moves away from under the hand. */
const held = () => open !== null || $("#issues").matches(":hover, :focus-within");

/** Rows in the order in which they are shown already; new ones first. */
function inPlace(rows) {
  const places = new Map([...$("#issues").children].map((node, place) => [node.dataset.key, place]));
  return rows.toSorted((one, other) => (places.get(one.id) ?? -1) - (places.get(other.id) ?? -1));
}

function makeIssue(issue) {
  const id = `do-${issue.id}`;
  const button = el("button", { type: "button", className: "row", "aria-expanded": "false", "aria-controls": id },
    el("span", { className: "key" }), el("span", { className: "title" }), el("span", { className: "state" }));
  button.addEventListener("click", () => toggle(issue.id));
  return el("li", {}, button, el("div", { id, className: "do", hidden: true }));
}

function fillIssue(node, issue) {
  const row = JSON.stringify(issue);
  if (node.dataset.row && node.dataset.row !== row) flash(node);
  node.dataset.row = row;
  say($(".key", node), issue.key);
  say($(".title", node), issue.summary);
  const state = $(".state", node);
  say(state, issue.status);
  state.dataset.category = issue.category;
  const shown = open === issue.id;
  $(".row", node).setAttribute("aria-expanded", String(shown));
  const inside = $(".do", node);
  inside.hidden = !shown;
  if (shown) fillActions(inside, issue);
  else inside.replaceChildren();
}

function toggle(id) {
  open = open === id ? null : id;
  for (const node of $("#issues").children) fillIssue(node, JSON.parse(node.dataset.row));
}

function fillActions(inside, issue) {
  if (!inside.childElementCount) {
    inside.append(el("p", { className: "facts" }), el("div", { className: "buttons" }, ...actions(inside)));
  }
  inside.issue = issue;
  const facts = [issue.type, issue.priority, issue.assigneeName || "nobody", issue.sprint];
  if (issue.comments) facts.push(plural(issue.comments, "comment"));
  if (issue.seconds) facts.push(`${Math.round(issue.seconds / 60)} min logged`);
  say($(".facts", inside), facts.filter(Boolean).join(" · "));
  $("[data-do=move]", inside).hidden = !issue.movable;
}

function actions(inside) {
  const action = (name, text, form) => {
    const button = el("button", { type: "button", className: "act", textContent: text, "data-do": name });
    button.addEventListener("click", () => {
      const issue = inside.issue;
      ask({ action: name, given: { issue: issue.key }, ...form(issue) });
    });
    return button;
  };
  return [
    action("edit", "Edit", (issue) => ({
      title: `Edit ${issue.key}`, button: "Save",
      fields: [
        { name: "summary", label: "Summary", value: issue.summary, required: true },
        { name: "assignee", label: "Assignee", value: issue.assignee,
          options: [["", "nobody"], ...jira.users.map((user) => [user.id, user.name])] },
        { name: "priority", label: "Priority", value: issue.priority, options: jira.priorities },
      ],
    })),
    action("transition", "Transition", (issue) => ({
      title: `Transition ${issue.key}`, button: "Set the status",
      fields: [{ name: "status", label: "Status", value: issue.status, options: jira.statuses }],
    })),
    action("move", "Move", (issue) => ({
      title: `Move ${issue.key} to another project`, button: "Move",
      fields: [{ name: "project", label: "Project",
        options: liveProjects().filter(([key]) => key !== issue.project) }],
    })),
    action("comment", "Comment", (issue) => ({
      title: `Comment on ${issue.key}`, button: "Comment",
      fields: [{ name: "text", label: "Comment", required: true }],
    })),
    action("log-work", "Log work", (issue) => ({
      title: `Log work on ${issue.key}`, button: "Log it",
      fields: [{ name: "minutes", label: "Minutes", type: "number", value: "30", min: "1" }],
    })),
    action("delete", "Delete", (issue) => ({
      title: `Delete ${issue.key}?`, button: "Delete", dangerous: true,
    })),
  ];
}

// Boards, projects, people

function line(buttons) {
  return el("li", {}, el("div", { className: "line" },
    el("span", { className: "key" }), el("span", { className: "title" }), el("span", { className: "state" }), ...buttons));
}

function named(text, run) {
  const button = el("button", { type: "button", className: "act", textContent: text });
  button.addEventListener("click", run);
  return button;
}

function makeBoard() {
  const node = line([]);
  node.append(el("ul", { className: "sprints" }));
  return node;
}

function fillBoard(node, board) {
  say($(".title", node), board.name);
  say($(".state", node), board.fails ? "fails" : board.type);
  $(".state", node).dataset.category = board.fails ? "bad" : "";
  show($(".sprints", node), board.sprints, (sprint) => sprint.id, makeSprint, fillSprint);
}

function makeSprint(sprint) {
  const button = named("", () => doNow(button.dataset.do, { sprint: sprint.id }));
  return el("li", {}, el("span", { className: "title" }), el("span", { className: "state" }), button);
}

function fillSprint(node, sprint) {
  say($(".title", node), sprint.name);
  say($(".state", node), sprint.state);
  $(".state", node).dataset.category = sprint.state === "active" ? "indeterminate" : "new";
  const starts = sprint.state === "future";
  const button = $("button", node);
  button.dataset.do = starts ? "start-sprint" : "close-sprint";
  say(button, starts ? "Start" : "Close");
  button.setAttribute("aria-label", `${starts ? "Start" : "Close"} ${sprint.name}`);
}

function makeProject(project) {
  const button = named("", () => doNow(button.dataset.do, { project: project.key }));
  return line([button]);
}

function fillProject(node, project) {
  say($(".key", node), project.key);
  say($(".title", node), project.name);
  const live = project.status === "live";
  say($(".state", node), live ? plural(project.issues, "issue") : project.status);
  $(".state", node).dataset.category = live ? "" : "bad";
  const button = $("button", node);
  button.dataset.do = live ? "archive" : "restore";
  say(button, live ? "Archive" : "Restore");
  button.setAttribute("aria-label", `${live ? "Archive" : "Restore"} ${project.key}`);
}

function makePerson() {
  const node = line([named("Rename", () => ask({
    title: `Rename ${node.user.name}`, button: "Rename", action: "rename-user", given: { user: node.user.id },
    fields: [{ name: "name", label: "Display name", value: node.user.name, required: true }],
  }))]);
  return node;
}

function fillPerson(node, user) {
  node.user = user;
  say($(".title", node), user.name);
  $("button", node).setAttribute("aria-label", `Rename ${user.name}`);
}

function flash(node) {
  node.classList.remove("flash");
  // The animation begins anew.
  void node.offsetWidth;
  node.classList.add("flash");
}

// What is always there

$("#create").addEventListener("click", () => ask({
  title: "Create an issue", button: "Create", action: "create",
  fields: [
    { name: "summary", label: "Summary", value: "", required: true },
    { name: "project", label: "Project", options: liveProjects(), value: $("#find-project").value },
    { name: "type", label: "Type", options: jira.types, value: "Task" },
  ],
}));
$("#find").addEventListener("submit", (event) => event.preventDefault());
$("#find").addEventListener("input", find);

const tabs = [...document.querySelectorAll("[role=tab]")];

function choose(tab) {
  for (const one of tabs) {
    const chosen = one === tab;
    one.setAttribute("aria-selected", String(chosen));
    one.tabIndex = chosen ? 0 : -1;
    $(`#${one.getAttribute("aria-controls")}`).hidden = !chosen;
  }
}

for (const tab of tabs) {
  tab.addEventListener("click", () => choose(tab));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length];
    choose(next);
    next.focus();
  });
}
