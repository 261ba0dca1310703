// Judges JSON documents, for spec/schemas_spec.lua.
// usage: node schema.js NODE_MODULES SCHEMAS CASES       docs/schemas, by ajv 8
//        node schema.js --sarif NODE_MODULES CASES       SARIF's own schema, by ajv 6
// CASES has a schema's name, a tab and a JSON text a line. Prints "valid" or what is wrong, a line.
"use strict";
const fs = require("fs");
const path = require("path");
const load = (file) => JSON.parse(fs.readFileSync(file, "utf8"));

function ours(modules, schemas) {
  const Ajv = require(path.resolve(modules, "ajv/dist/2020")).default;
  const ajv = new Ajv({ strict: true, strictRequired: false, strictTypes: false, allowUnionTypes: true });
  for (const file of fs.readdirSync(schemas)) {
    if (file.endsWith(".schema.json")) ajv.addSchema(load(path.join(schemas, file)));
  }
  return (name) => ajv.getSchema(`${name}.schema.json`);
}

function sarif(modules) {
  const Ajv = require(path.resolve(modules, "ajv"));
  const ajv = new Ajv({ schemaId: "id", meta: false, logger: false, unknownFormats: "ignore" });
  ajv.addMetaSchema(load(path.resolve(modules, "ajv/lib/refs/json-schema-draft-04.json")));
  const file = "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json";
  const check = ajv.compile(load(path.resolve(modules, file)));
  return () => check;
}

const args = process.argv.slice(2);
const judge = args[0] === "--sarif" ? sarif(args[1]) : ours(args[0], args[1]);
for (const line of fs.readFileSync(args[2], "utf8").trimEnd().split("\n")) {
  const tab = line.indexOf("\t");
  const check = judge(line.slice(0, tab));
  if (check(JSON.parse(line.slice(tab + 1)))) console.log("valid");
  else console.log(JSON.stringify(check.errors.map((e) => [e.instancePath || e.dataPath, e.message, e.params])));
}
