// A chosen file becomes the text of a form's field, so that it is sent as any other fact; nothing leaves the page before.
const MOST_BYTES = 200_000;

export function startPasteFile(page) {
  for (const place of page.querySelectorAll("[data-file-into]")) {
    const area = page.querySelector(`textarea[name="${place.dataset.fileInto}"]`);
    const choose = place.querySelector("input[type=file]");
    if (!area || !choose) continue;
    place.hidden = false;
    choose.addEventListener("change", async () => {
      const file = choose.files[0];
      if (!file || file.size > MOST_BYTES) return;
      area.value = textOf(await file.arrayBuffer());
      area.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
}

/** The letters of a file by its byte order mark or its own word; an unknown encoding is read as UTF-8. */
function textOf(buffer) {
  const bytes = new Uint8Array(buffer);
  const start = String.fromCharCode(...bytes.slice(0, 200));
  const marked = bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : bytes[0] === 0xfe && bytes[1] === 0xff ? "utf-16be" : "";
  const said = /encoding\s*=\s*["']([\w.-]{1,40})["']/i.exec(start)?.[1] ?? "";
  try {
    return new TextDecoder(marked || said || "utf-8").decode(buffer);
  } catch {
    return new TextDecoder().decode(buffer);
  }
}
