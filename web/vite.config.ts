// One package, two clients: `vite build` makes the phone's, `vite build --mode console` the desk's.

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import vue from "@vitejs/plugin-vue";
import { marked } from "marked";
import { defineConfig, type Plugin, type UserConfig } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Write sw.js with the list of every built file and a version that changes when any of them does. */
function serviceWorker(source: string): Plugin {
  return {
    name: "doorstep-service-worker",
    apply: "build",
    generateBundle(_, bundle) {
      const files = Object.keys(bundle).filter((name) => !name.endsWith(".map"));
      const whole = createHash("sha256");
      for (const name of files.sort()) {
        const item = bundle[name]!;
        whole.update(name).update(item.type === "chunk" ? item.code : item.source);
      }
      const version = whole.digest("hex").slice(0, 12);
      const shell = JSON.stringify(["./", "manifest.webmanifest", "icon.svg", ...files.filter((name) => name !== "index.html")]);
      const code = readFileSync(source, "utf8").replace("__VERSION__", version).replace("__SHELL__", shell);
      this.emitFile({ type: "asset", fileName: "sw.js", source: code });
    },
  };
}

/** A line that goes on in Chinese on the next one: HTML would show a space there. Not a heading. */
const CHINESE_LINE_END = /^(?!#)(.*[\u3000-\u9fff\uff00-\uffef”])\n *(?=[“\u3000-\u9fff\uff00-\uffef])/gm;

/** Make a guide (docs/guide/*.md) into a module of its HTML; its pictures become files of the build, or are left out. */
function guides(pictures: "with pictures" | "words only"): Plugin {
  return {
    name: "doorstep-guides",
    transform(code, id) {
      if (!/\/docs\/guide\/[^/]+\.md$/.test(id)) return null;
      const imports: string[] = [];
      const joined = code.replace(CHINESE_LINE_END, "$1");
      const told = pictures === "words only" ? joined.replace(/^!\[[^\]]*\]\([^)]*\)\n*/gm, "") : joined;
      const html = JSON.stringify(marked.parse(told, { async: false }));
      const whole = html.replace(/src=\\"([^":]+\.(?:png|jpg|svg|webp))\\"/g, (kept, path: string) => {
        if (!existsSync(join(dirname(id), path))) return kept;
        imports.push(`import picture${imports.length} from ${JSON.stringify(`./${path}`)};`);
        return `src=\\"" + picture${imports.length - 1} + "\\"`;
      });
      return { code: `${imports.join("\n")}\nexport default ${whole};`, map: null };
    },
  };
}

const shared = {
  define: { __VUE_OPTIONS_API__: "false", __VUE_PROD_DEVTOOLS__: "false" },
  resolve: { alias: { "@shared": here("src/shared"), "@phone": here("src/phone"), "@console": here("src/console") } },
  server: { proxy: { "/v1": "http://127.0.0.1:8000" } },
};

const built = (client: string) => ({
  outDir: here(`../server/static/${client}`),
  emptyOutDir: true,
  target: "es2022",
  assetsInlineLimit: 0,
  modulePreload: { polyfill: false },
  sourcemap: false,
});

const phone: UserConfig = {
  ...shared,
  root: here("src/phone"),
  base: "/m/",
  plugins: [guides("words only"), vue(), serviceWorker(here("src/phone/sw.js"))],
  build: built("m"),
};

const desk: UserConfig = {
  ...shared,
  root: here("src/console"),
  base: "/console/",
  plugins: [guides("with pictures"), vue()],
  build: { ...built("console"), chunkSizeWarningLimit: 900 },
};

export default defineConfig(({ mode }) => (mode === "console" ? desk : phone));
