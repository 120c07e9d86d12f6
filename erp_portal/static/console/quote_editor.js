// Keeps the totals beside the quote editor up to date while somebody types. Without it the page
// works all the same: its "Recalculate" button asks the server for the same thing.
document.addEventListener("DOMContentLoaded", () => {
    const form = document.getElementById("quote-editor");
    const panel = document.getElementById("quote-panel");
    if (!form || !panel) return;
    const PAUSE_MS = 400;
    let timer = 0;
    let asked = null;
    let isDirty = "unsaved" in form.dataset; // the page shows what was sent but not saved

    const recalculate = async () => {
        if (asked) asked.abort(); // an older answer must not replace a newer one
        asked = new AbortController();
        panel.classList.add("is-recalculating");
        try {
            const answer = await fetch(form.dataset.panel, {
                method: "POST",
                body: new FormData(form),
                signal: asked.signal,
            });
            if (!answer.ok) throw new Error(String(answer.status));
            panel.innerHTML = await answer.text();
            panel.classList.remove("is-recalculating");
        } catch (error) {
            if (error.name !== "AbortError") panel.classList.remove("is-recalculating");
        }
    };
    form.addEventListener("input", () => {
        isDirty = true;
        clearTimeout(timer);
        timer = setTimeout(recalculate, PAUSE_MS);
    });
    form.addEventListener("submit", () => { isDirty = false; });
    // The buttons above act on what is saved; leaving with unsaved changes asks first.
    window.addEventListener("beforeunload", (event) => {
        if (isDirty) event.preventDefault();
    });
});
