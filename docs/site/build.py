"""Builds the documentation: build.py KINDRED FOLDER puts a site into FOLDER/site.

Pages are those of docs/ and README.md, and references that are generated from what the program says
of itself. A link that leads nowhere, within a page as well, and any warning ends it with exit code 1.
"""

import html.parser
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DOCS = ROOT / "docs"
LINK = re.compile(r"(?<!\!)\[([^\]\n]*(?:\n[^\]\n]*)?)\]\(([^)\s]+)\)")
FENCE = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)


class Failed(Exception):
    pass


def place_of(source):
    """Where a file of the repository stands among the pages; None: nowhere."""
    if source == ROOT / "README.md":
        return pathlib.Path("index.md")
    if source.is_dir():
        readme = source / "README.md"
        return place_of(readme) if readme.exists() else None
    if DOCS in source.parents and source.suffix in (".md", ".json", ".svg", ".png"):
        return source.relative_to(DOCS)
    return None


def linked(source, text):
    """A page whose links lead to pages; what is no page is a file of the repository, named only."""

    def there(match):
        words, target = match.groups()
        if re.match(r"[a-z]+:|#", target):
            return match.group(0)
        path, _, anchor = target.partition("#")
        meant = (source.parent / path).resolve()
        if not meant.exists():
            raise Failed(f"{source.relative_to(ROOT)}: {target} does not exist")
        place = place_of(meant)
        if place is None:
            return words
        own = place_of(source)
        way = os.path.relpath(place, own.parent)
        return f"[{words}]({way}{'#' + anchor if anchor else ''})"

    parts = FENCE.split(text)
    return "".join(part if part.startswith("```") else LINK.sub(there, part) for part in parts)


def write(page, text):
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(text, encoding="utf-8")


def copy_pages(pages):
    sources = [ROOT / "README.md"]
    sources += [path for path in sorted(DOCS.rglob("*")) if path.is_file()]
    for source in sources:
        place = place_of(source)
        if place is None or DOCS / "site" in source.parents:
            continue
        if source.suffix == ".md":
            write(pages / place, linked(source, source.read_text(encoding="utf-8")))
        else:
            (pages / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, pages / place)


def said_by(kindred, *arguments):
    environment = {**os.environ, "COLUMNS": "100"}
    done = subprocess.run([kindred, *arguments], capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        raise Failed(f"kindred {' '.join(arguments)}: {done.stderr}")
    return done.stdout


def commands(kindred):
    overview = said_by(kindred, "help")
    names = re.findall(r"^  ([a-z]+) .*?  [A-Z]", overview, re.MULTILINE)
    text = f"# Commands\n\n```\n{overview}```\n"
    for name in names:
        text += f"\n## {name}\n\n```\n{said_by(kindred, 'help', name)}```\n"
    return text


def cell(value):
    return str(value).replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def range_of(parameter):
    least, most = parameter.get("least"), parameter.get("most")
    if parameter.get("choices"):
        return ", ".join(map(str, parameter["choices"]))
    if least is None and most is None:
        return ""

    def shown(value):
        return "" if value is None else str(int(value)) if value == int(value) else f"{value:g}"

    return f"{shown(least)} to {shown(most)}"


def table(heads, rows):
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(cell(value) for value in row) + " |" for row in rows]
    return "\n".join(lines) + "\n\n"


def plugins(kindred):
    text = "# Plugins that ship\n\nWhat each declares of itself; `kindred plugins NAME` says the same.\n\n"
    for plugin in json.loads(said_by(kindred, "plugins", "--json"))["plugins"]:
        text += f"## {plugin['name']}\n\n{cell(plugin['summary'])} ({plugin['kind']}).\n\n"
        if plugin.get("figures"):
            text += table(
                ["figure", "meaning", "unit"],
                [(f["name"], f.get("meaning", ""), f.get("unit", "")) for f in plugin["figures"]],
            )
        if plugin.get("parameters"):
            text += table(
                ["parameter", "meaning", "default", "range"],
                [
                    (p["name"], p.get("meaning", ""), p.get("default", ""), range_of(p))
                    for p in plugin["parameters"]
                ],
            )
    return text


class Links(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.places, self.targets = set(), []

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name in ("id", "name") and value:
                self.places.add(value)
            if name == "href" and tag == "a" and value:
                self.targets.append(value)


def dead_links(site):
    pages = {}
    for path in site.rglob("*.html"):
        if site / "sdk" in path.parents:
            continue
        pages[path.resolve()] = links = Links()
        links.feed(path.read_text(encoding="utf-8"))
    for path, links in sorted(pages.items()):
        for target in links.targets:
            if re.match(r"[a-z]+:|//", target) or target in ("#", "."):
                continue
            way, _, place = urllib.parse.unquote(target).partition("#")
            meant = (path.parent / way).resolve() if way else path
            if meant.is_dir():
                meant = meant / "index.html"
            if not meant.exists():
                yield f"{path.relative_to(site)}: {target} does not exist"
            elif place and meant in pages and place not in pages[meant].places:
                yield f"{path.relative_to(site)}: {target} has no such heading"


def run(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise Failed(f"{command[0]}: {done.stdout}{done.stderr}")


def build(kindred, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("pages", "site"):
        shutil.rmtree(folder / name, ignore_errors=True)
    copy_pages(folder / "pages")
    write(folder / "pages/reference/commands.md", commands(kindred))
    write(folder / "pages/reference/plugins.md", plugins(kindred))
    shutil.copy(DOCS / "site/style.css", folder / "pages/style.css")
    settings = (DOCS / "site/Doxyfile").read_text(encoding="utf-8")
    headers = " ".join(str(ROOT / "sdk" / part) for part in ("include", "conformance/include", "analysis"))
    settings += f"INPUT = {headers}\nSTRIP_FROM_PATH = {headers}\n"
    settings += f"OUTPUT_DIRECTORY = {folder}/pages\nHTML_OUTPUT = sdk\n"
    run(["doxygen", "-"], input=settings)
    shutil.copy(DOCS / "site/mkdocs.yml", folder / "mkdocs.yml")
    run(["mkdocs", "build", "--strict", "--quiet", "-f", str(folder / "mkdocs.yml")])
    # Its links begin at a server's root; this site may lie anywhere.
    (folder / "site/404.html").unlink(missing_ok=True)
    dead = list(dead_links(folder / "site"))
    if dead:
        raise Failed("\n".join(dead))


def main():
    kindred, folder = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    try:
        build(kindred, folder)
    except Failed as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
