// Looks at pages in a headless Chromium as people would: at several widths, light, dark and on
// paper, with a mouse and with keys; and has axe-core judge them. What it sees goes to stdout as
// JSON.
//
// usage: node page.mjs MODULES CHROMIUM INPUT    INPUT: { folder, looks?: [name],
//   shots?: folder, handle?: name, find?: words, timed?: [name] }
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, executablePath, inputFile] = process.argv.slice(2);
const require = createRequire(resolve(modules, "x.js"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const input = JSON.parse(readFileSync(inputFile, "utf8"));

const WIDTHS = [400, 800, 1600];
const LOOKS = ["light", "dark", "print"];

const data = mkdtempSync(join(tmpdir(), "bylaw-page-"));
const context = await chromium.launchPersistentContext(data, {
  executablePath, headless: true, bypassCSP: false,
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

// A page with everything written down that it says or asks for.
const open = async (name) => {
  const page = await context.newPage();
  const seen = { console: [], requests: [], dialogs: [] };
  const url = pathToFileURL(join(input.folder, name)).href;
  page.on("console", (one) => seen.console.push(one.text()));
  page.on("pageerror", (one) => seen.console.push(String(one)));
  page.on("dialog", (one) => { seen.dialogs.push(one.message()); one.dismiss(); });
  page.on("request", (one) => {
    const asked = one.url();
    if (asked !== url && asked !== "data:,") seen.requests.push(asked);
  });
  const began = performance.now();
  await page.goto(url, { waitUntil: "load" });
  await page.evaluate(() => new Promise((done) =>
    requestAnimationFrame(() => requestAnimationFrame(done))));
  seen.seconds = (performance.now() - began) / 1000;
  return { page, seen };
};

const dress = async (page, width, look) => {
  await page.setViewportSize({ width, height: 1000 });
  await page.emulateMedia(look === "print" ? { media: "print", colorScheme: "light" }
    : { media: "screen", colorScheme: look });
};

const judge = async (page) => {
  const found = await page.evaluate(async () => {
    const { violations, passes } = await globalThis.axe.run(document, { resultTypes: ["violations"] });
    return { violations, contrast: passes.some((one) => one.id === "color-contrast") };
  });
  const list = found.violations.map((one) => `${one.id}: ${one.nodes.slice(0, 3)
    .map((node) => `${node.target} ${node.any.map((check) => check.message).join(" ")}`).join("; ")}`);
  if (!found.contrast && !found.violations.length) list.push("axe judged no contrast");
  return list;
};

const looks = async (name) => {
  const { page, seen } = await open(name);
  await page.evaluate(() => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
  await page.evaluate(axe);
  const views = {};
  for (const look of LOOKS) {
    for (const width of WIDTHS) {
      await dress(page, width, look);
      const overflow = await page.evaluate(() =>
        document.documentElement.scrollWidth - document.documentElement.clientWidth);
      views[`${look} ${width}`] = { overflow, axe: await judge(page) };
      if (input.shots) {
        await page.screenshot({ path: join(input.shots, `${name}-${look}-${width}.png`), fullPage: true });
      }
    }
  }
  await page.close();
  return { ...seen, views };
};

const isShown = (page, selector) => page.locator(selector).first().isVisible();

// What the tab key reaches, from the top: elements by name and class.
const reach = async (page) => {
  const reached = new Set();
  for (let i = 0; i < 100; i += 1) {
    await page.keyboard.press("Tab");
    const now = await page.evaluate(() => {
      const one = document.activeElement;
      return one === document.body ? null
        : one.tagName.toLowerCase() + (one.className ? "." + one.className : "");
    });
    if (now === null) break;
    reached.add(now);
  }
  return [...reached];
};

// Folds, by mouse and keys; finding; paper.
const handle = async (name) => {
  const { page, seen } = await open(name);
  await dress(page, 800, "light");
  const reached = await reach(page);
  await page.getByRole("button", { name: "Fold all", exact: true }).click();
  const did = { folded: await isShown(page, ".body") };
  await page.locator("summary").first().click();
  did.clicked = await isShown(page, ".body");
  await page.locator("summary").first().click();
  did.reached = reached;
  await page.locator("summary").first().focus();
  await page.keyboard.press("Enter");
  did.entered = await isShown(page, ".body");
  await page.getByRole("searchbox").fill(input.find);
  await page.waitForFunction(() => document.querySelector("output").textContent !== "");
  did.found = await page.locator("summary:visible .name").allTextContents();
  did.told = await page.locator("output").textContent();
  await page.getByRole("searchbox").fill("");
  await page.waitForFunction(() => document.querySelector("output").textContent === "");
  await page.getByRole("button", { name: "Unfold all" }).click();
  did.unfolded = await page.locator("details:not([open])").count();
  await page.getByRole("button", { name: "Fold all", exact: true }).click();
  const pdf = await page.pdf({ format: "A4" });
  did.pdf = pdf.length;
  did.text = await page.locator("summary .name").allTextContents();
  await page.emulateMedia({ media: "print" });
  did.printed = await page.locator(".body").first().evaluate((one) =>
    one.checkVisibility({ contentVisibilityAuto: true }));
  await page.close();
  return { ...seen, ...did };
};

const result = {};
try {
  for (const name of input.looks ?? []) result[name] = await looks(name);
  if (input.handle) result.handled = await handle(input.handle);
  for (const name of input.timed ?? []) {
    const { page, seen } = await open(name);
    seen.details = await page.locator("details").count();
    result[name] = seen;
    await page.close();
  }
} finally {
  await context.close();
  rmSync(data, { recursive: true, force: true });
}
console.log(JSON.stringify(result));
