// The scanning field: a hand scanner types a code and Enter; where the browser can read codes, so does the camera.
import { el, toast } from "./element.js";

/** Gives every `form[data-scan]` its camera button, where the browser has a reader of codes. */
export function startScan(root) {
  for (const form of root.querySelectorAll("form[data-scan]")) {
    const field = form.elements.code;
    if (window.matchMedia("(pointer: fine)").matches && !location.hash && !new URLSearchParams(location.search).size) {
      field.focus({ preventScroll: true });
    }
    const button = form.querySelector("[data-camera]");
    if (!button || !("BarcodeDetector" in window) || !navigator.mediaDevices?.getUserMedia) continue;
    button.hidden = false;
    button.addEventListener("click", () => look(form, button));
  }
}

async function look(form, button) {
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    toast(button.title || button.textContent);
    form.elements.code.focus();
    return;
  }
  const video = el("video", { playsInline: true, muted: true });
  const close = el("form", { method: "dialog" }, el("button", { "aria-label": "×" }, "×"));
  const dialog = el("dialog", { className: "camera-window" }, video, close);
  document.body.append(dialog);
  dialog.addEventListener("close", () => {
    stream.getTracks().forEach((track) => track.stop());
    dialog.remove();
  });
  video.srcObject = stream;
  dialog.showModal();
  await video.play();
  const reader = new window.BarcodeDetector({ formats: ["qr_code", "code_128"] });
  while (dialog.open) {
    const found = await reader.detect(video).catch(() => []);
    if (found.length) {
      form.elements.code.value = found[0].rawValue.trim();
      dialog.close();
      form.requestSubmit();
      return;
    }
    await new Promise((ready) => setTimeout(ready, 150));
  }
}
