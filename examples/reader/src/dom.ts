// Elements out of values. Text is always text: only the body of an article is HTML, which the server wrote out of a document.

type Child = Node | string | null | undefined | false;

export function h(name: string, attributes: Record<string, string | number | boolean | null | undefined>, ...children: (Child | Child[])[]): HTMLElement {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child): child is Node | string => child !== null && child !== undefined && child !== false && child !== ""));
  return element;
}

/** The path of an absolute URL of the site, as this reader serves it. */
export function here(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}
