// Judges definitions by JSON Schema with ajv, for spec/core/judge_spec.lua.
// usage: node judge.js NODE_MODULES SCHEMAS IN OUT
// IN has a kind, a tab and a JSON text a line; OUT gets "valid", or what is wrong as JSON, a line.
"use strict";
const fs = require("fs");
const path = require("path");
const [modules, schemas, from, to] = process.argv.slice(2);
const Ajv = require(path.resolve(modules, "ajv/dist/2020")).default;
const ajv = new Ajv({ strict: false });

const judges = new Map();
function judge(kind) {
  if (!judges.has(kind)) {
    const file = path.join(schemas, kind + ".schema.json");
    judges.set(kind, ajv.compile(JSON.parse(fs.readFileSync(file, "utf8"))));
  }
  return judges.get(kind);
}

const verdicts = [];
for (const line of fs.readFileSync(from, "utf8").trimEnd().split("\n")) {
  const tab = line.indexOf("\t");
  const check = judge(line.slice(0, tab));
  if (check(JSON.parse(line.slice(tab + 1)))) verdicts.push("valid");
  else verdicts.push(JSON.stringify(check.errors.map((e) => `${e.instancePath} ${e.message}`)));
}
fs.writeFileSync(to, verdicts.join("\n") + "\n");
