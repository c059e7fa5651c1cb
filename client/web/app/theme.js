// SPDX-License-Identifier: MPL-2.0
// Dark or light before the first pixel, so it runs before everything else and is no module.
(() => {
  const root = document.documentElement;
  const read = () => {
    try {
      return localStorage.getItem('pln.theme');
    } catch {
      return null;
    }
  };
  const chosen = read();
  if (chosen === 'dark' || chosen === 'light') root.dataset.theme = chosen;
  window.plnTheme = {
    now: () => root.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'),
    choose(theme) {
      root.dataset.theme = theme;
      try {
        localStorage.setItem('pln.theme', theme);
      } catch {
        // A browser that keeps nothing shows it until the page is left.
      }
    },
  };
})();
