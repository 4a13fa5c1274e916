// What a reader sees of a web page, in document order. Boxes are [x0, y0, x1, y1] in CSS pixels from the top of the page.
// Returns {title, width, height, parts: [{kind: "text" | "figure" | "table", level, words, box, caption, rows}]};
// a word is [text, x0, y0, x1, y1, ends], where `ends` says that a line ends after it.
() => {
  const SKIPPED = "script, style, noscript, template, nav, [role=navigation], [aria-hidden=true], option, datalist";
  const MEDIA = "img, svg, canvas, video, object";
  const LEAST_WIDTH = 80, LEAST_HEIGHT = 50;
  const parts = [];
  let words = [], level = 0;

  const seen = (element) => element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
  const placed = (rect) => [rect.left + scrollX, rect.top + scrollY, rect.right + scrollX, rect.bottom + scrollY];
  const box = (element) => placed(element.getBoundingClientRect());

  const wordsOf = (node) => {
    const range = document.createRange();
    const found = [];
    for (const match of node.nodeValue.matchAll(/\S+/g)) {
      range.setStart(node, match.index);
      range.setEnd(node, match.index + match[0].length);
      const rect = range.getBoundingClientRect();
      if (rect.width > 0 && rect.height > 0) found.push([match[0], ...placed(rect), false]);
    }
    return found;
  };

  const wordsIn = (element) => {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) {
      const parent = walker.currentNode.parentElement;
      if (!parent.closest(SKIPPED) && seen(parent)) found.push(...wordsOf(walker.currentNode));
    }
    return found;
  };

  const flush = () => {
    if (words.length) parts.push({ kind: "text", level, words });
    words = [];
  };

  const largeMedia = (element) =>
    [...(element.matches(MEDIA) ? [element] : element.querySelectorAll(MEDIA))].filter((media) => {
      const { width, height } = media.getBoundingClientRect();
      return seen(media) && width >= LEAST_WIDTH && height >= LEAST_HEIGHT && !media.parentElement.closest("svg");
    });

  const figure = (element) => {
    const media = largeMedia(element);
    if (!media.length) return false;
    const boxes = media.map(box);
    const caption = element.querySelector("figcaption");
    const alt = media.map((m) => m.getAttribute("alt") || m.getAttribute("aria-label") || "").filter(Boolean).join("; ");
    parts.push({
      kind: "figure", alt, caption: caption ? wordsIn(caption) : [],
      inside: media.filter((m) => m.matches("svg")).flatMap(wordsIn),
      box: [0, 1, 2, 3].map((side) => Math[side < 2 ? "min" : "max"](...boxes.map((b) => b[side]))),
    });
    if (caption) parts.push({ kind: "text", level: 0, words: wordsIn(caption) });
    return true;
  };

  const table = (element) => {
    const rows = [...element.rows].map((row) => [...row.cells].map((cell) => ({ words: wordsIn(cell), span: cell.colSpan })));
    const columns = Math.max(0, ...rows.map((row) => row.length));
    if (rows.length < 2 || columns < 2 || element.querySelector("table") || largeMedia(element).length) return false;
    const caption = element.caption ? wordsIn(element.caption) : [];
    parts.push({ kind: "table", rows, caption, box: box(element) });
    return true;
  };

  const walk = (element) => {
    if (element.matches(SKIPPED) || !(seen(element) || getComputedStyle(element).display === "contents")) return;
    const inline = getComputedStyle(element).display.startsWith("inline");
    const heading = /^H[1-6]$/.test(element.tagName);
    if (!inline) flush();
    if (element.matches("figure") || element.matches(MEDIA)) {
      if (element.matches(MEDIA)) { flush(); figure(element); return; }
      if (figure(element)) return;
    }
    if (element.tagName === "TABLE" && table(element)) return;
    if (element.tagName === "BR" && words.length) words[words.length - 1][5] = true;
    if (heading) level = Number(element.tagName[1]);
    for (const child of (element.shadowRoot || element).childNodes) {
      if (child.nodeType === Node.TEXT_NODE) words.push(...wordsOf(child));
      else if (child.nodeType === Node.ELEMENT_NODE) walk(child);
    }
    if (!inline) flush();
    if (heading) level = 0;
  };

  walk(document.body);
  flush();
  const root = document.documentElement;
  return { title: document.title, width: root.clientWidth, height: Math.max(root.scrollHeight, root.clientHeight), parts };
}
