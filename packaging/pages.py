"""What the site adds to docs/ (a hook of MkDocs): pages from the top of the checkout, and links that lead out of the site."""

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

TOP = {"README.md": "index.md", "CHANGELOG.md": "changelog.md", "CONTRIBUTING.md": "contributing.md"}
LINK = re.compile(r"(!?)\[([^\]]+)\]\((?!https?:|#)([^)#]+)(#[^)]*)?\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """The pages from the top take part in the site under the names in TOP."""
    root = Path(config.docs_dir).parent
    for source, target in TOP.items():
        text = (root / source).read_text(encoding="utf-8")
        files.append(File.generated(config, target, content=LINK.sub(_from_top, text)))
    return files


def on_page_markdown(markdown: str, **_: object) -> str:
    """A file of the checkout that is no page is named, since the site cannot show it."""
    return LINK.sub(_within, markdown)


def _from_top(link: re.Match[str]) -> str:
    image, text, target, anchor = link[1], link[2], link[3], link[4] or ""
    return f"{image}[{text}]({TOP.get(target, target.removeprefix('docs/'))}{anchor})"


def _within(link: re.Match[str]) -> str:
    text, target = link[2], link[3]
    if not target.startswith("../"):
        return link[0]
    path = target.removeprefix("../")
    return f"`{path}`" if text.rstrip("/") in path else f"{text} (`{path}` in the checkout)"
