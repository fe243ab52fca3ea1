// The element that Locust's UI shows as the tab: it fetches ./live and replaces the sections that changed.
// Links and focus in the other sections stay. In a shadow root, so that no style leaks in or out.
const live = new URL("live", document.currentScript.src);

customElements.define("swarmgate-comparison", class extends HTMLElement {
  connectedCallback() {
    this.root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    this.root.append(...this.childNodes);  // what the page holds for browsers without scripts
    this.refresh();
    this.timer = setInterval(() => document.hidden || this.refresh(), 2000);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  async refresh() {
    live.search = this.getAttribute("query") ?? "";
    const answer = await fetch(live).catch(() => null);
    if (answer?.redirected) location.reload();  // the login has expired
    if (!answer?.ok) return this.toggleAttribute("stale", true);
    this.toggleAttribute("stale", false);
    const fresh = document.createElement("template");
    fresh.innerHTML = await answer.text();
    const [before, after] = [this.root, fresh.content].map((tree) => [...tree.children]);
    if (before.length !== after.length) return this.root.replaceChildren(fresh.content);
    before.forEach((old, place) => old.isEqualNode(after[place]) || old.replaceWith(after[place]));
  }
});
