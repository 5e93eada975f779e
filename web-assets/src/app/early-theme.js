// Sets the remembered theme before the first paint, so that a dark page does not flash white. It is not a module: a
// module would run too late, and this may be the only script that runs.
(function () {
  try {
    const theme = localStorage.getItem("lalin-theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // then the system's
  }
  if (new URLSearchParams(location.search).has("kiosk")) document.documentElement.toggleAttribute("data-kiosk", true);
})();
