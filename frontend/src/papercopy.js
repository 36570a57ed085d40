// A printed map: browsers leave WebGL canvases out or print them black, and paper is light. Before printing, the map is
// painted in light colours and copied onto a plain canvas that stands in for it; afterwards all is as before.

export class PaperCopy {
  constructor(atlas) {
    this.atlas = atlas;
    addEventListener("beforeprint", () => this.before());
    addEventListener("afterprint", () => this.after());
  }

  before() {
    const { atlas } = this;
    if (!atlas.box.dataset.live || this.copy) return;
    const root = document.documentElement;
    this.theme = root.dataset.theme ?? "";
    root.dataset.theme = "light";
    atlas.repaint();
    const source = atlas.view.getCanvas();
    const scale = Math.max(1, window.devicePixelRatio);
    this.copy = Object.assign(document.createElement("canvas"), { className: "map-paper", width: source.width, height: source.height });
    const brush = this.copy.getContext("2d", { willReadFrequently: true }); // kept in memory: paper is not painted by the graphics card
    atlas.view.redraw(); // at once, so that the drawing is still there when it is copied
    brush.drawImage(source, 0, 0);
    this.copy.style.maxWidth = `${source.width / scale}px`;
    atlas.canvas.append(this.copy);
  }

  after() {
    if (!this.copy) return;
    this.copy.remove();
    this.copy = undefined;
    if (this.theme) document.documentElement.dataset.theme = this.theme;
    else delete document.documentElement.dataset.theme;
    this.atlas.repaint();
  }
}
