// A search box that Select2 puts in place of a select is named by its placeholder, which is
// empty. It gets the name that the select has: its own, or that of its label.
window.addEventListener("load", () => {
    const nameOf = (select) =>
        select.getAttribute("aria-label") || (select.labels[0] || {}).textContent || "";
    const label = () => {
        for (const box of document.querySelectorAll(".select2-container")) {
            const select = box.previousElementSibling;
            const words = select instanceof HTMLSelectElement ? nameOf(select).trim() : "";
            if (!words) continue;
            for (const part of box.querySelectorAll("[role=combobox], [role=textbox]")) {
                if (part.getAttribute("aria-label") === words) continue;
                part.setAttribute("aria-label", words);
                part.removeAttribute("aria-labelledby");
            }
        }
    };
    label();
    new MutationObserver(label).observe(document.body, {childList: true, subtree: true});
});
