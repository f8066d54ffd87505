import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

project = "pigou"
author = "The pigou authors"
copyright = "2026, the pigou authors"
with (ROOT / "pyproject.toml").open("rb") as file:
    version = release = tomllib.load(file)["project"]["version"]

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.mathjax",
]
exclude_patterns = ["_build", "_static"]
myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

autodoc_default_options = {"members": True, "member-order": "bysource", "show-inheritance": True}
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_type_aliases: dict[str, str] = {}
autodoc_preserve_defaults = True
python_use_unqualified_type_names = True
napoleon_google_docstring = False
napoleon_use_ivar = True  # an attribute described in the class docstring is not listed twice
napoleon_use_rtype = False
# Prose types such as `number` or `moves` are also names of attributes, in several modules.
suppress_warnings = ["ref.python"]
# References into pigou must resolve; types of other projects and prose types have no page here.
nitpick_ignore_regex = [
    (r"py:.*", r"(?!pigou\.).*"),
    (r"py:.*", r"pigou\.(\w+\.)*([A-Z]|_\w+)"),  # type variables, private names
]

html_theme = "furo"
html_title = "pigou"
html_static_path = ["_static"]
html_show_sphinx = False
html_copy_source = False
# Everything a page loads comes with it, the mathematics included: see _static/mathjax/README.md.
mathjax_path = "mathjax/startup.js"
mathjax3_config = {
    "loader": {"load": ["input/tex-full", "output/svg", "a11y/assistive-mml"]},
    "options": {"processHtmlClass": "tex2jax_process|mathjax_process|math|output_area"},
    "svg": {"fontCache": "global"},
}

# What follows from the code is written while building, so that it cannot lag behind: a page for
# each module in reference/modules/, and in a page the comments <!-- exports --> and <!-- help -->.

PAGES = Path(__file__).parent / "reference" / "modules"
ROOMS = {
    "pigou": ROOT / "src" / "pigou",
    "pigou.models": ROOT / "models",
    "pigou.models.states": ROOT / "models" / "states",
    "pigou.solvers": ROOT / "solvers",
    "pigou.papers": ROOT / "papers",
}


def write_pages(_):
    wanted = {}
    for package, folder in ROOMS.items():
        for file in folder.glob("*.py"):
            command_line = package == "pigou" and file.stem.partition("_")[0] == "cli"
            if file.stem.startswith("_") or command_line:
                continue
            name = f"{package}.{file.stem}"
            title = name if package == "pigou" else file.stem
            line = "=" * len(title)
            wanted[f"{name}.rst"] = f"{title}\n{line}\n\n.. automodule:: {name}\n"
    PAGES.mkdir(exist_ok=True)
    for old in PAGES.glob("*.rst"):
        if old.name not in wanted:
            old.unlink()
    for name, text in wanted.items():
        page = PAGES / name
        if not page.exists() or page.read_text(encoding="utf-8") != text:
            page.write_text(text, encoding="utf-8")


def exports():
    import pigou

    lines = []
    for name in pigou.__all__:
        if name in pigou._WHERE:
            lines.append(f"- {{py:obj}}`{name} <pigou.{pigou._WHERE[name]}.{name}>`")
    return "\n".join(lines)


def help_texts():
    import click

    from pigou import cli

    group = next(v for v in vars(cli).values() if isinstance(v, click.Group))
    context = click.Context(group, info_name="pigou", max_content_width=88, color=False)
    texts = [f"```text\n{group.get_help(context)}\n```\n"]
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None or command.hidden:
            continue
        inner = click.Context(command, context, name, max_content_width=88, color=False)
        texts.append(f"## pigou {name}\n\n```text\n{command.get_help(inner)}\n```\n")
    return "\n".join(texts)


def kinds():
    from pigou.bibliography import cite
    from pigou.reform_kinds import GROUPS, KEYS
    from pigou.reform_notation import keys_text

    lines = []
    for group, members in GROUPS.items():
        lines += [
            f"## {group.capitalize()}",
            "",
            "| kind | does | definition | keys | ledger | source |",
        ]
        lines.append("|---|---|---|---|---|---|")
        for kind in members:
            ledger = "; ".join(f"{p} to {q}: {what}" for p, q, what in kind.ledger) or "none"
            does = kind.does + (f" (missing: {kind.missing})" if kind.missing else "")
            cells = (
                f"`{kind.name}`",
                does,
                f"`{kind.definition}`",
                keys_text(kind),
                ledger,
                cite(kind.source),
            )
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        lines.append("")
    lines += ["## Keys", "", "| key | read as | means |", "|---|---|---|"]
    lines += [f"| `{name}` | {key.read} | {key.means} |" for name, key in KEYS.items()]
    return "\n".join(lines)


FILL = {"exports": exports, "help": help_texts, "kinds": kinds}


def fill(app, docname, source):
    source[0] = re.sub(r"<!-- (exports|help|kinds) -->", lambda match: FILL[match[1]](), source[0])


def cite_sources(app, what, name, obj, options, lines):
    from pigou.bibliography import cite

    lines[:] = [line if ">>>" in line else cite(line) for line in lines]


def setup(app):
    app.connect("autodoc-process-docstring", cite_sources)
    app.connect("builder-inited", write_pages)
    app.connect("source-read", fill)
