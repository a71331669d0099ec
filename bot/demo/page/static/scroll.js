// Keeps a list at its end while the person is there, and leaves it alone while they read above.
const NEAR = 80;

export const isAtEnd = (scroll) => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR;

export function scrollToEnd(scroll) {
  scroll.scrollTop = scroll.scrollHeight;
}
