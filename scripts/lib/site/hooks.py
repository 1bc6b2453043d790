"""What MkDocs does not do by itself: links that leave docs/, GitHub's Markdown, and a search that needs no server.

The pages are written to be read on GitHub, too, so they link to the project's files by their paths. Here such a file
gets a page of its own with its text, and a directory one with what is in it.
"""

import json
import posixpath
import re
from pathlib import Path

from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString
from mkdocs.structure.files import File, InclusionLevel

ROOT = Path(__file__).resolve().parents[3]

# Pages of the site that live elsewhere in the project -> their names in the site.
ELSEWHERE = {
    "CHANGELOG.md": "changelog.md",
    "examples/README.md": "examples.md",
}
# What has the same to say as a page of the site.
SAME = ELSEWHERE | {"README.md": "index.md", "CONTRIBUTING.md": "contribute.md"}

LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#)([^)#\s]+)")
HIDDEN = {"__pycache__", "node_modules", "build", "target"}


class Tables(Extension, Treeprocessor):
    """A cell knows the head of its column, for where there is no room for columns; and a bar is a bar in code."""

    def extendMarkdown(self, md):  # noqa: N802
        md.treeprocessors.register(self, "tables", 1)

    def run(self, root):
        for table in root.iter("table"):
            heads = ["".join(head.itertext()) for head in table.iter("th")]
            for row in table.find("tbody"):
                for cell, head in zip(row, heads, strict=True):
                    cell.set("data-head", head)
            for code in table.iter("code"):
                code.text = AtomicString(code.text.replace(r"\|", "|"))


def on_config(config):
    config.mdx_configs.setdefault("toc", {})["slugify"] = github_slug
    config.markdown_extensions.append(Tables())
    config.theme.static_templates.discard("sitemap.xml")  # which is empty where the address is not known
    return config


def github_slug(title, separator):
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", separator)


def on_files(files, config):
    for path, name in ELSEWHERE.items():
        if (ROOT / path).exists():
            files.append(File.generated(config, name, content=(ROOT / path).read_text()))
    for path in sorted({path for file in files.documentation_pages() for path in leads_to(file)}):
        if path not in SAME and not path.startswith("docs/"):
            page = File.generated(
                config, source_page(path), content=source_text(path), inclusion=InclusionLevel.NOT_IN_NAV
            )
            files.append(page)
    return files


def on_page_markdown(markdown, page, **_):
    """Turn paths in the project into paths in the site."""

    def in_site(match):
        path = in_project(page.file.src_uri, match[1])
        name = path.removeprefix("docs/") if path.startswith("docs/") else SAME.get(path) or source_page(path)
        return posixpath.relpath(name, posixpath.dirname(page.file.src_uri) or ".")

    return markdown if page.file.src_uri.startswith("source/") else LINK.sub(in_site, markdown)


def on_post_build(config):
    """A page that is read from a disk may not fetch an index, but it may run it as a script."""
    index = Path(config.site_dir, "search/search_index.json")
    sections = [
        [entry["location"], entry["title"], " ".join(entry["text"].split())]
        for entry in json.loads(index.read_text())["docs"]
        if not entry["location"].startswith("source/")
    ]
    index.with_name("index.js").write_text(f"const sections = {json.dumps(sections, ensure_ascii=False)}\n")
    index.unlink()


def leads_to(file):
    """The paths in the project that a page links to."""
    return {in_project(file.src_uri, match[1]) for match in LINK.finditer(file.content_string)}


def in_project(page, link):
    """Where a link leads, seen from the root of the project."""
    home = next((path for path, name in ELSEWHERE.items() if name == page), f"docs/{page}")
    return posixpath.normpath(posixpath.join(posixpath.dirname(home), link))


def source_page(path):
    return f"source/{path}.md"


def source_text(path):
    """A page that shows a file, or what is in a directory."""
    place = ROOT / path
    if not place.exists():
        raise FileNotFoundError(f"a page links to {path}, which is not there")
    if place.is_dir():
        names = sorted(entry.name + "/" * entry.is_dir() for entry in place.iterdir() if entry.name not in HIDDEN)
        return f"# {path}/\n\n" + "\n".join(f"- `{name}`" for name in names) + "\n"
    return f"# {path}\n\n~~~~~~~~~~text\n{place.read_text()}\n~~~~~~~~~~\n"
