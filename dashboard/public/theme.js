// Applies a remembered theme before the first paint. A file of its own because the page allows no inline script.
try {
  const theme = localStorage.getItem('twinwire-theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // Storage can be forbidden: the system's theme stays.
}
