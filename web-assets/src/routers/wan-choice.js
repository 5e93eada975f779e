// Which of a router's interfaces are its WANs: found by the default route and the comments, or chosen here. What a
// router carries is what these do.

import { api } from "../shared/api.js";
import { leaveForLogin } from "../account/auth.js";
import { element, put } from "../shared/elements.js";
import { button, sentence } from "../shared/form.js";
import { fill, shortName } from "../shared/format.js";
/** @import { RouterEntry, Texts } from "../data/types.js" */

/** Customers' lines are no WANs: of a thousand of them none is offered. */
const MOST = 200;

/**
 * @param {RouterEntry} router
 * @param {{texts: Texts, changed: () => void}} page
 * @returns {HTMLElement}
 */
export function wanChoice(router, { texts, changed }) {
  const root = element("fieldset", "wan-choice");
  root.dataset.testid = "wan-choice";
  const from = element("p", "note");
  const list = element("div", "wan-list");
  const said = element("p", "note");
  said.setAttribute("role", "status");
  root.append(element("legend", "", texts.wan_choice), from, list, said);
  const path = `/api/v1/routers/${encodeURIComponent(router.id)}`;
  const tell = ({ wan = [], wanFrom = "none" }) =>
    put(from, fill(texts[`wan_from.${wanFrom}`] ?? "", { names: wan.map(shortName).join(", ") }));
  const save = async (wan) => {
    try {
      const now = await api.send("PATCH", path, { wan });
      tell(now);
      for (const box of boxes()) box.checked = now.wan?.includes(box.value) ?? false;
      put(said, texts.wan_saved);
      changed();
    } catch (error) {
      if (!leaveForLogin(error)) put(said, sentence(error, texts));
    }
  };
  const boxes = () => /** @type {HTMLInputElement[]} */ ([...list.querySelectorAll("input")]);
  list.addEventListener("change", () => save(boxes().flatMap((box) => (box.checked ? [box.value] : []))));
  root.append(button(texts.wan_automatic, "wan-automatic", () => save(null)));
  tell(router);
  offer(router, list, said, texts);
  return root;
}

async function offer(router, list, said, texts) {
  let interfaces;
  try {
    ({ interfaces } = await api.get(`/api/v1/interfaces?router=${encodeURIComponent(router.id)}`));
  } catch (error) {
    if (!leaveForLogin(error)) put(said, sentence(error, texts));
    return;
  }
  const chosen = router.wan ?? [];
  const likely = interfaces.filter(
    ({ dynamic, type, key }) => (!dynamic && !/^pppoe-in/.test(type)) || chosen.includes(key),
  );
  for (const { key, name, comment } of likely.slice(0, MOST)) {
    const line = element("label");
    const box = element("input");
    box.type = "checkbox";
    box.value = key;
    box.checked = chosen.includes(key);
    line.append(box, element("bdi", "", name), element("bdi", "note", comment ?? ""));
    list.append(line);
  }
}
