// The peer of bench/client.lua: Microsoft's Graph client for JavaScript.
//   node graph.js ENDPOINT TOKEN COUNT IN_FLIGHT   prints seconds and the peak of memory in KiB
const { Client } = require("@microsoft/microsoft-graph-client");
const [endpoint, token, count, flying] = process.argv.slice(2);
const client = Client.init({
  baseUrl: endpoint + "/", customHosts: new Set(["127.0.0.1"]),
  authProvider: (done) => done(null, token),
});
const text = JSON.stringify({ TokenLifetimePolicy: { Version: 1, AccessTokenLifetime: "8:00:00" } });
let left = Number(count);
async function work() {
  while (left-- > 0) {
    const made = await client.api("/policies/tokenLifetimePolicies").post({
      displayName: "CustomTokenLifetimePolicy", definition: [text] });
    if (!made.id) throw new Error("no id");
  }
}
(async () => {
  const start = process.hrtime.bigint();
  await Promise.all(Array.from({ length: Number(flying) }, work));
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  console.log(seconds.toFixed(6), process.resourceUsage().maxRSS);
})().catch((error) => { console.error(error); process.exit(1); });
