"""Settings: their defaults, and that a wrong one is named with what to do."""

from pathlib import Path

import pytest

from registry.core.errors import SettingsError
from registry.core.settings import Bucket, Edge, Settings


def test_nothing_need_be_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings.from_environment({})
    assert settings.home == tmp_path / "var"
    assert settings.database_url == f"sqlite:///{tmp_path}/var/registry.sqlite3"
    assert (settings.port, settings.public_url) == (8000, "http://127.0.0.1:8000")
    assert settings.edges == {Edge.API, Edge.PUBLIC, Edge.INTAKE}
    assert settings.files == tmp_path / "var" / "files"
    assert (settings.smtp_url, settings.redis_url, settings.has_metrics, settings.rate) == (None, None, False, 600)
    assert not settings.trusted_proxies
    assert not settings.home.exists()


def test_where_the_registry_is_public_no_webhook_leads_inward() -> None:
    requested = {"REGISTRY_UNSAFE_WEBHOOKS": "on"}
    assert Settings.from_environment(requested).has_unsafe_webhooks
    with pytest.raises(SettingsError, match="must be off where REGISTRY_URL begins with https"):
        Settings.from_environment(requested | {"REGISTRY_URL": "https://registry.example.org"})


def test_the_home_is_its_owners_alone(tmp_path: Path) -> None:
    settings = Settings.from_environment({"REGISTRY_HOME": str(tmp_path / "a" / "b")})
    settings.prepare_home()
    settings.prepare_home()
    assert settings.home.stat().st_mode & 0o777 == 0o700


def test_a_home_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SettingsError, match="REGISTRY_HOME"):
        Settings.from_environment({"REGISTRY_HOME": str(tmp_path / "file" / "home")}).prepare_home()


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("PORT", "http", "from 1 to 65535"),
        ("PORT", "0", "from 1 to 65535"),
        ("PORT", "65536", "from 1 to 65535"),
        ("PORT", "８０００", "from 1 to 65535"),
        ("REGISTRY_DATABASE_URL", "postgresql://secret@db/registry", "name its driver"),
        ("REGISTRY_DATABASE_URL", "mysql://secret@db/registry", "postgresql+psycopg://"),
        ("REGISTRY_DATABASE_URL", "sqlite://", "path of a file"),
        ("REGISTRY_DATABASE_URL", "sqlite:///:memory:", "path of a file"),
        ("REGISTRY_DATABASE_URL", "postgresql+psycopg://secret@db:x/registry", "write it like"),
        ("REGISTRY_URL", "registry.example", "scheme and host"),
        ("REGISTRY_URL", "https://registry.example/path", "scheme and host"),
        ("REGISTRY_URL", "https://secret@registry.example", "scheme and host"),
        ("REGISTRY_URL", "ftp://registry.example", "scheme and host"),
        ("REGISTRY_URL", "https://登记.example", "punycode"),
        ("REGISTRY_URL", "https://[::1", "write it like"),
        ("REGISTRY_CONSOLE_URL", "https://desk.example", "set REGISTRY_URL too"),
        ("REGISTRY_EDGES", "api,admin", "api, public, intake, console"),
        ("REGISTRY_EDGES", ",", "api, public, intake, console"),
        ("REGISTRY_FILES", "ftp://secret@bucket", "path of a folder"),
        ("REGISTRY_FILES", "s3://Secret_Bucket/a", "s3://bucket/prefix"),
        ("REGISTRY_FILES", "s3://bucket/secret/../other", "s3://bucket/prefix"),
        ("REGISTRY_S3_ENDPOINT", "https://secret.example", "s3://bucket/prefix"),
        ("REGISTRY_S3_SECRET", "secret", "s3://bucket/prefix"),
        ("REGISTRY_SMTP_URL", "secret@mail", "smtp://mail:25"),
        ("REGISTRY_NTFY_URL", "http://secret@ntfy.example", "https://:token@ntfy.example"),
        ("REGISTRY_MATRIX_URL", "secret@matrix", "https://:token@matrix.example"),
        ("REGISTRY_REDIS_URL", "memcached://secret", "redis://redis:6379/0"),
        ("REGISTRY_TRUSTED_PROXIES", "all", "10.0.0.0/8"),
        ("REGISTRY_TRUSTED_PROXIES", "10.0.0.1/8", "10.0.0.0/8"),
        ("REGISTRY_METRICS", "maybe", "on or off"),
        ("REGISTRY_RATE", "0", "from 1"),
        ("REGISTRY_RATE", "-5", "from 1"),
    ],
)
def test_a_wrong_value_is_named_with_what_to_do_and_not_repeated(name: str, value: str, hint: str) -> None:
    with pytest.raises(SettingsError) as raised:
        Settings.from_environment({name: value})
    assert raised.value.text.startswith(name)
    assert hint in raised.value.text
    assert "secret" not in raised.value.text


