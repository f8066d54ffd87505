"""Draw docs/_static/compare.svg: the first screens of what README's main command prints.

Run it from the root of the checkout: ``python docs/make_picture.py``. The picture loads nothing
from anywhere: the fonts on other hosts that the template of rich names are taken out.
"""

import io
import re
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.terminal_theme import MONOKAI

from pigou.case_page import case_page
from pigou.catalogue import find_model, find_reforms
from pigou.observation import study
from pigou.screen import show
from pigou.tables import Page, Words

ROOT = Path(__file__).resolve().parents[1]
CASE = ROOT / "examples" / "threshold_public_good" / "case.toml"
PICTURE = ROOT / "docs" / "_static" / "compare.svg"
COMMAND = "pigou compare examples/threshold_public_good/case.toml -r voluntary"


def first_part(page: Page) -> Page:
    """Return a page up to the end of its first setting's verdict."""
    titles = [n for n, b in enumerate(page.blocks) if isinstance(b, Words) and b.look == "title"]
    return Page(page.blocks[: titles[1]], page.data)


def drawn() -> str:
    """Return the picture."""
    model = find_model(str(CASE))
    page = first_part(case_page(model, study(model, find_reforms(model, ["voluntary"]))))
    console = Console(
        record=True, width=100, file=io.StringIO(), highlight=False, markup=False,
        force_terminal=True, color_system="truecolor",
    )  # fmt: skip
    show(page, console)
    loads = r"@font-face \{\{.*?\}\}\s*|<!--.*?-->\s*"
    template = re.sub(loads, "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    template = template.replace("Fira Code, monospace", "monospace")
    svg = console.export_svg(title=COMMAND, theme=MONOKAI, code_format=template, unique_id="pigou")
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"


if __name__ == "__main__":
    PICTURE.write_text(drawn(), encoding="utf-8")
