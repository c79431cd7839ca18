// Somebody who uses Swagger UI: what they see and press.
import assert from "node:assert/strict";

/** Generous, for the machine may have other things to do. */
const LIMIT = 60_000;
/** The browser asks for the icon at any time, thus while the test has no server up. An icon that a server refuses is another message. */
const ASKED_IN_BETWEEN = /net::ERR_(?!BLOCKED)\w+ \S+\/favicon-\d+x\d+\.png$/;

export class Person {
  /** Sit down at a browser. Whatever it complains of, and whatever is asked of anybody but the server, is added to the complaints. */
  static async at(browser, origin, complaints) {
    const context = await browser.newContext({ viewport: { width: 1400, height: 1000 } });
    context.setDefaultTimeout(LIMIT);
    const person = Object.assign(new Person(), { origin, page: await context.newPage() });
    const complain = (what) => complaints.push(`${person.doing}: ${what}`);
    context.on("console", (message) => {
      const text = `${message.text()} ${message.location().url}`;
      if (message.type() === "error" && !ASKED_IN_BETWEEN.test(text)) complain(text);
    });
    context.on("weberror", (error) => complain(error.error()));
    context.on("request", (request) => {
      const { protocol, origin: asked } = new URL(request.url());
      if (asked !== origin && protocol !== "data:") complain(`a request to ${request.url()}`);
    });
    return person;
  }

  /** Open Swagger UI, anew if it is open. */
  async openSwaggerUi() {
    this.doing = "opening Swagger UI";
    this.group = null;
    const answer = await this.page.goto(`${this.origin}/docs/`);
    assert.match(answer.headers()["content-security-policy"], /default-src/);
    await this.page.locator(".opblock-tag-section").first().waitFor();
  }

  async signIn(email, password) {
    this.doing = "signing in";
    await this.page.locator("button.authorize").first().click();
    const dialog = this.page.locator(".dialog-ux");
    const form = dialog.locator(".auth-container", { hasText: "Token URL" });
    await form.locator("#oauth_username").fill(email);
    await form.locator("#oauth_password").fill(password);
    await form.locator("button.authorize").click();
    await form.locator('button:text("Logout")').waitFor();
    await dialog.locator(".close-modal").click();
  }

  /** Open a group of operations, and close the one before: what is open is drawn anew at each step. */
  async openGroup(tag) {
    if (tag === this.group) return;
    if (this.group) await this.page.locator(`#operations-tag-${this.group}`).click();
    await this.page.locator(`#operations-tag-${tag}`).click();
    await this.page.locator(".opblock").first().waitFor();
    this.group = tag;
  }

  async openOperation({ id, tag }) {
    this.doing = id;
    await this.openGroup(tag);
    this.block = this.page.locator(`#operations-${tag}-${id}`);
    await this.block.locator(".opblock-summary-control").click();
    await this.block.locator("button.execute").waitFor();
  }

  /** Fill in what the example cannot have. */
  async fillIn({ parameter, property, file, type = "application/octet-stream" }, value) {
    if (file) {
      await this.block.locator(".opblock-section-request-body select.content-type").first().selectOption(type);
      return this.block.locator(".opblock-section-request-body input[type=file]").first().setInputFiles(value);
    }
    if (parameter) return this.block.locator(`tr[data-param-name="${parameter}"] input`).fill(value);
    const area = this.block.locator("textarea.body-param__text");
    const example = JSON.parse(await area.inputValue());
    assert.ok(property in example, `the example has no ${property}`);
    return area.fill(JSON.stringify({ ...example, [property]: value }));
  }

  /** Carry out what is open; gives the status that is shown, and all that is shown of request and answer. */
  async execute() {
    await this.block.locator("button.execute").click();
    const answered = this.block.locator(".live-responses-table tr.response .response-col_status");
    const refused = this.block.locator(".validation-errors");
    await answered.or(refused).first().waitFor();
    if (await refused.isVisible()) return { status: null, shown: await refused.innerText() };
    const shown = await this.block.locator(".responses-inner > div").first().innerText();
    return { status: parseInt(await answered.first().innerText(), 10), shown };
  }

  /** Close what is open. Not with the mouse, which would have to find the way back over a long answer. */
  closeOperation() {
    return this.block.locator(".opblock-summary-control").dispatchEvent("click");
  }
}
