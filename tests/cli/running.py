"""Commands run in the test's own process."""

from click.testing import CliRunner, Result

from registry.cli import main


def run(*arguments: str, env: dict[str, str]) -> Result:
    """The command in this process: it is called often, and starts slowly."""
    return CliRunner().invoke(main, arguments, env={"REGISTRY_URL": None, "PORT": None, **env})


def good(*arguments: str, env: dict[str, str]) -> str:
    done = run(*arguments, env=env)
    assert (done.exit_code, done.stderr) == (0, ""), done.stderr
    return done.stdout


def refused(*arguments: str, env: dict[str, str]) -> str:
    done = run(*arguments, env=env)
    assert done.exit_code == 2, done.stdout
    return done.stderr
