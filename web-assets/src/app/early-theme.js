// The theme that was chosen here, before anything is painted: a page that flashes white hurts in the dark.
// No module: it has to run before the page is shown, and it may be the only thing that does.
(function () {
  try {
    const theme = localStorage.getItem("lalin-theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // then the system's
  }
  if (new URLSearchParams(location.search).has("kiosk")) document.documentElement.toggleAttribute("data-kiosk", true);
})();
