// The dialog with the commands that create Lalin's user on a router, ready to be copied into its terminal.

import { leaveForLogin } from "../account/auth.js";
import { api } from "../shared/api.js";
import { command } from "../shared/copy-button.js";
import { dialog } from "../shared/dialog.js";
import { element } from "../shared/elements.js";
import { complain, field, input, sentence } from "../shared/form.js";
/** @import { Texts } from "../data/types.js" */

/** @param {Texts} texts */
export function scriptDialog(texts) {
  const made = dialog("setup-script", texts.setup_script, texts.close);
  const how = element("p", "", texts.setup_script_how);
  const shown = command(texts, texts.setup_script);
  const from = input({
    name: "from",
    type: "text",
    autocomplete: "off",
    spellcheck: "false",
    inputmode: "decimal",
    placeholder: "192.168.88.10",
  });
  const where = field(texts.setup_script_from, from, texts.setup_script_from_note);
  made.body.append(how, where, shown);
  let asked = {};
  async function load() {
    const wanted = (asked = { ...asked });
    complain(from, "");
    try {
      const address = from.value.trim();
      const script = await api.get(
        `/api/v1/setup-script?${new URLSearchParams({ ...wanted, ...(address && { from: address }) })}`,
      );
      if (wanted === asked) shown.set(script);
    } catch (error) {
      if (wanted !== asked || leaveForLogin(error)) return;
      if (error.field === "from") complain(from, texts.setup_script_from_wrong);
      else complain(from, sentence(error, texts));
    }
  }
  from.addEventListener("change", load);
  return {
    root: made.root,
    open(tls, user) {
      asked = { tls: tls ? "1" : "0", ...(user && { user }) };
      made.open();
      load();
    },
  };
}
