import { h } from "../../../report/html/page/dom.js";
import { ask, forgetKey, hasKey, keepKey, keyPrompt, messageOf } from "./api.js";
import { say } from "./keep.js";
import { formOf, textInput, valueOf } from "./parts.js";

/**
 * Something that changes the queue, as the page asks for it.
 *
 * @typedef {object} Action
 * @property {string} title in the imperative, with what is meant: `Cancel the instance 01J…`
 * @property {string} words its effect, in a sentence
 * @property {string} verb on the button
 * @property {boolean} [isGrave] whether it ends or loses something: one key is not enough to confirm it (Default: it can be taken back)
 * @property {string} path below `v1/`
 * @property {"POST" | "PUT" | "PATCH" | "DELETE"} [method] (Default: POST)
 * @property {Record<string, string | undefined>} [query]
 * @property {unknown} [body]
 * @property {(answer: any) => string} reach the words for what it would reach, from the answer to a dry run
 * @property {(answer: any) => string} done the words for what it has done
 * @property {() => void} [then] called once it is done
 */

/** How long the words for what was done stay in sight, in milliseconds; they stay readable for screen readers. */
const SAID_MS = 8000;

/** @type {HTMLElement | undefined} */
let saidPlace;
let saidTimer = 0;

/** The place where results are said. @returns {HTMLElement} */
export function saidElement() {
  return saidPlace ??= h("p.said", { role: "status", "aria-live": "polite" });
}

/**
 * Says the result of an action.
 *
 * @param {string} words
 */
function announce(words) {
  const place = saidElement();
  say(place, words);
  place.classList.add("seen");
  clearTimeout(saidTimer);
  saidTimer = setTimeout(() => place.classList.remove("seen"), SAID_MS);
}

/**
 * Shows what an action will reach, does it once the viewer confirms that, and says its result.
 *
 * @param {Action} action
 */
export function propose(
  { title, words, verb, isGrave = false, path, method = "POST", query, body, reach, done, then },
) {
  const about = h("p", { "aria-live": "polite" }, "Looking at what this will reach …");
  const fault = h("p.bad", { role: "alert" });
  const confirm = h(`button.main${isGrave ? ".grave" : ""}`, { type: "submit", disabled: true }, verb);
  const give = h("button", { type: "button", click: () => dialog.close() }, "Leave as it is");
  const form = formOf(
    () => void act(),
    h("h2", { id: "dialog-title" }, title),
    h("p.dim", {}, words),
    about,
    fault,
    h("div.choices", {}, give, confirm),
  );
  const dialog = opened(form, "dialog-title");
  const asked = { method, body };
  const look = async () => {
    try {
      const answer = await ask(path, { ...asked, query: { ...query, dryRun: "true" } });
      say(about, reach(answer));
      confirm.removeAttribute("disabled");
      (isGrave ? give : confirm).focus();
    } catch (error) {
      say(about, "");
      say(fault, messageOf(error));
      give.focus();
    }
  };
  const act = async () => {
    if (confirm.hasAttribute("disabled")) return;
    confirm.setAttribute("disabled", "");
    say(fault, "");
    try {
      const answer = await ask(path, { ...asked, ...query !== undefined && { query } });
      dialog.close();
      announce(done(answer));
      then?.();
    } catch (error) {
      say(fault, messageOf(error));
      confirm.removeAttribute("disabled");
    }
  };
  void look();
}

/**
 * Opens a dialog, which is gone once it is closed; the focus goes back to where it was.
 *
 * @param {HTMLElement} content
 * @param {string} titleId
 * @returns {HTMLDialogElement}
 */
function opened(content, titleId) {
  const before = document.activeElement;
  const dialog = /** @type {HTMLDialogElement} */ (h("dialog", { "aria-labelledby": titleId }, content));
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (before instanceof HTMLElement && before.isConnected) before.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** @type {Promise<void> | undefined} One question at once, however many requests wait for it. */
let question;

/** Has the page ask for a key where the server wants one, and keep it until the tab is closed. */
export function askForKeys() {
  keyPrompt.ask = (wasWrong) => question ??= askForKey(wasWrong).finally(() => question = undefined);
}

/** @param {boolean} wasWrong */
function askForKey(wasWrong) {
  return new Promise((/** @type {(value: void) => void} */ resolve) => {
    const input = textInput("key", { type: "password", required: true });
    const form = formOf(
      () => {
        keepKey(valueOf(input));
        dialog.close();
        resolve();
      },
      h("h2", { id: "key-title" }, "This server wants a key"),
      h("p.dim", {}, "The page keeps it until this tab is closed, and sends it to this server only."),
      wasWrong
        ? h("p.bad", { role: "alert" }, "The server does not know the key that was given.")
        : undefined,
      h("label", { for: "key" }, "Key"),
      input,
      h("div.choices", {}, h("button.main", { type: "submit" }, "Use this key")),
    );
    const dialog = opened(form, "key-title");
    dialog.addEventListener("cancel", (event) => event.preventDefault());
    input.focus();
  });
}

/** The button that forgets the key, if there is one. @returns {HTMLElement} */
export function keyButton() {
  const forget = () => {
    forgetKey();
    location.reload();
  };
  return h("button.quiet", { type: "button", hidden: !hasKey(), click: forget }, "Forget the key");
}
