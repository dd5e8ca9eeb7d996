// Runs the TypeScript twins of the Python evaluators on questions from stdin; see typescript.py.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { need } from "./packages.mjs";

const { build } = need("esbuild");
const SHARED = fileURLToPath(new URL("../../web/src/shared/", import.meta.url));
const [first, ...lines] = readFileSync(0, "utf8").split("\n");
const { mutate } = JSON.parse(first);

const plant = {
  name: "plant",
  setup(bundler) {
    bundler.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      return { contents: mutate ? text.replaceAll(mutate[0], mutate[1]) : text, loader: "ts" };
    });
  },
};

async function twin(name) {
  const { outputFiles } = await build({
    entryPoints: [`${SHARED}${name}.ts`],
    bundle: true,
    format: "esm",
    target: "es2022",
    write: false,
    plugins: [plant],
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}

const [answers, expressions, expression, rules] = await Promise.all(
  ["answers", "expressions", "compliance/expression", "compliance/evaluate"].map(twin),
);
const forms = {};

const DO = {
  form: ({ name, document }) => void (forms[name] = document),
  check({ form, given, today, language }) {
    const found = answers.check(forms[form], given, { today, language });
    return [found.answers, found.flaws.map((flaw) => [flaw.pointer, flaw.kind, flaw.message]), found.revealsDebt];
  },
  evaluate: ({ tree, today, answers: given, row, own }) =>
    expressions.evaluate(tree, { answers: given, today, row, own }),
  rule: ({ expression: one, facts, params, utcOffsetMin }) => expression.evaluate(one, { facts, params, utcOffsetMin }),
  pack: ({ name, document }) => void (forms[name] = document),
  gate: ({ pack, gate, facts }) =>
    rules.evaluate(forms[pack], gate, facts).map(({ rule, finding, action }) => [rule.id, finding, action]),
};

for (const line of lines) {
  const { do: name, ...question } = JSON.parse(line);
  let answer;
  try {
    answer = DO[name](question) ?? null;
  } catch (fault) {
    answer = { error: fault.constructor.name };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
