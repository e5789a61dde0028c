"""`python -m registry.cli` is the `registry` command, for places where scripts are not on the PATH."""

from registry.cli import main

main(prog_name="registry")
