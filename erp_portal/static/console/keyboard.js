// unfold 0.91 makes some buttons of spans and of links without an address: a mouse can press
// them, a keyboard cannot reach them. Here they become buttons for everybody.
document.addEventListener("DOMContentLoaded", () => {
    const names = {dock_to_right: "Menu", close: "Close the menu"};
    const fakes = document.querySelectorAll("span[x-on\\:click], a[x-on\\:click]:not([href])");
    for (const fake of fakes) {
        fake.tabIndex = 0;
        fake.setAttribute("role", "button");
        const name = names[fake.textContent.trim()];
        if (name) fake.setAttribute("aria-label", name);
        fake.addEventListener("keydown", (event) => {
            if (event.key !== "Enter" && event.key !== " ") return;
            event.preventDefault();
            fake.click();
        });
    }
});
