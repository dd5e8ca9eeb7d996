// ODK's own engine (@getodk/xforms-engine, as in ODK Web Forms) filled in like a person would; see typescript.py.
// It is written for browsers: jsdom lends it a document, and it must not take this for a node process.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { need } from "./packages.mjs";

const { JSDOM } = need("jsdom");
const { window } = new JSDOM("");
for (const name of [
  "DOMParser",
  "XMLSerializer",
  "Node",
  "Element",
  "Document",
  "XMLDocument",
  "Text",
  "Attr",
  "CDATASection",
  "Comment",
  "ProcessingInstruction",
  "XPathResult",
  "NodeFilter",
]) {
  if (window[name]) globalThis[name] = window[name];
}
const node = globalThis.process;
Object.assign(globalThis, { window, document: window.document });
globalThis.process = Object.create(node, { versions: { value: {} } });
const engine = await import(pathToFileURL(need.resolve("@getodk/xforms-engine")));

const [, ...lines] = readFileSync(0, "utf8").split("\n");
let form = null;

/** Every node of the instance in document order, with our own pointer of it. */
function* nodes(parent, at = "") {
  for (const child of parent.currentState.children) {
    const name = child.definition.nodeset.split("/").at(-1);
    if (child.nodeType === "group") {
      if (name !== "meta") yield* nodes(child, at);
    } else if (child.nodeType.startsWith("repeat-range")) {
      yield [child, `${at}/${name}`];
      for (const [row, instance] of child.currentState.children.entries())
        yield* nodes(instance, `${at}/${name}/${row}`);
    } else yield [child, `${at}/${name}`];
  }
}

function fill(node, value) {
  switch (node.nodeType) {
    case "select":
      return node.selectValues(value === null ? [] : [value].flat());
    case "input":
      return node.setValue(value === null ? "" : node.valueType === "int" ? BigInt(value) : value);
    case "trigger":
      return node.setValue(Boolean(value));
    case "upload":
      return node.setValue(value === null ? null : new File(["x"], `${value}.jpg`, { type: "image/jpeg" }));
  }
}

const read = (given, pointer) =>
  pointer
    .split("/")
    .slice(1)
    .reduce((at, step) => at?.[step] ?? null, given);

/** Fill in what is asked, top down, twice: what an answer unlocks is asked below it, but a choice may look ahead. */
function answer({ given }) {
  const root = filledIn(given);
  return Object.fromEntries(
    [...nodes(root)]
      .filter(([node]) => node.currentState.relevant)
      .map(([node, pointer]) => [pointer, [shown(node), node.validationState?.violation?.condition ?? null]]),
  );
}

function filledIn(given) {
  const { root } = form.createInstance();
  for (const pass of [1, 2]) {
    for (const [node, pointer] of nodes(root)) {
      if (!node.currentState.relevant) continue;
      if (node.nodeType.startsWith("repeat-range")) {
        const wanted = read(given, pointer)?.length ?? 0;
        while (node.currentState.children.length > wanted) node.removeInstances(0, 1);
        while (node.currentState.children.length < wanted) node.addInstances();
      } else if (pass) fill(node, read(given, pointer));
    }
  }
  return root;
}

/** Do a whole round with a server: list, form, manifest, fill in, submit; return each status and what was sent. */
async function submit({ url, user, password, given, times }) {
  const headers = { "X-OpenRosa-Version": "1.0", Authorization: `Basic ${btoa(`${user}:${password}`)}` };
  // A connection that idled while the form was loaded or filled in is closed: a client asks again.
  const ask = (address, more = {}) => {
    const once = () => fetch(address, { headers, ...more });
    return once().catch(once).catch(once);
  };
  const get = (address) => ask(address);
  const told = async (address, name) =>
    new DOMParser().parseFromString(await (await get(address)).text(), "text/xml").querySelector(name).textContent;
  const list = `${url}/openrosa/formList`;
  const stops = await told(await told(list, "manifestUrl"), "downloadUrl");
  form = await engine.loadForm(new URL(await told(list, "downloadUrl")), {
    fetchFormDefinition: get,
    fetchFormAttachment: () => get(stops),
  });
  if (form.status === "failure") throw form.error;
  const stop = (await (await get(stops)).text()).split("\n")[1].split(",")[0];
  const root = filledIn({ ...given, collect_stop: stop, collect_crew: true });
  const { status, data, violations } = await root.prepareInstancePayload({ payloadType: "monolithic" });
  const found = [];
  for (let time = 0; time < times; time += 1) {
    const sent = await ask(`${url}/openrosa/submission`, { method: "POST", body: data[0] });
    found.push(sent.status);
  }
  return { status, violations: violations?.length ?? 0, statuses: found, stop, parts: [...data[0].keys()] };
}

function shown({ nodeType, currentState }) {
  if (nodeType.startsWith("repeat-range")) return currentState.children.length;
  const value = currentState.value;
  if (nodeType === "upload") return value ? value.name : "";
  return currentState.instanceValue ?? String(value ?? "");
}

for (const line of lines) {
  const question = JSON.parse(line);
  let told = null;
  if (question.do === "form") {
    const Real = Date;
    const at = Real.parse(`${question.today}T12:00:00`);
    globalThis.Date = class extends Real {
      constructor(...given) {
        super(...(given.length ? given : [at]));
      }

      static now() {
        return at;
      }
    };
    form = await engine.loadForm(question.xform);
    if (form.status === "failure") throw form.error;
  } else told = question.do === "submit" ? await submit(question) : answer(question);
  node.stdout.write(`${JSON.stringify(told)}\n`);
}
