import importlib
import os
import re
import signal
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

import pytest
import typer

from models.errors import ServiceError
from stream.cli import main as command_line
from stream.cli.main import COMMANDS, Command

STETHOS = Path(sys.executable).with_name("stethos")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([STETHOS, *arguments], capture_output=True, text=True, check=False, timeout=60)


def test_help_lists_every_command_and_imports_none():
    done = run("--help")
    assert done.returncode == 0
    for name, command in COMMANDS.items():
        assert f"│ {name} " in done.stdout
        assert command.help in done.stdout
    script = (
        "import sys; sys.argv = ['stethos', '--help']; from stream.cli.main import app; app(standalone_mode=False)"
    )
    script += "; print(sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    for heavy in ("faust", "kafka", "pydantic", "numpy", "river", "nicegui", "scipy", "influxdb_client"):
        assert f"'{heavy}'" not in loaded


def test_help_is_quick():
    seconds = []
    for _ in range(5):
        started = time.process_time() + sum(os.times()[2:4])
        run("--help")
        seconds.append(time.process_time() + sum(os.times()[2:4]) - started)
    assert min(seconds) < 0.5  # processor time of the command: a busy machine does not count


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_there_and_has_help_with_an_example(name: str):
    command = COMMANDS[name]
    loaded = getattr(importlib.import_module(command.module), command.name)
    assert callable(loaded)
    done = run(name, "--help")
    assert done.returncode == 0, done.stderr
    assert f"stethos {name}" in done.stdout
    assert "\\b" not in done.stdout
    parts = [c.name or c.callback.__name__ for c in getattr(loaded, "registered_commands", ())]
    texts = [run(name, part, "--help").stdout for part in parts] or [done.stdout]
    assert all(text.count(f"stethos {name}") > 1 for text in texts), "usage and an example"


def test_version():
    assert run("--version").stdout.strip() == f"stethos {version('stethos')}"


@pytest.mark.parametrize(
    "arguments", [(), ("nope",), ("--nope",), ("replay",), ("topics", "--nope"), ("record", "--count", "x")]
)
def test_wrong_usage_is_exit_2(arguments: tuple[str, ...]):
    done = run(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def _with(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def failing() -> None:
        raise error

    monkeypatch.setattr(command_line, "_failing", failing, raising=False)
    monkeypatch.setitem(COMMANDS, "fail", Command(command_line.__name__, "_failing", "Fails."))
    monkeypatch.setattr(sys, "argv", ["stethos", "fail"])


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (ServiceError("the broker is away; start it"), 1, "error: the broker is away; start it\n"),
        (
            ModuleNotFoundError("no", name="nicegui"), 1,
            "error: this command needs nicegui; install it with pip install 'stethos[web]'\n",
        ),
        (typer.Exit(3), 3, ""),
        (KeyboardInterrupt(), 130, ""),
        (BrokenPipeError(32, "Broken pipe"), 1, ""),
    ],
)  # fmt: skip
def test_failures_are_one_line_and_an_exit_code(monkeypatch, capsys, error: BaseException, code: int, told: str):
    _with(monkeypatch, error)
    with pytest.raises(SystemExit) as ended:
        command_line.main()
    assert ended.value.code == code
    assert capsys.readouterr().err == told


def test_what_nobody_expected_keeps_its_traceback(monkeypatch):
    for error in (RuntimeError("a fault in the program"), ModuleNotFoundError("no", name="stream.nothing")):
        _with(monkeypatch, error)
        with pytest.raises(type(error)):
            command_line.main()


def test_ctrl_c_ends_with_130_and_no_traceback():
    process = subprocess.Popen([STETHOS, "replay", "-"], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        process.stdin.write("nonsense\n" * 1000)  # told on stderr as soon as it is at work
        process.stdin.flush()
        assert "stdin:1" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        _, rest = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 130
    assert "Traceback" not in rest


def test_no_help_text_has_brackets_that_its_renderer_takes_for_markup():
    lost = []
    root = typer.main.get_command(command_line.app)
    context = typer.Context(root)
    for name in COMMANDS:
        click = root.get_command(context, name)
        groups = getattr(click, "commands", {})
        for each in (click, *groups.values()):
            texts = [each.help or "", *(getattr(option, "help", None) or "" for option in each.params)]
            lost += [f"{name}: {text}" for text in texts if re.search(r"\[[a-z]", text)]
    assert not lost
