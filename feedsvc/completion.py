"""Completion for shells: scripts made from what the command line takes, so that they know no less and no more."""

import argparse
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class _Option:
    """An option of a command; ``takes_value`` says that a word follows it."""

    name: str
    help: str
    takes_value: bool


@dataclass(frozen=True, slots=True)
class _Words:
    """What may follow a command: options, words of a fixed list, or the name of a file (``folders``: of a folder)."""

    summary: str
    options: tuple[_Option, ...]
    choices: tuple[str, ...]
    only_folders: bool


def completion(parser: argparse.ArgumentParser, shell: str) -> str:
    """The script that completes ``parser``'s commands in ``shell``, one of ``SHELLS``."""
    (commands,) = (each for each in parser._actions if isinstance(each, argparse._SubParsersAction))
    summaries = {each.dest: each.help or "" for each in commands._choices_actions}
    return _SCRIPTS[shell]({name: _words(each, summaries[name]) for name, each in commands.choices.items()})


def _words(parser: argparse.ArgumentParser, summary: str) -> _Words:
    options, choices, only_folders = [], (), True
    for action in parser._actions:
        if action.option_strings:
            told = (action.help or "") % {"default": action.default, "prog": parser.prog}
            options.append(_Option(action.option_strings[-1], told, action.nargs != 0))
        elif action.choices:
            choices = tuple(action.choices)
        else:
            only_folders = action.dest == "dir"
    return _Words(summary, tuple(options), choices, only_folders)


def _bash(commands: Mapping[str, _Words]) -> str:
    return f"""\
# Completion of feedsvc for bash: source <(feedsvc completion bash)
_feedsvc() {{
    local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD-1]}}
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W "{" ".join(commands)} --help --version" -- "$cur")
        return
    fi
    case "$prev" in
        {"|".join(_with_values(commands))}) return ;;
    esac
    local options="" kind=file
    case "${{COMP_WORDS[1]}}" in
{_lines(commands, _bash_case)}
    esac
    case "$cur" in
        -*) mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur") ;;
        *) case "$kind" in
            file|directory) mapfile -t COMPREPLY < <(compgen -A "$kind" -- "$cur") ;;
            *) mapfile -t COMPREPLY < <(compgen -W "$kind" -- "$cur") ;;
        esac ;;
    esac
}}
complete -o filenames -F _feedsvc feedsvc
"""


def _bash_case(name: str, words: _Words) -> Iterable[str]:
    kind = " ".join(words.choices) or ("directory" if words.only_folders else "file")
    yield f'        {name}) options="{" ".join(each.name for each in words.options)}" kind="{kind}" ;;'


def _zsh(commands: Mapping[str, _Words]) -> str:
    return f"""\
#compdef feedsvc
# Completion of feedsvc for zsh: feedsvc completion zsh > ~/.zfunc/_feedsvc
_feedsvc() {{
    local -a commands=(
{_lines(commands, lambda name, words: (f"        {_single(f'{name}:{words.summary}')}",))}
    )
    if (( CURRENT == 2 )); then
        _describe command commands
        return
    fi
    shift words
    (( CURRENT-- ))
    case "$words[1]" in
{_lines(commands, _zsh_case)}
    esac
}}
compdef _feedsvc feedsvc
"""


def _zsh_case(name: str, words: _Words) -> Iterable[str]:
    yield f"        {name}) _arguments -s \\"
    for each in words.options:
        told = each.help.replace("[", "(").replace("]", ")").replace(":", "\\:")
        yield f"            {_single(f'{each.name}[{told}]' + (':value: ' if each.takes_value else ''))} \\"
    kind = f"({' '.join(words.choices)})" if words.choices else "_files -/" if words.only_folders else "_files"
    yield f"            {_single(f'*:argument:{kind}')} ;;"


def _fish(commands: Mapping[str, _Words]) -> str:
    return f"""\
# Completion of feedsvc for fish: feedsvc completion fish > ~/.config/fish/completions/feedsvc.fish
complete -c feedsvc -f
complete -c feedsvc -n __fish_use_subcommand -l help -d 'show the commands'
complete -c feedsvc -n __fish_use_subcommand -l version -d 'show the version'
{_lines(commands, _fish_lines)}
"""


def _fish_lines(name: str, words: _Words) -> Iterable[str]:
    here = f"-n '__fish_seen_subcommand_from {name}'"
    yield f"complete -c feedsvc -n __fish_use_subcommand -a {name} -d {_single(words.summary)}"
    for each in words.options:
        value = " -x" if each.takes_value else ""
        yield f"complete -c feedsvc {here} -l {each.name.removeprefix('--')}{value} -d {_single(each.help)}"
    if words.choices:
        yield f"complete -c feedsvc {here} -a {_single(' '.join(words.choices))}"
    elif words.only_folders:
        yield f"complete -c feedsvc {here} -a '(__fish_complete_directories)'"
    else:
        yield f"complete -c feedsvc {here} -F"


_SCRIPTS: Mapping[str, Callable[[Mapping[str, _Words]], str]] = {"bash": _bash, "zsh": _zsh, "fish": _fish}
SHELLS = tuple(_SCRIPTS)


def _lines(commands: Mapping[str, _Words], make: Callable[[str, _Words], Iterable[str]]) -> str:
    return "\n".join(line for name, words in commands.items() for line in make(name, words))


def _with_values(commands: Mapping[str, _Words]) -> list[str]:
    return sorted({each.name for words in commands.values() for each in words.options if each.takes_value})


def _single(text: str) -> str:
    """``text`` in single quotes, as zsh and fish read them."""
    return "'" + text.replace("\\", "\\\\").replace("'", "’") + "'"
