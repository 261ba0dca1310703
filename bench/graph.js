// The peer of bench/client.lua: Microsoft's Graph client for JavaScript.
//   node graph.js ENDPOINT TOKEN COUNT IN_FLIGHT   prints seconds and the peak of memory in KiB
const { Client, HTTPMessageHandler, RetryHandler, RetryHandlerOptions } =
  require("@microsoft/microsoft-graph-client");
const [endpoint, token, count, flying] = process.argv.slice(2);
// Its own handler adds a token to https alone; this one does so over loopback.
const bearer = {
  setNext(next) { this.next = next; },
  execute(context) {
    const headers = Object.assign({}, context.options.headers);
    headers.Authorization = "Bearer " + token;
    context.options.headers = headers;
    return this.next.execute(context);
  },
};
const retry = new RetryHandler(new RetryHandlerOptions());
retry.setNext(new HTTPMessageHandler());
bearer.setNext(retry);
const client = Client.initWithMiddleware({ baseUrl: endpoint + "/", middleware: bearer });
const text = JSON.stringify({ TokenLifetimePolicy: { Version: 1, AccessTokenLifetime: "8:00:00" } });
let left = Number(count);
async function work() {
  while (left-- > 0) {
    const path = "/policies/tokenLifetimePolicies";
    const made = await client.api(path).post({
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
