// Works on policies as a program would that knows nothing of bylaw: with the public client of Graph
// and the public credentials of Entra. What it sees goes to stdout as JSON.
//
// usage: node graph.mjs MODULES INPUT     INPUT: { url, authority, tenant, client, secret, kinds }
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const [modules, inputFile] = process.argv.slice(2);
const require = createRequire(resolve(modules, "x.js"));
const input = JSON.parse(readFileSync(inputFile, "utf8"));
const { Client, PageIterator } = require("@microsoft/microsoft-graph-client");
const { TokenCredentialAuthenticationProvider } =
  require("@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials");
const identity = require("@azure/identity");

const SCOPE = "https://graph.microsoft.com/.default";
const options = { authorityHost: input.authority, disableInstanceDiscovery: true };

const makers = {
  secret: () => new identity.ClientSecretCredential(input.tenant, input.client, input.secret, options),
  certificate: () => new identity.ClientCertificateCredential(input.tenant, input.client,
    { certificatePath: input.certificate }, options),
  assertion: () => new identity.ClientAssertionCredential(input.tenant, input.client,
    async () => readFileSync(input.assertion, "utf8"), options),
  workload: () => new identity.WorkloadIdentityCredential({ tenantId: input.tenant,
    clientId: input.client, tokenFilePath: input.assertion, ...options }),
  appService: () => new identity.ManagedIdentityCredential(),
  device: () => new identity.DeviceCodeCredential({ tenantId: input.tenant, clientId: input.client,
    userPromptCallback: approve, ...options }),
};

// Decides on a device code as a person would, on the page that is shown.
async function approve({ userCode, verificationUri }) {
  const answer = await fetch(verificationUri, { method: "POST",
    body: new URLSearchParams({ user_code: userCode, token: input.token, decision: "approve" }) });
  if (answer.status !== 200) throw new Error(`the page answered ${answer.status}`);
}

function connect(credential, version) {
  return Client.initWithMiddleware({
    authProvider: new TokenCredentialAuthenticationProvider(credential, { scopes: [SCOPE] }),
    baseUrl: input.url + "/",
    defaultVersion: version ?? "v1.0",
    customHosts: new Set([new URL(input.url).hostname]),
  });
}

async function each(client, path) {
  const names = [];
  const page = await client.api(path).top(2).get();
  const first = page.value.length;
  const iterator = new PageIterator(client, page, (item) => names.push(item.displayName));
  await iterator.iterate();
  return { names, first };
}

async function carrier(client, collection) {
  const application = await client.api("/applications").post({ displayName: "carrier" });
  if (collection === "applications") return application.id;
  return (await client.api("/servicePrincipals").post({ appId: application.appId })).id;
}

async function work(credential, kind) {
  const client = connect(credential, kind.version);
  const root = `${input.url}/${kind.version ?? "v1.0"}`;
  const path = `/policies/${kind.collection}`;
  const seen = { kind: kind.name, created: [] };
  for (let i = 1; i <= 5; i++)
    seen.created.push((await client.api(path)
      .post({ ...kind.body, displayName: `${kind.name} ${i}` })).id);
  const { names, first } = await each(client, path);
  seen.listed = names;
  seen.first = first;
  seen.filtered = (await client.api(path).filter(`displayName eq '${kind.name} 3'`).get())
    .value.map((item) => item.displayName);
  await client.api(`${path}/${seen.created[0]}`).patch({ displayName: "changed" });
  const got = await client.api(`${path}/${seen.created[0]}`).get();
  seen.changed = got.displayName;
  seen.definition = got.definition;
  seen.assigned = {};
  for (const collection of Object.values(kind.carriers)) {
    const id = await carrier(client, collection);
    const link = `/${collection}/${id}/${kind.collection}`;
    await client.api(`${link}/$ref`).post({ "@odata.id": `${root}${path}/${seen.created[1]}` });
    const on = (await client.api(link).get()).value.map((item) => item.displayName);
    const by = (await client.api(`${path}/${seen.created[1]}/appliesTo`).get()).value.map((o) => o.id);
    await client.api(`${link}/${seen.created[1]}/$ref`).delete();
    const after = (await client.api(link).get()).value.length;
    seen.assigned[collection] = { on, by: by.length === 1 && by[0] === id, after };
  }
  if (input.batch) {
    const requests = [
      { id: "1", method: "POST", url: path, headers: { "Content-Type": "application/json" },
        body: { ...kind.body, displayName: "in a batch" } },
      { id: "2", method: "GET", url: `${path}/${seen.created[2]}`, dependsOn: ["1"] },
      { id: "3", method: "GET", url: `${path}/00000000-0000-0000-0000-000000000000` },
    ];
    const answer = await client.api("/$batch").post({ requests });
    seen.batch = answer.responses.sort((a, b) => a.id.localeCompare(b.id)).map((r) => r.status);
    seen.created.push(answer.responses.find((r) => r.id === "1").body.id);
  }
  for (const id of seen.created) await client.api(`${path}/${id}`).delete();
  seen.left = (await client.api(path).get()).value.length;
  try {
    await client.api(`${path}/${seen.created[0]}`).get();
  } catch (error) {
    seen.error = { status: error.statusCode, code: error.code, id: Boolean(error.requestId) };
  }
  return seen;
}

const credential = makers[input.credential ?? "secret"]();
try {
  const seen = [];
  for (const kind of Object.values(input.kinds)) seen.push(await work(credential, kind));
  const token = await credential.getToken(SCOPE);
  console.log(JSON.stringify({ seen, lasts: token.expiresOnTimestamp > Date.now() }));
} catch (error) {
  console.log(JSON.stringify({ failed: error.name, code: error.code, message: error.message }));
  process.exitCode = 1;
}
