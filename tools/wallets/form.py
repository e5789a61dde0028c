"""Issues whole credentials on demo data of a registry of its own and says how they are: `python -m tools.wallets.form [2000]`.

Half are licences, half copies of a staff card. Each of twelve properties is a line, "holds ..." or "FAILS ...", then what it
cost, and how large the list is. The exit code is 1 when any fails.
"""

import hashlib
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from base64 import b64decode, b64encode, urlsafe_b64decode
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

REGISTRY = Path(sys.executable).with_name("registry")
OPERATOR = ("Invented Ministry of Labour", "IT", "GOVIT-00000001")
DAYS_14 = 14 * 86_400
BINS = 16
CHI_SQUARE = 60
"""Of 15 degrees of freedom: by chance more comes once in four million runs."""


@click.command()
@click.argument("count", type=click.IntRange(100, 60_000), default=2000)
def main(count: int) -> None:
    """Issue COUNT credentials and examine them."""
    with tempfile.TemporaryDirectory(prefix="wallet-form-") as home:
        # Before anything of the registry is loaded that reads it.
        for name in [name for name in os.environ if name.startswith("REGISTRY_")]:
            del os.environ[name]
        os.environ |= {
            "REGISTRY_HOME": home,
            "REGISTRY_URL": "https://registry.example",
            "REGISTRY_WALLETS": "on",
            "REGISTRY_OPERATOR": "; ".join(OPERATOR),
            "REGISTRY_PUBLIC_BODY": "on",
        }
        for command in (["db", "upgrade"], ["demo", "load"]):
            subprocess.run([REGISTRY, *command], check=True, stdout=subprocess.DEVNULL)
        issued, seconds, read, root = issue(count)
    found = list(examine(issued, read, root))
    for name, is_met in found:
        click.echo(f"{'holds' if is_met else 'FAILS'}  {name}")
    click.echo(f"{sum(is_met for _, is_met in found)} of {len(found)}")
    lists = {claims["status"]["uri"] for _, claims in issued}
    sizes = ", ".join(f"{len(read[one]):,} bytes" for one in sorted(lists))
    click.echo(f"{count} credentials, {seconds / count * 1000:.1f} ms each with its commit; status list {sizes}")
    sys.exit(0 if all(is_met for _, is_met in found) else 1)


def issue(count: int) -> tuple[list[tuple[dict[str, Any], dict[str, Any]]], float, dict[str, bytes], x509.Certificate]:
    """Header and claims of each credential, the seconds they took, what their addresses answer, and the root's certificate."""
    from registry.app import create_app
    from registry.cli.opening import open_registry
    from registry.core.calls import Call
    from registry.core.clock import now
    from registry.core.key_records import public_jwk
    from registry.core.keyring import Use
    from registry.log.signing import sign_committed
    from registry.proofs.wallets import staff
    from registry.proofs.wallets.issuing import Subject, WalletIssuer
    from registry.proofs.wallets.models import StaffCard
    from registry.vocabulary.supervision import WalletForm

    issued = []
    with open_registry() as (settings, sessions, keyring):
        sign_committed(settings, sessions)
        issuer = WalletIssuer.of(settings)
        with sessions.begin() as session:
            agency, licence = holder_in_force(session, now().date())
            person = staff.Person("Ada", "Esempio")
            card = staff.order(Call(session, staff.AgencyUser("-", agency), now()), keyring, licence, person)
            card_id = card.id
        keys = [public_jwk(ec.generate_private_key(ec.SECP256R1()).public_key()) for _ in range(count)]
        began = time.perf_counter()
        for number, key in enumerate(keys):
            with sessions.begin() as session:
                subject = Subject(WalletForm.LICENCE, licence)
                if number % 2:
                    subject = Subject(WalletForm.STAFF_CARD, licence, session.get(StaffCard, card_id))
                issued.append(parts_of(issuer.issue(session, subject, key, now())))
        seconds = time.perf_counter() - began
        client = create_app(settings).test_client()
        addresses = {one for _, claims in issued for one in (claims["vct"], claims["status"]["uri"])}
        read = {one: client.get(urlsplit(one).path, base_url=settings.public_url).data for one in addresses}
        root = x509.load_der_x509_certificate(b64decode(keyring.active(Use.ROOT).certificate or ""))
    return issued, seconds, read, root


