"""Every command is loaded when the tests are collected, as the tests themselves are.

`registry` loads a command when it is asked for. Read so late, from a tree in which somebody is at work, it does not fit what was
loaded before, and a test fails that nothing is wrong with.
"""

import click

from registry.cli import COMMANDS, main

for _name in COMMANDS:
    main.get_command(click.Context(main), _name)
