// The past by hand: a drag looks closer, shift-drag and the wheel move, Ctrl-wheel and keys look closer or wider, the
// pointer asks what was there.

/** A drag shorter than this, px, is a click. */
const LEAST = 8;

/**
 * @param {HTMLElement} root
 * @param {object} view
 * @param {import("./history-picture.js").HistoryPicture} view.picture
 * @param {(from: number, to: number) => void} view.zoom ms
 * @param {(part: number) => void} view.move by a part of what is seen
 * @param {(factor: number, at?: number) => void} view.scale
 * @param {(t: number|null) => void} view.point
 * @param {() => number|null} view.pointed
 * @param {() => {from: number, to: number}} view.range
 * @param {() => void} view.leave
 */
export function historyHand(root, view) {
  const { picture } = view;
  let drag = null;
  const end = () => {
    drag = null;
    picture.picked(null);
    root.classList.remove("panning");
  };
  root.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !event.isPrimary) return;
    drag = {
      id: event.pointerId,
      x: event.clientX,
      at: picture.time(event.clientX),
      pan: event.shiftKey,
      moved: false,
    };
  });
  root.addEventListener("pointermove", (event) => {
    const t = picture.time(event.clientX);
    if (!drag || drag.id !== event.pointerId) {
      if (event.pointerType !== "touch") view.point(t);
      return;
    }
    if (!drag.moved && Math.abs(event.clientX - drag.x) < LEAST) return;
    if (!drag.moved) {
      drag.moved = true;
      root.setPointerCapture(drag.id);
      root.classList.toggle("panning", drag.pan);
      view.point(null);
    }
    const { from, to } = view.range();
    if (drag.pan) view.move((drag.at - t) / (to - from));
    else picture.picked(drag.at, t);
  });
  root.addEventListener("pointerup", (event) => {
    if (!drag || drag.id !== event.pointerId) return;
    const { moved, pan, at } = drag;
    const t = picture.time(event.clientX);
    end();
    if (!moved) view.point(t);
    else if (!pan) view.zoom(Math.min(at, t), Math.max(at, t));
  });
  root.addEventListener("pointercancel", end);
  root.addEventListener("pointerleave", (event) => {
    if (event.pointerType !== "touch") view.point(null);
  });
  root.addEventListener("dblclick", () => view.scale(4));
  root.addEventListener(
    "wheel",
    (event) => {
      const sideways =
        Math.abs(event.deltaX) > Math.abs(event.deltaY) ? event.deltaX : event.shiftKey ? event.deltaY : 0;
      if (event.ctrlKey) view.scale(event.deltaY > 0 ? 1.25 : 0.8, picture.time(event.clientX));
      else if (sideways !== 0) view.move(sideways / 1_000);
      else return;
      event.preventDefault();
    },
    { passive: false },
  );
  const keys = {
    ArrowLeft: (event) => (event.shiftKey ? view.move(-0.5) : step(-1)),
    ArrowRight: (event) => (event.shiftKey ? view.move(0.5) : step(1)),
    PageUp: () => view.move(-1),
    PageDown: () => view.move(1),
    "+": () => view.scale(0.5, view.pointed() ?? undefined),
    "=": () => view.scale(0.5, view.pointed() ?? undefined),
    "-": () => view.scale(2, view.pointed() ?? undefined),
    Escape: () => view.leave(),
  };
  /** The cross-hair goes along; at an edge the picture does. */
  const step = (by) => {
    const { from, to } = view.range();
    const t = (view.pointed() ?? (from + to) / 2) + (by * (to - from)) / 100;
    if (t < from || t > to) view.move(by / 4);
    view.point(Math.min(Math.max(t, view.range().from), view.range().to));
  };
  root.addEventListener("keydown", (event) => {
    const act = keys[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    act(event);
  });
}
