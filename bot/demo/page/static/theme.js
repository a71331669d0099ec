// Applies the chosen theme before the first paint; the toggle stores it.
{
  const chosen = localStorage.getItem("theme");
  if (chosen) document.documentElement.dataset.theme = chosen;
}
