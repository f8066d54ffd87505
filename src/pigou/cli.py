"""The command line: reads words, calls the language and the rooms below it, prints a page.

Everything heavy is imported inside the commands, so that ``pigou --help`` is instant.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pigou import __version__
from pigou.errors import DeclarationError, PigouError, unknown

if TYPE_CHECKING:
    from pigou.tables import Page

__all__ = ["cli", "main"]

F = TypeVar("F", bound=Callable[..., Any])

FORMATS = ("table", "csv", "md", "tex")
_BY_SUFFIX = {".csv": "csv", ".md": "md", ".tex": "tex", ".json": "json"}
_DEFECT, _USAGE, _INCOMPLETE, _FAILED, _INTERRUPTED = 1, 2, 3, 5, 130


# -- running ----------------------------------------------------------------------------------


class _Commands(click.Group):
    """A group that suggests commands, and ends every failure in one line and an exit code."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        command = super().get_command(ctx, cmd_name)
        if command is None and not ctx.resilient_parsing:
            raise click.UsageError(unknown("command", cmd_name, self.commands), ctx)
        return command

    def main(self, *args: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        """Run a command and leave with its exit code."""
        run = partial(super().main, *args, standalone_mode=False, **extra)
        if not standalone_mode:
            return run()
        sys.exit(_guarded(run))


def _guarded(run: Callable[[], Any]) -> int:
    """Run a command; turn what goes wrong into a message and an exit code."""
    try:
        code = run()
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.UsageError as error:
        error.show()
        return _USAGE
    except click.ClickException as error:
        return _say(error.format_message(), error.exit_code)
    except PigouError as error:
        return _say(str(error), error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        return _INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return 0
    except OSError as error:
        return _say(f"{error.filename or 'output'}: {error.strerror or error}", _USAGE)
    except Exception as error:
        if os.environ.get("PIGOU_DEBUG"):
            raise
        return _say(
            f"a defect of pigou: {type(error).__name__}: {' '.join(str(error).split())[:300]}. "
            "Please report it with the command you ran; PIGOU_DEBUG=1 shows the traceback.",
            _DEFECT,
        )


def _say(message: str, code: int) -> int:
    click.echo(f"Error: {message}", err=True)
    return code


def _drop_output() -> None:
    """Let the interpreter flush into nothing: the reader has gone."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):
        return


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    cli(prog_name="pigou")


# -- options with one meaning everywhere --------------------------------------------------------


def _together(*decorators: Callable[[Any], Any]) -> Callable[[F], F]:
    def decorate(command: F) -> F:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate


_model = click.argument("model", metavar="MODEL")
_set = click.option(
    "--set", "sets", multiple=True, metavar="NAME=VALUE",
    help="Give a parameter a value; 0.1 and 2/3 are exact. Repeatable.",
)  # fmt: skip
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
_file = click.option(
    "-o", "--output", "file", metavar="FILE", type=click.Path(path_type=Path),
    help="Write to a file; its ending (.csv .md .tex .json) picks the format unless one is given; "
    "with any other ending it is a table.",
)  # fmt: skip
_game_file = click.option(
    "-o", "--output", "file", metavar="FILE", type=click.Path(path_type=Path),
    help="Write to a file; its ending (.json .tex .toml) picks the form of a game unless one is "
    "given; with any other ending it is plain text.",
)  # fmt: skip
_format = click.option(
    "--format",
    "style",
    type=click.Choice(FORMATS),
    help="How results are laid out; a table by default.",
)
_limit = click.option(
    "--time-limit", "limit", metavar="SECONDS",
    help="End searches after so long; what is left is listed, and the exit code is 3.",
)  # fmt: skip
_all = click.option("--all", "show_all", is_flag=True, help="List every equilibrium, however many.")
_output = _together(_format, _json, _file)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="pigou")
def cli() -> None:
    """Game theory of market failure: solve a game for all equilibria, reform it, compare.

    MODEL is the name of a built-in model, a game or case file (.toml) or a Gambit file
    (.nfg, .efg).

    Exit codes: 0 done; 1 a defect of pigou; 2 usage or a bad value; 3 no equilibrium, or the list
    could not be shown complete; 4 an invalid file; 5 a check or a replication failed.
    """


# -- commands ---------------------------------------------------------------------------------


@cli.command()
@_output
def models(style: str | None, as_json: bool, file: Path | None) -> None:
    """List the built-in models."""
    from pigou.bibliography import cited
    from pigou.models import load, names, states
    from pigou.pages import models_page
    from pigou.results import models_result
    from pigou.state_catalogue import find_state_model

    found = [cited(load(name)) for name in names()]
    about_states = [one for name in states.names() if (one := find_state_model(name))]
    _deliver(
        lambda: models_page(found, about_states), lambda: models_result(found, about_states),
        style, as_json, file,
    )  # fmt: skip


@cli.command()
@click.argument("model", metavar="[MODEL]", required=False)
@click.option("--latex", is_flag=True, help="The model section of a paper, in LaTeX.")
@click.option("--toml", is_flag=True, help="A game file to start from.")
@click.option("--reforms", is_flag=True, help="The kinds of reform, and the model's own reforms.")
@_json
@_game_file
def show(
    model: str | None, latex: bool, toml: bool, reforms: bool, as_json: bool, file: Path | None
) -> None:
    """State a game as a paper does."""
    if latex + toml + (reforms or as_json) > 1:
        raise click.UsageError("choose one of --latex, --toml, --reforms and --json")
    if model is None and not reforms:
        raise click.UsageError("name a MODEL; `pigou models` lists those built in")
    about_state = _state_model(model)
    if about_state is not None:
        _show_state(about_state, latex, toml, reforms, as_json, file)
        return
    from pigou import (
        bibliography,
        catalogue,
        gamewriter,
        kinds_result,
        model_notation,
        notation,
        pages,
        results,
    )

    declared = None if model is None else catalogue.find_model(model)
    what = None if declared is None else bibliography.cited(declared)
    ending = file.suffix.lower() if file and not (latex or toml or reforms or as_json) else ""
    if reforms and as_json:
        text = _dumps(kinds_result.kinds_result(what))
    elif reforms:
        kinds = bibliography.cite(notation.kinds_text())
        text = "\n".join([kinds, "", *pages.reforms_lines(what)]).rstrip()
    else:
        assert what is not None
        assert declared is not None
        if as_json or ending == ".json":
            text = _dumps(results.game_result(what))
        elif latex or ending == ".tex":
            text = model_notation.model_latex(what)
        elif toml or ending == ".toml":
            text = gamewriter.write_game(declared)
        else:
            text = notation.text(what.game)
    _emit(text.rstrip("\n") + "\n", file)


@cli.command()
@_model
@_set
@click.option("--pure", is_flag=True, help="Look for pure equilibria only.")
@_limit
@_all
@_output
def solve(
    model: str,
    sets: tuple[str, ...],
    pure: bool,
    limit: str | None,
    show_all: bool,
    style: str | None,
    as_json: bool,
    file: Path | None,
) -> int:
    """Find all equilibria at given parameter values, with evidence."""
    from pigou import catalogue, pages, results, solving

    about_state = _state_model(model)
    if about_state is not None:
        return _solve_state(about_state, sets, pure, (style, as_json, file))
    what = _model_of(model)
    at = catalogue.parse_assignments(sets)
    catalogue.check_names(what, at)
    found = _working("solving", lambda: solving.solve(what.game, at, pure=pure, time_limit=limit))
    _deliver(
        lambda: pages.solve_page(what.game, found, show_all),
        lambda: results.solve_result(found),
        style, as_json, file,
    )  # fmt: skip
    return _code([found])


@cli.command()
@_model
@_set
@click.option(
    "-r", "--reform", "texts", multiple=True, metavar="NAME[:KEY=VALUE,...]",
    help="A reform of the stage game, laid beside it. Repeatable.",
)  # fmt: skip
@click.option(
    "--discount", metavar="FORMULA",
    help="The discount factor, for a game whose repetition is not declared: a breach is then "
    "answered by the worst equilibrium of the stage game.",
)  # fmt: skip
@click.option(
    "--payoffs", is_flag=True,
    help="The payoffs of all pure subgame-perfect equilibria, for two players with choices.",
)  # fmt: skip
@_output
def repeat(
    model: str, sets: tuple[str, ...], texts: tuple[str, ...], discount: str | None, payoffs: bool,
    style: str | None, as_json: bool, file: Path | None,
) -> int:  # fmt: skip
    """Repeat a game without end: what can be sustained, and from which discount factor on."""
    from pigou import catalogue, repeat_page, repeating
    from pigou.repetition import Repetition

    what = _model_of(model)
    if (discount is None) == (what.repetition is None):
        raise DeclarationError(
            f"'{what.name}' says itself how it is repeated; leave --discount out"
            if discount is not None
            else f"'{what.name}' does not say how it is repeated; give its --discount factor"
        )
    repetition = what.repetition or Repetition(discount)
    reforms = catalogue.find_reforms(what, texts)
    at = catalogue.parse_assignments(sets)
    catalogue.check_names(what, at, reforms or what.reforms)
    games = [("baseline", what.game), *((r.label or r.name, r(what.game)) for r in reforms)]
    found = []
    for name, game in games:
        solved = partial(repeating.repeat, game, repetition, _known(game, at), payoffs)
        found.append((name, _working("repeating", solved)))
    _deliver(
        lambda: repeat_page.repeat_page(found), lambda: repeat_page.repeat_result(found),
        style, as_json, file,
    )  # fmt: skip
    return 0 if all(one.best is not None for _, one in found) else _INCOMPLETE


@cli.command()
@_model
@_set
@click.option(
    "-r", "--reform", "texts", multiple=True, metavar="NAME[:KEY=VALUE,...]",
    help="A reform, laid beside the game. Repeatable.",
)  # fmt: skip
@click.option(
    "--precision", metavar="LAMBDA",
    help="How precise players are: 0 or more. With observations, how far the branch is scanned.",
)  # fmt: skip
@click.option(
    "--observed", metavar="FILE",
    help="Estimate the precision from counts of choices in a .toml or .json file, or from the "
    "table of a case file: `case`.",
)  # fmt: skip
@click.option(
    "--branch", is_flag=True, help="Points along the principal branch, from 0 to the precision."
)
@_output
def quantal(
    model: str, sets: tuple[str, ...], texts: tuple[str, ...], precision: str | None,
    observed: str | None, branch: bool, style: str | None, as_json: bool, file: Path | None,
) -> int:  # fmt: skip
    """Let players err: the logit equilibrium of a finite game at a precision, or the best fit."""
    from pigou import catalogue, quantal, quantal_page

    what = _model_of(model)
    if observed is not None:
        if branch or texts:
            raise click.UsageError("--observed stands without --branch and -r")
        return _fit_precision(what, observed, sets, precision, (style, as_json, file))
    if precision is None:
        raise click.UsageError(
            "say how precise players are with --precision LAMBDA, or what was --observed"
        )
    reforms = catalogue.find_reforms(what, texts)
    at = catalogue.parse_assignments(sets)
    catalogue.check_names(what, at, reforms or what.reforms)
    games = [("baseline", what.game), *((r.name, r(what.game)) for r in reforms)]
    find: Any = quantal.quantal_branch if branch else quantal.quantal_response
    found = [
        (name, _working("solving", partial(find, game, _known(game, at), precision=precision)))
        for name, game in games
    ]
    page = quantal_page.branch_page if branch else quantal_page.quantal_page
    result = quantal_page.branch_result if branch else quantal_page.quantal_result
    _deliver(lambda: page(found), lambda: result(found), style, as_json, file)
    done = (one.arrived if branch else one.equilibrium is not None for _, one in found)
    return 0 if all(done) else _INCOMPLETE


def _fit_precision(
    what: Any, observed: str, sets: tuple[str, ...], most: str | None, output: tuple[Any, Any, Any]
) -> int:
    """Estimate the precision of every sample, and of all together."""
    from pigou import catalogue, quantal_fit, quantal_fit_page, quantal_observed

    at = catalogue.parse_assignments(sets)
    catalogue.check_names(what, at, what.reforms)
    if observed == "case":
        if at:
            raise click.UsageError("--set: what a case observed holds at the case's own values")
        samples = quantal_observed.case_samples(what)
    else:
        samples = quantal_observed.read_samples(observed, what, at)
    separate = [
        _working("fitting", partial(quantal_fit.fit_precision, [one], most)) for one in samples
    ]
    pooled = None
    if len(samples) > 1:
        pooled = _working("fitting", lambda: quantal_fit.fit_precision(samples, most))
    _deliver(
        lambda: quantal_fit_page.fit_page(separate, pooled),
        lambda: quantal_fit_page.fit_result(separate, pooled), *output,
    )  # fmt: skip
    fits = [*separate, *([pooled] if pooled else [])]
    return 0 if all(one.arrived and one.place != "end" for one in fits) else _INCOMPLETE


def _known(game: Any, at: dict[str, Any]) -> dict[str, Any]:
    """Return the values of those parameters that a game has."""
    names = {p.name for p in game.parameters}
    return {name: value for name, value in at.items() if name in names}


@cli.command()
@_model
@_set
@click.option("--latex", is_flag=True, help="The conditions in LaTeX.")
@click.option(
    "--time-limit", "limit", metavar="SECONDS", default="30", show_default=True,
    help="End after so long; what is not settled is listed, and the exit code is 3.",
)  # fmt: skip
@click.option(
    "--picture", metavar="X,Y",
    help="Draw the regimes over two parameters, the others held at their values, to the file "
    "given with -o (.svg .png .pdf); with ranges: x=0:2,y=0:3. Needs the extra pigou[plot].",
)  # fmt: skip
@_output
def regimes(
    model: str,
    sets: tuple[str, ...],
    latex: bool,
    limit: str,
    picture: str | None,
    style: str | None,
    as_json: bool,
    file: Path | None,
) -> int:
    """State every equilibrium with its exact condition, and the regimes, for all values.

    A parameter that is --set is held at that value; the others stay symbols.
    """
    if latex + as_json + bool(style) + bool(picture) > 1:
        raise click.UsageError("choose one of --latex, --json, --format and --picture")
    from pigou import catalogue, regimes_page, results, solving

    what = _model_of(model)
    fixed = catalogue.parse_assignments(sets)
    catalogue.check_names(what, fixed)
    if picture:
        return _draw(what.game, picture, fixed, file)
    found = _working(
        "deciding",
        lambda: solving.regimes(what.game, fixed, critical=True, time_limit=limit),
    )
    if latex:
        _emit(regimes_page.regimes_latex(what.game, found, fixed), file)
    else:
        _deliver(
            lambda: regimes_page.regimes_page(what.game, found, fixed),
            lambda: results.regimes_result(found, what.game, fixed),
            style, as_json, file,
        )  # fmt: skip
    return _regimes_code(found)


def _draw(game: Any, picture: str, fixed: dict[str, Any], file: Path | None) -> int:
    """Draw the regimes over two parameters, the others at the values set or their defaults."""
    from pigou import regimes_picture, solving

    axes = regimes_picture.read_axes(picture, game)
    over = [axis.name for axis in axes]
    for name in over:
        if name in fixed:
            raise DeclarationError(f"--set {name}: the picture is drawn over this parameter")
    if file is None:
        raise click.UsageError("--picture needs a file: -o NAME.svg (or .png, .pdf)")
    values = {p.name: fixed.get(p.name, p.default) for p in game.parameters if p.name not in over}
    for name, value in values.items():
        if value is None:
            raise DeclarationError(
                f"parameter '{name}' has no default; give it with --set {name}=..."
            )
    found = _working("deciding", lambda: solving.regimes(game, values))
    ending = file.suffix.lower().removeprefix(".")
    _emit(regimes_picture.regimes_picture(game, found, axes, ending, values), file)
    return _regimes_code(found)


def _regimes_code(found: Any) -> int:
    """Exit code 3 where a question is open, or the regimes are not proved."""
    return 0 if found.complete and found.partition.proved else _INCOMPLETE


@cli.command()
@_model
@click.option(
    "-r", "--reform", "texts", multiple=True, metavar="NAME[:KEY=VALUE,...]",
    help="A reform of the model, or a kind with its keys (see `pigou show MODEL --reforms`); "
    "`+` joins reforms into a package. Repeatable.",
)  # fmt: skip
@_set
@click.option(
    "--mcpf", default="1", show_default=True, metavar="COST",
    help="What a unit of public money costs society: 1.2, or a range 1:1.6.",
)  # fmt: skip
@click.option("--weight", "weights", multiple=True, metavar="GROUP=WEIGHT",
              help="Count a group's surplus more or less. Repeatable.")  # fmt: skip
@click.option(
    "--income", "incomes", multiple=True, metavar="GROUP=INCOME",
    help="Weight a group by its income, (median/income)^1.3 as in the Green Book. Repeatable.",
)  # fmt: skip
@click.option("--median", metavar="INCOME", help="The median income, for --income.")
@click.option(
    "--elasticity", default="13/10", show_default=True, metavar="NUMBER",
    help="Elasticity of the marginal utility of income, for --income.",
)  # fmt: skip
@click.option(
    "--select", default="laplacian", show_default=True, metavar="RULE[:KEY=VALUE,...]",
    help="By which rule an equilibrium is selected: laplacian, all, best, worst, payoff-dominant, "
    "intuitive, D1, risk-dominant, p-dominant:p=1/2, potential, logit:lambda=5, or "
    "basin:dynamics=replicator,starts=1000,seed=0 (best-response, replicator or logit).",
)  # fmt: skip
@click.option(
    "--switch", "switches", multiple=True, metavar="PARAMETER",
    help="Find the values of a parameter at which the verdict flips, or of `all`. Repeatable.",
)  # fmt: skip
@click.option(
    "--best", "instruments", multiple=True, metavar="NAME=LOW:HIGH",
    help="Find the value of a reform's parameter in a range with the largest net benefit. "
    "Repeatable.",
)  # fmt: skip
@_limit
@_all
@_output
def compare(
    model: str, texts: tuple[str, ...], sets: tuple[str, ...], mcpf: str, weights: tuple[str, ...],
    incomes: tuple[str, ...], median: str | None, elasticity: str, select: str,
    switches: tuple[str, ...], instruments: tuple[str, ...], limit: str | None, show_all: bool,
    style: str | None, as_json: bool, file: Path | None,
) -> int:  # fmt: skip
    """Lay a game and its reforms side by side: who gains, what it costs, is it worth it.

    With a case file that holds observations, the prediction is also held against what people did.
    """
    from pigou import catalogue, compare_page, comparison, deadline, results

    about_state = _state_model(model)
    if about_state is not None:
        given = {"--weight": weights, "--income": incomes, "--switch": switches,
                 "--best": instruments, "--time-limit": limit, "--median": median,
                 "--elasticity": elasticity != "13/10",
                 "--select": select != "laplacian"}  # fmt: skip
        _refuse_options(about_state, given)
        return _compare_state(about_state, texts, sets, mcpf, (style, as_json, file))
    what = _model_of(model)
    if not texts and what.case is None:
        own = ", ".join(r.name for r in what.reforms) or "none"
        raise DeclarationError(
            f"name a reform with -r (reforms of '{what.name}': {own}; or a kind: see `pigou show "
            "--reforms`)"
        )
    reforms = catalogue.find_reforms(what, texts)
    at = catalogue.parse_assignments(sets)
    catalogue.check_names(what, at, reforms or what.reforms)
    options: dict[str, Any] = {
        "at": at,
        "costs_of_funds": _range(mcpf),
        "weights": catalogue.parse_assignments(weights, "--weight"),
        "incomes": catalogue.parse_assignments(incomes, "--income"),
        "median": median,
        "elasticity": elasticity,
        "select": select,
    }
    if instruments and what.case is not None:
        raise click.UsageError("--best is for a game without a case")
    with deadline.time_limit(limit):
        if what.case is not None:
            if what.case.facts:
                return _facts(what, reforms, options, switches, show_all, (style, as_json, file))
            return _study(what, reforms, options, switches, show_all, (style, as_json, file))
        found = _working("comparing", lambda: comparison.compare(what.game, reforms, **options))
        flips = _working("switching", lambda: _switchings(what.game, reforms, switches, options))
        bests = _working("searching", lambda: _bests(what.game, reforms, instruments, options))
    _deliver(
        lambda: compare_page.compare_page(what, found, show_all, flips, bests),
        lambda: results.comparison_result(found, flips, bests),
        style, as_json, file,
    )  # fmt: skip
    return _code(s.found for s in (found.baseline, *found.reforms))


def _state_model(name: str | None) -> Any:
    """Return a built-in model about a state, or None."""
    from pigou.state_catalogue import find_state_model

    return None if name is None else find_state_model(name)


def _refuse_options(model: Any, given: dict[str, Any]) -> None:
    """Refuse what has no meaning for a model about a state."""
    for option, value in given.items():
        if value:
            raise DeclarationError(f"{option} has no meaning for '{model.name}', about a state")


def _show_state(
    model: Any, latex: bool, toml: bool, reforms: bool, as_json: bool, file: Path | None
) -> None:
    """State a model about a state."""
    from pigou import state_page, state_results

    _refuse_options(model, {"--toml": toml})
    ending = file.suffix.lower() if file and not (latex or as_json or reforms) else ""
    if reforms:
        text = "\n".join(state_page.reform_lines(model))
    elif as_json or ending == ".json":
        text = _dumps(state_results.state_model_result(model))
    elif latex or ending == ".tex":
        text = state_page.state_latex(model)
    else:
        text = state_page.state_text(model)
    _emit(text.rstrip("\n") + "\n", file)


def _solve_state(model: Any, sets: tuple[str, ...], pure: bool, how: tuple[Any, Any, Any]) -> int:
    """Solve a model about a state."""
    from pigou import catalogue, measuring, state_catalogue, state_page, state_results

    _refuse_options(model, {"--pure": pure})
    at = catalogue.parse_assignments(sets)
    state_catalogue.refuse_names(model, at)
    found = _working("solving", lambda: measuring.measure(model, at))
    _deliver(lambda: state_page.state_page(found), lambda: state_results.state_result(found), *how)
    return 0 if found.settled else _INCOMPLETE


def _compare_state(
    model: Any, texts: tuple[str, ...], sets: tuple[str, ...], mcpf: str, how: tuple[Any, Any, Any]
) -> int:
    """Lay a model about a state and its reforms side by side."""
    from pigou import catalogue, measuring, state_catalogue, state_page, state_results

    known = ", ".join(reform.name for reform in model.reforms)
    if not texts:
        raise DeclarationError(f"name a reform with -r (reforms of '{model.name}': {known})")
    costs = _range(mcpf)
    if len(costs) > 1:
        raise DeclarationError(f"--mcpf {mcpf}: '{model.name}' takes one cost, not a range")
    reforms = state_catalogue.find_state_reforms(model, texts)
    at = catalogue.parse_assignments(sets)
    state_catalogue.refuse_names(model, at, reforms)
    found = []
    for name, what in (("baseline", model), *((r.name, model.reformed(r)) for r in reforms)):
        solved = partial(measuring.measure, what, _known(what.game, at), costs[0])
        found.append((name, _working("comparing", solved)))
    _deliver(
        lambda: state_page.state_compare_page(found, reforms, costs[0]),
        lambda: state_results.state_compare_result(found),
        *how,
    )
    return 0 if all(one.settled for _, one in found) else _INCOMPLETE


def _switchings(
    game: Any, reforms: Any, names: tuple[str, ...], options: dict[str, Any]
) -> list[tuple[str, Any]]:
    """Return the switching values of parameters, for each reform that knows them."""
    if not names:
        return []
    from pigou.errors import unknown
    from pigou.switching import switching_values

    known = {r.name: [p.name for p in r(game).parameters] for r in reforms}
    everywhere = list(dict.fromkeys(p for own in known.values() for p in own))
    for name in names:
        if name not in everywhere and name != "all":
            raise DeclarationError("--switch: " + unknown("parameter", name, everywhere))
    wanted = everywhere if "all" in names else list(dict.fromkeys(names))
    return [
        (one.name, switching_values(game, one, name, **options))
        for one in reforms
        for name in wanted
        if name in known[one.name]
    ]


def _bests(game: Any, reforms: Any, texts: tuple[str, ...], options: dict[str, Any]) -> list[Any]:
    """Return the best values of the reforms' parameters that were asked for."""
    from pigou.instruments import best_values

    own = {r.name: [p.name for p in r.parameters] for r in reforms}
    found = []
    for text in texts:
        name, low, high = _over(text, False, "--best")
        if not any(name in names for names in own.values()):
            known = dict.fromkeys(p for names in own.values() for p in names)
            raise DeclarationError("--best: " + unknown("parameter", name, known, "these reforms"))
        found += [
            best_values(game, one, name, low, high, **options)
            for one in reforms
            if name in own[one.name]
        ]
    return found


def _study(
    what: Any, reforms: Any, options: dict[str, Any], switches: tuple[str, ...], show_all: bool,
    how: tuple[Any, Any, Any],
) -> int:  # fmt: skip
    """Hold a case against its observations."""
    from pigou import case_page, observation, results

    chosen = reforms or observation.observed_reforms(what, what.case)
    found = _working("comparing", lambda: observation.study(what, chosen, **options))
    flips = []
    for setting in found.settings if switches else ():
        given = {} if setting is None else {what.case.parameter: setting}
        here = options | {"at": options["at"] | given}
        search = partial(_switchings, what.game, chosen, switches, here)
        flips.append(_working("switching", search))
    _deliver(
        lambda: case_page.case_page(what, found, show_all, flips),
        lambda: results.study_result(found, flips),
        *how,
    )
    return _code(s.found for c in found.comparisons for s in (c.baseline, *c.reforms))


def _facts(
    what: Any, reforms: Any, options: dict[str, Any], switches: tuple[str, ...], show_all: bool,
    how: tuple[Any, Any, Any],
) -> int:  # fmt: skip
    """Hold a case against its facts."""
    from pigou import facts, facts_page

    chosen = reforms or facts.observed_reforms(what)
    found = _working("comparing", lambda: facts.study_facts(what, chosen, **options))
    flips = _working("switching", lambda: _switchings(what.game, chosen, switches, options))
    _deliver(
        lambda: facts_page.facts_page(what, found, show_all, flips),
        lambda: facts_page.facts_result(found, flips),
        *how,
    )
    return _code(s.found for s in (found.comparison.baseline, *found.comparison.reforms))


def _range(text: str) -> tuple[str, ...]:
    """Read a cost of public funds, or a range of two."""
    from pigou.exact import exact

    ends = [part.strip() for part in text.split(":")]
    try:
        values = [exact(end) for end in ends]
    except PigouError as error:
        raise DeclarationError(f"--mcpf {text}: {error}, or a range as in 1:1.6") from None
    if len(ends) > 2:
        raise DeclarationError(f"--mcpf {text}: write one number, or a range LOW:HIGH as in 1:1.6")
    if values != sorted(values):
        raise DeclarationError(
            f"--mcpf {text}: the range is upside down; write {ends[1]}:{ends[0]}"
        )
    if values[0] < 0:
        raise DeclarationError(f"--mcpf {text}: a cost of public funds is at least 0")
    return tuple(dict.fromkeys(str(value) for value in values))


@cli.command()
@_model
@click.option(
    "--over", metavar="NAME=LOW:HIGH",
    help="The parameter that varies, and its range: rate=0:1/2. With -r and without it, the "
    "strength of the reform varies from 0 to 1.",
)  # fmt: skip
@click.option(
    "-r", "--reform", "text", metavar="NAME[:KEY=VALUE,...]",
    help="A reform whose strength varies, or under which one of its parameters does.",
)  # fmt: skip
@_set
@click.option(
    "--window", default="1/1000000", show_default=True, metavar="SHARE",
    help="How wide windows around events may be, as a share of the range.",
)  # fmt: skip
@click.option(
    "--picture", "drawing", metavar="FILE", type=click.Path(path_type=Path),
    help="Draw branches, folds and windows to a file (.svg .png .pdf); needs pigou[plot].",
)  # fmt: skip
@_limit
@_output
def sweep(
    model: str, over: str | None, text: str | None, sets: tuple[str, ...], window: str,
    drawing: Path | None, limit: str | None, style: str | None, as_json: bool, file: Path | None,
) -> int:  # fmt: skip
    """Count the equilibria of a continuous game for every value of a policy, with proof."""
    from pigou import catalogue, policy_range, policy_range_page

    what = _model_of(model)
    reforms = catalogue.find_reforms(what, (text,) if text else ())
    name, low, high = _over(over, bool(text))
    at = catalogue.parse_assignments(sets)
    catalogue.check_names(what, at, reforms)
    reform = reforms[0] if reforms else None
    draw = _picture_of(drawing)
    found = _working(
        "proving",
        lambda: policy_range.policy_range(
            what.game, name, low, high, at, reform, window, time_limit=limit
        ),
    )
    _deliver(
        lambda: policy_range_page.policy_range_page(found),
        lambda: policy_range_page.policy_range_result(found),
        style, as_json, file,
    )  # fmt: skip
    if drawing is not None:
        _emit(draw(found), drawing)
    return 0 if found.complete else _INCOMPLETE


@cli.command()
@_model
@click.option(
    "--goal", required=True, metavar="GOAL",
    help="What is to be reached: gone[:PROFILE], unique, selected, worst-welfare, "
    "gain:GROUP=AMOUNT or no-losers.",
)  # fmt: skip
@click.option(
    "--family", default="", metavar="FAMILY",
    help="uniform, divide-and-conquer, assurance, or one of the model's reforms; by default the "
    "reform given with -r, or uniform.",
)  # fmt: skip
@click.option(
    "-r", "--reform", "texts", multiple=True, metavar="NAME[:KEY=VALUE,...]",
    help="The reform whose strength is looked for; with divide-and-conquer one for each player, "
    "repeatable.",
)  # fmt: skip
@click.option("--vary", default="", metavar="NAME",
              help="Which parameter of the reform is its strength.")  # fmt: skip
@click.option(
    "--target", default="", metavar="PROFILE",
    help="What is to come about: an equilibrium's name, or MOVE=CHOICE,...; by default the pure "
    "equilibrium with the highest welfare.",
)  # fmt: skip
@click.option(
    "--select", default="", metavar="RULE",
    help="Which equilibrium is selected (for selected, gain and no-losers).",
)  # fmt: skip
@_set
@click.option(
    "--over", "boxes", multiple=True, metavar="NAME=LOW:HIGH",
    help="Reach the goal at every value of a parameter in this range. Repeatable.",
)  # fmt: skip
@click.option("--most", metavar="STRENGTH", help="The largest strength to consider.")
@click.option(
    "--mcpf", default="1", show_default=True, metavar="COST",
    help="What a unit of public money costs society: 1.2, or a range 1:1.6.",
)  # fmt: skip
@click.option("--latex", is_flag=True, help="The answer and the formulas in LaTeX.")
@_limit
@_output
def design(
    model: str, goal: str, family: str, texts: tuple[str, ...], vary: str, target: str,
    select: str, sets: tuple[str, ...], boxes: tuple[str, ...], most: str | None, mcpf: str,
    latex: bool, limit: str | None, style: str | None, as_json: bool, file: Path | None,
) -> int:  # fmt: skip
    """Find the cheapest reform of a family that reaches a goal."""
    if latex + as_json + bool(style) > 1:
        raise click.UsageError("choose one of --latex, --json and --format")
    from pigou import catalogue, deadline, design_page, designing

    what = _model_of(model)
    reforms = catalogue.find_reforms(what, texts)
    at = catalogue.parse_assignments(sets)
    catalogue.check_names(what, at, reforms or what.reforms)
    over = {}
    for text in boxes:
        name, low, high = _over(text, False)
        if name in over:
            raise DeclarationError(f"--over: '{name}' is given twice")
        over[name] = (low, high)
    with deadline.time_limit(limit):
        found = _working(
            "designing",
            lambda: designing.design(
                what, goal, family, at=at, over=over, target=target, reforms=reforms, vary=vary,
                select=select, most=most, costs_of_funds=_range(mcpf),
            ),
        )  # fmt: skip
    if latex:
        _emit(design_page.design_latex(what.game, found), file)
    else:
        _deliver(
            lambda: design_page.design_page(what.game, found),
            lambda: design_page.design_result(what.game, found),
            style, as_json, file,
        )  # fmt: skip
    settled = found.reached and found.threshold.grade != "numerical"
    return 0 if settled else _INCOMPLETE


@cli.command()
@click.argument("paper", metavar="[PAPER]", required=False)
@click.option("--list", "listed", is_flag=True, help="List the publications, compute nothing.")
@click.option("--latex", is_flag=True, help="The claims in LaTeX.")
@_output
def replicate(
    paper: str | None, listed: bool, latex: bool, style: str | None, as_json: bool,
    file: Path | None,
) -> int:  # fmt: skip
    """Compute the claims of a publication, or of all: published, computed, agreement.

    PAPER is a name as --list shows it, or a key of the bibliography. A published number that is
    known not to be reproduced is shown with the reason. Exit code 5 if a claim fails.
    """
    if latex + as_json + bool(style) > 1:
        raise click.UsageError("choose one of --latex, --json and --format")
    if listed and (latex or as_json or paper):
        raise click.UsageError("--list stands alone, or with --format and -o")
    from pigou import papers, replicate_page

    if listed:
        page = replicate_page.papers_page({n: papers.load(n) for n in papers.names()})
        _deliver(lambda: page, dict, style or "table", as_json, file)
        return 0
    names = papers.names() if paper is None else (papers.find(paper),)
    _check_place(file)
    found = [_replicated(papers.load(name)) for name in names]
    if latex:
        _emit(replicate_page.replicate_latex(found), file)
    else:
        _deliver(
            lambda: replicate_page.replicate_page(found),
            lambda: replicate_page.replicate_result(found),
            style, as_json, file,
        )  # fmt: skip
    return _FAILED if any(one.failed for one in found) else 0


def _replicated(paper: Any) -> Any:
    """Compute the claims of a publication; on a terminal, say which one is under way."""
    from pigou.replicating import replicate as computed

    if not sys.stderr.isatty():
        return computed(paper)
    from rich.console import Console

    with Console(stderr=True).status("replicating ...") as status:
        return computed(paper, lambda claim: status.update(f"replicating {claim.id} ..."))


@cli.command()
@click.argument("model", metavar="[MODEL]", required=False)
@click.option("--all", "every", is_flag=True, help="The propositions of all built-in models.")
@click.option("--only", metavar="NAME", help="One proposition.")
@click.option("--claim", metavar="CONDITION", help="A claim of your own over the parameters.")
@click.option(
    "--given", "given", multiple=True, metavar="CONDITION",
    help="What your claim assumes, next to what the game does; may be repeated.",
)  # fmt: skip
@click.option(
    "--time-limit", "limit", default="20", metavar="SECONDS",
    help="Time for each question put to z3 (20).",
)  # fmt: skip
@click.option("--latex", is_flag=True, help="Propositions in LaTeX.")
@_output
def prove(
    model: str | None,
    every: bool,
    only: str | None,
    claim: str | None,
    given: tuple[str, ...],
    limit: str,
    latex: bool,
    style: str | None,
    as_json: bool,
    file: Path | None,
) -> int:
    """Prove a model's propositions for all parameter values, or refute them.

    Exit code 5 where one does not come out as its author says.
    """
    if (model is None) == (not every):
        raise click.UsageError("name a MODEL, or write --all")
    if latex + as_json + bool(style) > 1:
        raise click.UsageError("choose one of --latex, --json and --format")
    if every and (only or claim):
        raise click.UsageError("--only and --claim are about one MODEL")
    if given and not claim:
        raise click.UsageError("--given goes with --claim; a proposition states what it assumes")
    from pigou import prove_page, proving
    from pigou.models import names
    from pigou.proposition import Proposition

    whats = [_model_of(name) for name in names()] if every else [_model_of(model or "")]
    pairs = [(what, p) for what in whats for p in what.propositions]
    if claim:
        pairs = [(whats[0], Proposition("claim", "The claim made.", claim, given=given))]
    elif only:
        known = [p.name for _, p in pairs]
        pairs = [(what, p) for what, p in pairs if p.name == only]
        if not pairs:
            raise DeclarationError(unknown("proposition", only, known, f"model '{model}'"))
    if not pairs:
        raise DeclarationError(f"model '{model}' states no proposition; ask with --claim")
    seconds = _seconds(limit)
    found = [
        (what.name, _working(f"proving {p.name}", partial(proving.prove, what, p, seconds)))
        for what, p in pairs
    ]
    if latex:
        _emit(prove_page.prove_latex(found, {what.name: what for what in whats}), file)
    else:
        _deliver(
            lambda: prove_page.prove_page(found), lambda: prove_page.prove_result(found),
            style, as_json, file,
        )  # fmt: skip
    settled = (proof.outcome == "proved" if claim else proof.as_expected for _, proof in found)
    return 0 if all(settled) else _FAILED


def _seconds(text: str) -> float:
    """Read a time limit: a number of seconds above 0, at most a day."""
    from pigou.exact import exact

    try:
        seconds = exact(text)
    except PigouError:
        seconds = exact(0)
    if not 0 < seconds <= 86_400:
        raise DeclarationError(f"--time-limit is a number above 0 and at most 86400, not {text}")
    return float(seconds)


def _over(text: str | None, has_reform: bool, option: str = "--over") -> tuple[str, Any, Any]:
    """Read ``name=low:high``; without it, the strength of a reform from 0 to 1."""
    from pigou.exact import exact

    if text is None:
        if has_reform:
            return "strength", 0, 1
        raise click.UsageError("say what varies: --over NAME=LOW:HIGH, or a reform with -r")
    name, _, ends = (part.strip() for part in text.partition("="))
    try:
        low, high = (exact(end) for end in ends.split(":"))
    except (PigouError, ValueError):
        raise DeclarationError(
            f"{option} {text}: write a parameter and its range as NAME=LOW:HIGH, as in rate=0:1/2"
        ) from None
    return name, low, high


def _picture_of(drawing: Path | None) -> Callable[[Any], bytes]:
    """Refuse a picture that cannot be drawn before the work is done."""
    from pigou import policy_range_picture

    ending = "svg" if drawing is None else drawing.suffix.lower().removeprefix(".")
    if ending not in policy_range_picture.FORMATS:
        formats = ", ".join(f".{one}" for one in policy_range_picture.FORMATS)
        raise DeclarationError(f"--picture {drawing}: a picture ends in {formats}")
    return partial(policy_range_picture.policy_range_picture, ending=ending)


def _model_of(text: str) -> Any:
    """Find a model, with citations for the keys in its sources."""
    from pigou import bibliography, catalogue

    if _state_model(text) is not None:
        raise DeclarationError(
            f"'{text}' is a model about a state, which `pigou show`, `solve` and `compare` take"
        )
    return bibliography.cited(catalogue.find_model(text))


# -- output -----------------------------------------------------------------------------------


def _code(sets: Iterable[Any]) -> int:
    """Exit code 3 where there is no equilibrium, or the list could not be shown complete."""
    return 0 if all(found.complete and found.equilibria for found in sets) else _INCOMPLETE


def _deliver(
    page: Callable[[], Page],
    result: Callable[[], dict[str, Any]],
    style: str | None,
    as_json: bool,
    file: Path | None,
) -> None:
    """Print a page or a JSON object, or write it to a file."""
    if as_json and style:
        raise click.UsageError("choose one of --json and --format")
    suffix = _BY_SUFFIX.get(file.suffix.lower(), "table") if file is not None else "table"
    style = "json" if as_json else style or suffix
    if style == "json":
        _emit(_dumps(result()), file)
        return
    from pigou import screen, tables

    if style == "table" and file is None and sys.stdout.isatty():
        screen.show(page(), screen.console(sys.stdout))
        return
    dress = {"csv": tables.as_csv, "md": tables.as_markdown, "tex": tables.as_latex}
    _emit(dress.get(style, screen.as_text)(page()), file)


def _dumps(result: dict[str, Any]) -> str:
    return json.dumps(result, ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def _emit(content: str | bytes, file: Path | None) -> None:
    """Print a text, or write it to a file in one go: nothing half-written is left behind."""
    if file is None:
        assert isinstance(content, str)
        sys.stdout.write(content)
        return
    _check_place(file)
    if file.exists() and not file.is_file():
        _write(file, content)
        return
    target = file.resolve()
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        _write(draft, content)
        draft.replace(target)
    except OSError as error:
        raise DeclarationError(f"-o {file}: cannot be written: {error.strerror or error}") from None
    finally:
        draft.unlink(missing_ok=True)


def _check_place(file: Path | None) -> None:
    """Refuse a place where no file can be: before long work is done for it."""
    if file is None:
        return
    if file.is_dir():
        raise DeclarationError(f"-o {file}: this is a folder, not a file")
    if not file.parent.is_dir():
        raise DeclarationError(f"-o {file}: there is no folder '{file.parent}'")


def _write(file: Path, content: str | bytes) -> None:
    if isinstance(content, bytes):
        file.write_bytes(content)
    else:
        file.write_text(content, encoding="utf-8")


R = TypeVar("R")


def _working(word: str, work: Callable[[], R]) -> R:
    """Do some work; on a terminal, say on standard error that it is under way."""
    if not sys.stderr.isatty():
        return work()
    from rich.console import Console

    with Console(stderr=True).status(f"{word} ..."):
        return work()
