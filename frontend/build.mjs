// Bundles the browser side of luoshu into plain scripts that also open from file://, where modules are blocked.
//
//   node build.mjs [OUT]     default ../luoshu/show/static/built
//
// luoshu.js and luoshu.css are for every page, with luoshu-early.js in the head so that none flashes in the wrong theme;
// luoshu-chart.js and luoshu-map.js are only for the pages that draw, luoshu-desk.js for those of the desk.
import { readFileSync, writeFileSync, mkdirSync, readdirSync, existsSync, statSync, rmSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(here, process.argv[2] ?? "../luoshu/show/static/built");
const browsers = ["chrome90", "edge90", "firefox91", "safari15"];

const settings = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  format: "iife",
  target: browsers,
  charset: "utf8",
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
  // MapLibre asks for the address of its own module only where no worker address was set; map.js sets one.
  define: { "import.meta.url": '""', "process.env.NODE_ENV": '"production"' },
};

/** The map's worker as a string inside the bundle: file:// lets no script be fetched, so it is started from a blob. */
const asText = {
  name: "as-text",
  setup(build) {
    build.onResolve({ filter: /^text:/ }, (found) => ({
      path: join(here, "node_modules", found.path.slice("text:".length)),
      namespace: "text",
    }));
    build.onLoad({ filter: /.*/, namespace: "text" }, (found) => ({
      contents: readFileSync(found.path, "utf8"),
      loader: "text",
    }));
    build.onResolve({ filter: /^worker:/ }, (found) => ({
      path: found.path.slice("worker:".length),
      namespace: "worker",
    }));
    build.onLoad({ filter: /.*/, namespace: "worker" }, async (found) => {
      const made = await esbuild.build({
        ...settings,
        entryPoints: [join("node_modules", found.path)],
        write: false,
      });
      packages(made.metafile).forEach((name) => used.add(name));
      return { contents: made.outputFiles[0].text, loader: "text" };
    });
  },
};

/** The dark palette is written once, for who chose it by hand; here it is said again for whose system asks for it. */
const darkBySystem = {
  name: "dark-by-system",
  setup(build) {
    build.onLoad({ filter: /palette\.css$/ }, (found) => {
      const css = readFileSync(found.path, "utf8");
      const dark = /^:root\[data-theme="dark"\] \{\n[^}]*\}/m.exec(css)?.[0];
      if (!dark) throw new Error("palette.css has no dark palette");
      const asked = dark.replace('[data-theme="dark"]', ':not([data-theme="light"])');
      return { contents: `${css}\n@media (prefers-color-scheme: dark) {\n${asked}\n}\n`, loader: "css" };
    });
  },
};

const used = new Set();

/** Names of the packages that a bundle took code from. */
function packages(metafile) {
  const names = Object.keys(metafile.inputs).map((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]);
  return new Set(names.filter(Boolean));
}

/** What MapLibre's own file was already bundled from: its dependencies, with their licences, all the way down. */
function withDependencies(names) {
  const all = new Set();
  const add = (name) => {
    const file = join(here, "node_modules", name, "package.json");
    if (all.has(name) || !existsSync(file)) return;
    all.add(name);
    Object.keys(JSON.parse(readFileSync(file, "utf8")).dependencies ?? {}).forEach(add);
  };
  names.forEach(add);
  return [...all].filter((name) => !name.startsWith("@types/")).sort();
}

/** The licences of all that is bundled, in one file that goes with it. */
function notices(names) {
  const parts = names.map((name) => {
    const folder = join(here, "node_modules", name);
    const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const files = readdirSync(folder)
      .filter((file) => /^(licen[cs]e|notice|copying)(\.\w+)?$/i.test(file))
      .sort();
    const texts = files.map((file) => readFileSync(join(folder, file), "utf8").trim());
    const head = `${about.name} ${about.version}\nLicence: ${about.license ?? "see below"}`;
    return [head, ...(texts.length ? texts : [`Author: ${JSON.stringify(about.author ?? "")}`])].join("\n\n");
  });
  const rule = `\n\n${"-".repeat(80)}\n\n`;
  return `The scripts beside this file contain the following packages.${rule}${parts.join(rule)}\n`;
}

async function bundle() {
  const made = await esbuild.build({
    ...settings,
    entryPoints: {
      luoshu: "src/luoshu.js",
      "luoshu-early": "src/early.js",
      "luoshu-chart": "src/chart.js",
      "luoshu-map": "src/map.js",
      "luoshu-desk": "src/desk.js",
      "luoshu-worker": "src/worker.js",
      style: "src/style/luoshu.css",
    },
    plugins: [asText, darkBySystem],
    outdir: out,
    write: false,
  });
  packages(made.metafile).forEach((name) => used.add(name));
  const files = new Map(
    made.outputFiles.map((file) => [basename(file.path).replace("style.css", "luoshu.css"), file.contents]),
  );
  files.set("licences.txt", notices(withDependencies(used)));
  // nothing is touched before all is made: a build that fails leaves the old files
  mkdirSync(out, { recursive: true });
  for (const old of readdirSync(out)) if (!files.has(old)) rmSync(join(out, old), { recursive: true });
  for (const [name, contents] of files) writeFileSync(join(out, name), contents);
}

await bundle();
for (const file of readdirSync(out).sort()) {
  const path = join(out, file);
  const packed = gzipSync(readFileSync(path)).length;
  console.log(
    `${file.padEnd(14)} ${(statSync(path).size / 1024).toFixed(1).padStart(8)} KiB  ${(packed / 1024).toFixed(1).padStart(7)} KiB gzipped`,
  );
}
