// A button beside each BibTeX entry copies it; where that is not allowed, it selects it.
for (const block of document.querySelectorAll(".rc-bibtex")) {
  const [entry, button] = block.children;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(entry.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(entry);
      button.textContent = "Selected";
    }
  });
}
