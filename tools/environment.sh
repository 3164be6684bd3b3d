#!/bin/sh
# Make .venv and install one extra of pyproject.toml into it, at the versions of requirements.txt.
#
#   sh tools/environment.sh EXTRA          EXTRA is book, test, lab, teach, paper or bench
#
# PYTHON        the Python to use; without it the first of PATH that is new enough
# TORCH_INDEX   one more package index, of PyTorch's CPU wheels: the default Linux wheel brings CUDA
#
# What goes wrong is said in one sentence. pip's own words are in .venv/install-EXTRA.log.
set -eu

extra=$1
log=.venv/install-$extra.log

fail() {
    echo "$*" >&2
    exit 1
}

is_supported() {
    command -v "$1" >/dev/null 2>&1 &&
        "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null
}

find_python() {
    for candidate in ${PYTHON:+"$PYTHON"} python3 python3.14 python3.13 python3.12 python3.11; do
        if is_supported "$candidate"; then
            echo "$candidate"
            return
        fi
        [ -z "${PYTHON:-}" ] || break # asked for by name: take no other
    done
    fail "Rectified needs Python 3.11, 3.12, 3.13 or 3.14. Say where it is: make book PYTHON=/path/to/python3.12"
}

# An environment stopped half way has no pip that runs. One that was moved still points to the folder
# it was made in, which its mark tells. One without a mark was made by hand: keep it.
environment_is_whole() {
    is_supported .venv/bin/python && .venv/bin/python -m pip --version >/dev/null 2>&1 || return 1
    [ ! -e .venv/.folder ] || [ "$(cat .venv/.folder)" = "$(pwd -P)" ]
}

make_environment() {
    python=$(find_python)
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        fail "This Python has no venv module. On Debian and Ubuntu: sudo apt-get install python3-venv"
    "$python" -m venv --clear .venv >/dev/null ||
        fail "Python could not make the folder .venv; are you allowed to write here, and is the disk full?"
}

explain_pip() {
    if grep -qiE 'name resolution|NewConnectionError|ConnectTimeout|ReadTimeout|ProxyError|unreachable|nodename nor servname' "$log"; then
        fail "pip could not reach the package index: is there a network? The details are in $log"
    elif grep -q 'No space left' "$log"; then
        fail "pip stopped because the disk is full. The details are in $log"
    fi
    fail "pip could not install what the book needs: $(grep -iE 'error' "$log" | tail -n 1). The details are in $log"
}

environment_is_whole || make_environment
pwd -P >.venv/.folder
echo "Installing what \"make $extra\" needs. The first time this takes minutes; pip writes to $log"
.venv/bin/python -m pip install ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} \
    --constraint requirements.txt --editable ".[$extra]" >"$log" 2>&1 || explain_pip
touch ".venv/.$extra"
