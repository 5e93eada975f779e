// Zooming by hand: a drag selects a time range (mouse or finger), shift-drag and a wheel sideways move it, Ctrl-wheel
// zooms, a double click shows everything again.

/** @import { Plot } from "./chart-library.js" */

/** A drag shorter than this, px, is a click or a tap. */
const LEAST = 8;

/**
 * @param {HTMLElement} root of the chart
 * @param {object} view
 * @param {() => Plot|null} view.plot what is drawn now
 * @param {(from: number, to: number) => void} view.zoom ms
 * @param {(ms: number) => void} view.pan
 * @param {(factor: number, at: number) => void} view.scale
 * @param {() => void} view.reset
 * @param {(t: number) => void} view.tap a finger wants to know what is there
 */
export function dragZoom(root, view) {
  let drag = null;

  const x = (event) => {
    const box = view.plot().over.getBoundingClientRect();
    return Math.min(Math.max(event.clientX - box.left, 0), box.width);
  };
  const time = (left) => view.plot().posToVal(left, "x") * 1000;
  const select = (left, width) => {
    const plot = view.plot();
    plot.setSelect({ left, width, top: 0, height: width > 0 ? plot.over.clientHeight : 0 }, false);
  };
  const end = () => {
    if (!drag) return;
    if (view.plot()) select(0, 0);
    drag = null;
    root.classList.remove("panning");
  };

  root.addEventListener("pointerdown", (event) => {
    const plot = view.plot();
    if (event.button !== 0 || !event.isPrimary || !plot?.over.contains(/** @type {Node} */ (event.target))) return;
    drag = { id: event.pointerId, left: x(event), at: time(x(event)), pan: event.shiftKey, moved: false };
  });
  root.addEventListener("pointermove", (event) => {
    if (!drag || event.pointerId !== drag.id || !view.plot()) return;
    const left = x(event);
    if (!drag.moved && Math.abs(left - drag.left) < LEAST) return;
    if (!drag.moved) {
      drag.moved = true;
      // Only now: a tap must stay one, for the cross-hair.
      root.setPointerCapture(drag.id);
      root.classList.toggle("panning", drag.pan);
    }
    // The data go on while the finger moves: the stretch begins where it began in time.
    if (drag.pan) view.pan(drag.at - time(left));
    else {
      const begin = view.plot().valToPos(drag.at / 1000, "x");
      select(Math.min(begin, left), Math.abs(left - begin));
    }
  });
  root.addEventListener("pointerup", (event) => {
    if (!drag || event.pointerId !== drag.id) return;
    const { moved, pan, at } = drag;
    if (!moved && event.pointerType === "touch") view.tap(at);
    const to = view.plot() ? time(x(event)) : at;
    end();
    if (moved && !pan) view.zoom(Math.min(at, to), Math.max(at, to));
  });
  root.addEventListener("pointercancel", end);
  root.addEventListener("dblclick", (event) => {
    if (view.plot()?.over.contains(/** @type {Node} */ (event.target))) view.reset();
  });
  root.addEventListener(
    "wheel",
    (event) => {
      if (!view.plot()) return;
      const { from, to } = { from: time(0), to: time(view.plot().over.clientWidth) };
      const [across, down] = event.shiftKey ? [event.deltaY || event.deltaX, 0] : [event.deltaX, event.deltaY];
      if (event.ctrlKey) view.scale(event.deltaY > 0 ? 1.25 : 0.8, time(x(event)));
      else if (Math.abs(across) > Math.abs(down)) view.pan((across / 1_000) * (to - from));
      else return;
      event.preventDefault();
    },
    { passive: false },
  );
}
