// Maintenance: from when to when nothing is told, of one router or of all, and why.

import { settingsRow, settingsTable, openDialog, confirmed } from "../account/settings-list.js";
import { api } from "../shared/api.js";
import { button, end, field, input, onSubmit, select } from "../shared/form.js";
import { time } from "./alert-list.js";

export class Maintenance {
  /**
   * @param {{root: HTMLElement, texts: Record<string, string>, routers: {id: string, name: string}[],
   *   moment: (ms: number) => string, may: boolean}} page
   */
  constructor({ root, texts, routers, moment, may }) {
    this.texts = texts;
    this.routers = routers;
    this.moment = moment;
    this.may = may;
    this.list = settingsTable(texts.maintenance, [
      texts.maintenance_reason,
      texts.maintenance_of,
      texts.maintenance_from,
      texts.maintenance_to,
      texts.set_actions,
    ]);
    root.append(this.list);
    if (may)
      root
        .querySelector(".page-head")
        .append(button(texts.maintenance_add, "maintenance-add", () => this.#form(), "edge"));
    this.root = root;
  }

  async load() {
    const { maintenance } = await api.get("/api/v1/maintenance");
    const { texts } = this;
    this.list.hidden = maintenance.length === 0;
    this.list.set(
      maintenance.map((one) => {
        const name = one.reason || texts.maintenance;
        const end = button(texts.maintenance_end, "maintenance-end", () => this.#end(one, name), "bare bad");
        end.setAttribute("aria-label", `${texts.maintenance_end}: ${name}`);
        const of = this.routers.find(({ id }) => id === one.router)?.name ?? one.router ?? texts.target_all;
        const facts = [of, this.moment(time(one.from)), this.moment(time(one.to))];
        return settingsRow(name, facts, ...(this.may ? [end] : []));
      }),
    );
    this.root.hidden = false;
  }

  #end(one, name) {
    const { texts } = this;
    confirmed(name, texts.maintenance_sure, texts.maintenance_end, texts, async () => {
      await api.send("DELETE", `/api/v1/maintenance/${one.id}`);
      await this.load();
    });
  }

  #form() {
    const { texts } = this;
    const form = document.createElement("form");
    form.className = "form";
    form.dataset.testid = "maintenance-form";
    const router = select("router", [["", texts.target_all], ...this.routers.map(({ id, name }) => [id, name || id])]);
    const local = (ms) => {
      const at = new Date(ms - new Date(ms).getTimezoneOffset() * 60_000);
      return at.toISOString().slice(0, 16);
    };
    const from = input({ name: "from", type: "datetime-local", required: true });
    const to = input({ name: "to", type: "datetime-local", required: true });
    from.value = local(Date.now());
    to.value = local(Date.now() + 2 * 3_600_000);
    const reason = input({ name: "reason", maxlength: "128", autocomplete: "off" });
    const send = button(texts.form_save, "maintenance-save", null, "main");
    send.type = "submit";
    form.append(
      field(texts.maintenance_reason, reason),
      field(texts.maintenance_of, router),
      field(texts.maintenance_from, from),
      field(texts.maintenance_to, to),
      end(send),
    );
    const ms = (typed) => new Date(typed.value).getTime();
    onSubmit(form, {
      texts,
      check: () => (ms(to) > ms(from) ? null : [to, texts.maintenance_wrong]),
      send: async () => {
        const wanted = { from: ms(from), to: ms(to), router: router.value || null, reason: reason.value.trim() };
        await api.send("POST", "/api/v1/maintenance", wanted);
        dialog.root.close();
        await this.load();
      },
    });
    const dialog = openDialog(texts.maintenance_add, texts, form);
  }
}
