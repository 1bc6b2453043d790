#!/usr/bin/env python3
"""Check the pages of a site without a browser: links, anchors, pictures, and that nothing comes from elsewhere.

    check.py DIR

MkDocs has checked the links that pages have in Markdown. This reads what it made of them.
"""

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Page(HTMLParser):
    """What a page has of anchors, and what it refers to."""

    def __init__(self, path):
        super().__init__()
        self.anchors, self.links, self.parts, self.faults = set(), [], [], []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if "id" in attributes:
            if attributes["id"] in self.anchors:
                self.faults.append(f"two elements have the id {attributes['id']}")
            self.anchors.add(attributes["id"])
        if tag == "a" and "href" in attributes:
            self.links.append(attributes["href"])
        if tag in ("img", "script", "link"):
            self.parts += [attributes[name] for name in ("src", "href") if name in attributes]
        if tag == "img" and not attributes.get("alt"):
            self.faults.append(f"picture {attributes.get('src')} has no text in its place")


def main():
    site = Path(sys.argv[1])
    pages = {path: Page(path) for path in sorted(site.rglob("*.html"))}
    faults = [
        f"{path.relative_to(site)}: {fault}" for path, page in pages.items() for fault in look_at(path, page, pages)
    ]
    for fault in faults:
        print(fault, file=sys.stderr)
    links = sum(len(page.links) for page in pages.values())
    print(f"{len(pages)} pages, {links} links, {len(faults)} faults")
    sys.exit(bool(faults) or not pages)


def look_at(path, page, pages):
    yield from page.faults
    for part in page.parts:
        if urlsplit(part).scheme or not (path.parent / unquote(part)).is_file():
            yield f"{part} is not a file of the site"
    for link in page.links:
        url = urlsplit(link)
        if url.scheme:
            if url.scheme != "https":
                yield f"link to {link}"
            continue
        target = (path.parent / unquote(url.path)).resolve() if url.path else path
        if not target.is_file():
            yield f"link to {link}, which is not there"
        elif url.fragment and target in pages and unquote(url.fragment) not in pages[target].anchors:
            yield f"link to {link}, which has no such section"


if __name__ == "__main__":
    main()
