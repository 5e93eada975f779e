// What somebody else changed of a router while its form was open: beside what is typed, to be taken over or not.

import { element } from "../shared/elements.js";
import { button } from "../shared/form.js";
import { fill } from "../shared/format.js";

/** @import { Texts } from "../data/types.js" */

/**
 * @param {any} form its controls by name
 * @param {[string, string][]} changed the controls, and what is saved now
 * @param {Texts} texts
 * @param {(control: HTMLElement) => void} taken
 */
export function showMeanwhile(form, changed, texts, taken) {
  for (const old of form.root.querySelectorAll(".meanwhile")) old.remove();
  for (const [name, value] of changed) {
    const control = form[name];
    const word = control instanceof HTMLSelectElement ? wordOf(control, value) : value;
    const said = word === "" ? texts.setup_meanwhile_none : fill(texts.setup_meanwhile_now, { value: word });
    const beside = element("p", "note meanwhile");
    beside.dataset.testid = `meanwhile-${name}`;
    const take = button(
      texts.setup_meanwhile_take,
      "",
      () => {
        control.value = value;
        beside.remove();
        taken(control);
      },
      "bare",
    );
    beside.append(element("span", "", said), take);
    control.closest(".field").append(beside);
    if (form.extras.contains(control) && form.extras.hidden) form.more.click();
  }
}

/** What stands in a choice for a value. */
function wordOf(choice, value) {
  return [...choice.options].find((option) => option.value === value)?.textContent ?? value;
}