def holder_in_force(session: Any, day: Any) -> tuple[str, str]:
    """References of an agency and of a licence of it that is in force and states its term."""
    from sqlalchemy import select

    from registry.proofs.wallets.rules import is_in_force
    from registry.register.agencies.models import PublicRecord
    from registry.register.agencies.record import read_record

    for body in session.execute(select(PublicRecord.body)).scalars():
        agency = read_record(body)
        for licence in agency.licences:
            if is_in_force(licence, agency, day) and licence.valid_from and licence.valid_to:
                return agency.agency_id, licence.licence_id
    raise click.ClickException("no licence of the demo data is in force with a term")


def parts_of(credential: str) -> tuple[dict[str, Any], dict[str, Any]]:
    header, claims, _ = credential.partition("~")[0].split(".")
    return json.loads(decoded(header)), json.loads(decoded(claims))


def decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def examine(
    issued: Sequence[tuple[dict[str, Any], dict[str, Any]]], read: dict[str, bytes], root: x509.Certificate
) -> Iterator[tuple[str, bool]]:
    """The twelve properties, and whether all that was issued have them."""
    stated = [claims for _, claims in issued]
    licences = [claims for claims in stated if "licence" in claims]
    places = [claims["status"]["status_list"] for claims in stated]
    drawn = [place["idx"] for place in places]
    yield (
        "exp: 14 days at most, and not behind the licence's own term",
        all(0 < one["exp"] - one["nbf"] <= DAYS_14 and one["exp"] <= one["adm_exp"] for one in stated),
    )
    yield "nbf: when it was issued", all(one["nbf"] == one["iat"] for one in stated)
    yield "adm_nbf: the first second of the licence's term", all(isinstance(one["adm_nbf"], int) for one in stated)
    yield "adm_exp: the end of that term", all(one["adm_nbf"] < one["adm_exp"] for one in stated)
    yield (
        "vct#integrity: fetched, and equal",
        all(one["vct#integrity"] == digest_of(read[one["vct"]]) for one in stated),
    )
    yield (
        "category: of a licence that a public body issues",
        all(one["category"] == "urn:etsi:esi:eaa:eu:pub" for one in licences),
    )
    yield (
        "issuer: name, country, identifier",
        all((one["issuing_authority"], one["issuing_country"], one["iss_reg_id"]) == OPERATOR for one in stated),
    )
    yield "status as IETF has it", all({"idx", "uri"} == one.keys() for one in places)
    yield (
        "status as ETSI has it, and the same",
        all(
            (one["status"]["type"], one["status"]["index"], one["status"]["uri"])
            == ("TokenStatusList", place["idx"], place["uri"])
            for one, place in zip(stated, places, strict=True)
        ),
    )
    yield (
        "chain: under the root, with O, C and organizationIdentifier",
        all(is_under(certificate, root) for certificate in {header["x5c"][0] for header, _ in issued}),
    )
    yield "no place twice", len({(place["uri"], place["idx"]) for place in places}) == len(places)
    yield "no order: chi-square over the list, and as many places rise as fall", is_without_order(drawn)


def digest_of(body: bytes) -> str:
    return f"sha256-{b64encode(hashlib.sha256(body).digest()).decode()}"


def is_under(certificate: str, root: x509.Certificate) -> bool:
    leaf = x509.load_der_x509_certificate(b64decode(certificate))
    leaf.verify_directly_issued_by(root)
    oids = (NameOID.ORGANIZATION_NAME, NameOID.COUNTRY_NAME, NameOID.ORGANIZATION_IDENTIFIER)
    return all(
        tuple(one.subject.get_attributes_for_oid(oid)[0].value for oid in oids) == OPERATOR for one in (leaf, root)
    )


def is_without_order(drawn: Sequence[int]) -> bool:
    expected = len(drawn) / BINS
    bins = [0] * BINS
    for place in drawn:
        bins[place * BINS // 131_072] += 1
    rising = sum(before < after for before, after in itertools.pairwise(drawn)) / (len(drawn) - 1)
    return sum((found - expected) ** 2 / expected for found in bins) < CHI_SQUARE and 0.4 < rising < 0.6


if __name__ == "__main__":
    main()