def test_a_mistyped_name_is_refused_and_a_foreign_one_is_not() -> None:
    with pytest.raises(SettingsError, match="REGISTRY_DATABASE_URL"):
        Settings.from_environment({"REGISTRY_DATABSE_URL": "postgresql+psycopg://db/registry"})
    # Kubernetes adds such names for a service called registry.
    Settings.from_environment({"REGISTRY_SERVICE_HOST": "10.0.0.1", "REGISTRY_PORT_80_TCP": "tcp://10.0.0.1:80"})


def test_files_may_be_kept_in_a_bucket(tmp_path: Path) -> None:
    named = {"REGISTRY_FILES": "s3://files.example/complaints/one/", "REGISTRY_S3_ENDPOINT": "http://127.0.0.1:9000"}
    signed = {"REGISTRY_S3_KEY": "name", "REGISTRY_S3_SECRET": "secret", "REGISTRY_S3_REGION": "eu-south-1"}
    settings = Settings.from_environment(named | signed)
    assert settings.files == Bucket(
        "files.example", "complaints/one", "http://127.0.0.1:9000", "eu-south-1", "name", "secret"
    )
    assert "secret" not in repr(settings)
    assert Settings.from_environment({"REGISTRY_FILES": "s3://bucket"}).files == Bucket("bucket")
    assert Settings.from_environment({"REGISTRY_FILES": str(tmp_path)}).files == tmp_path


@pytest.mark.parametrize(
    ("added", "hint"),
    [
        ({"REGISTRY_S3_ENDPOINT": "secret.example"}, "https://s3.example.org"),
        ({"REGISTRY_S3_KEY": "secret"}, "go together"),
    ],
)
def test_a_half_described_bucket_is_an_error(added: dict[str, str], hint: str) -> None:
    with pytest.raises(SettingsError, match=hint) as raised:
        Settings.from_environment({"REGISTRY_FILES": "s3://bucket"} | added)
    assert "secret" not in raised.value.text


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://Registry.Example/", "https://registry.example"),
        ("https://registry.example:443", "https://registry.example"),
        ("http://registry.example:8080", "http://registry.example:8080"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_the_public_address_has_one_form(given: str, kept: str) -> None:
    assert Settings.from_environment({"REGISTRY_URL": given}).public_url == kept


def test_passwords_are_not_in_the_text_form() -> None:
    settings = Settings.from_environment(
        {
            "REGISTRY_DATABASE_URL": "postgresql+psycopg://registry:secret@db/registry",
            "REGISTRY_SMTP_URL": "smtp://registry:secret@mail",
            "REGISTRY_REDIS_URL": "redis://:secret@redis",
            "REGISTRY_NTFY_URL": "https://:secret@ntfy.example",
            "REGISTRY_MATRIX_URL": "http://:secret@localhost:8008",
        }
    )
    assert "secret" not in repr(settings)


@pytest.mark.parametrize(
    ("url", "hint"),
    [
        ("https://registry.example:443", "another host than REGISTRY_URL"),
        ("desk.example", "scheme and host"),
        ("https://desk.example/console", "scheme and host"),
    ],
)
def test_a_consoles_own_address_that_is_none_stops_the_start(url: str, hint: str) -> None:
    with pytest.raises(SettingsError) as raised:
        Settings.from_environment({"REGISTRY_URL": "https://registry.example", "REGISTRY_CONSOLE_URL": url})
    assert raised.value.text.startswith("REGISTRY_CONSOLE_URL")
    assert hint in raised.value.text


def test_officers_find_the_console_where_it_is() -> None:
    shared = {"REGISTRY_URL": "https://registry.example"}
    assert Settings.from_environment(shared).console_address == "https://registry.example"
    own = Settings.from_environment(shared | {"REGISTRY_CONSOLE_URL": "https://Desk.example:443"})
    assert own.console_address == "https://desk.example"


def test_several_database_servers_may_be_written_as_libpq_writes_them() -> None:
    given = "postgresql+psycopg://registry:secret@a:5432,b:5433/registry?target_session_attrs=read-write"
    found = Settings.from_environment({"REGISTRY_DATABASE_URL": given}).database_url
    assert found == (
        "postgresql+psycopg://registry:secret@/registry?host=a:5432&host=b:5433&target_session_attrs=read-write"
    )
    one_each = "postgresql+psycopg://registry@/registry?host=a:5432&host=b:5433"
    assert Settings.from_environment({"REGISTRY_DATABASE_URL": one_each}).database_url == one_each
