// Suggests words and names while one types. Everything works without it.
"use strict";
{
  const box = document.getElementById("q");
  const list = document.createElement("datalist");
  let found = [];
  let asking = new AbortController();
  let wait;

  // Browsers compare letter by letter: « ecole » must be in the option « école ».
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/œ/g, "oe");

  const ask = async (text) => {
    asking.abort();
    asking = new AbortController();
    try {
      const query = new URLSearchParams({ q: text });
      const answer = await fetch(`/suggestions.json?${query}`, { signal: asking.signal });
      found = await answer.json();
    } catch {
      return;
    }
    for (const one of found) {
      if (one.kind !== "mot") one.label += ` (${one.kind})`;
    }
    list.replaceChildren(...found.map(({ label }) => new Option(plain(label), label)));
  };

  box.addEventListener("input", ({ inputType = "insertReplacementText" }) => {
    clearTimeout(wait);
    const chosen = found.find(({ label }) => label === box.value);
    if (!chosen || inputType !== "insertReplacementText") wait = setTimeout(ask, 150, box.value);
    else if (chosen.kind === "mot") box.form.requestSubmit();
    else location.assign(chosen.url);
  });

  list.id = "suggestions";
  box.after(list);
  box.setAttribute("list", list.id);
}
