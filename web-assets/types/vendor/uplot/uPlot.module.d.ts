/** Of the chart library, what the page uses. */
export default class uPlot {
  /** Grows with the screen's density. */
  static pxRatio: number;

  constructor(options: uPlot.Options, data: uPlot.Data, root: HTMLElement);

  readonly over: HTMLElement;
  readonly ctx: CanvasRenderingContext2D;
  readonly series: { alpha: number }[];
  redraw(rebuildPaths?: boolean): void;
  readonly bbox: { left: number; top: number; width: number; height: number };
  readonly width: number;
  readonly height: number;
  readonly scales: Record<string, { min: number; max: number }>;
  readonly cursor: { idx?: number | null; left: number; top: number };

  batch(draw: () => void): void;
  setData(data: uPlot.Data, rescale?: boolean): void;
  setScale(scale: string, ends: { min: number; max: number }): void;
  setSize(size: { width: number; height: number }): void;
  setCursor(place: { left: number; top: number }): void;
  setSelect(area: { left: number; top: number; width: number; height: number }, tell?: boolean): void;
  posToVal(position: number, scale: string): number;
  valToPos(value: number, scale: string, canvas?: boolean): number;
  destroy(): void;
}

export namespace uPlot {
  type Data = (number | null | undefined)[][];
  interface Options {
    width: number;
    height: number;
    plugins?: Plugin[];
    [option: string]: unknown;
  }
  interface Plugin {
    hooks: Partial<Record<"init" | "drawClear" | "draw" | "setCursor", (plot: uPlot) => void>>;
  }
}
