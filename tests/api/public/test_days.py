"""A licence is judged by the day where its authority sits, in every answer and at every hour: none is kinder than `/verify`."""

import json
import re
import zlib
from base64 import b64decode
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import pytest
import time_machine
from flask.testing import FlaskClient
from registry_client.network import Unreachable
from registry_client.ranges import PrivateAnswer, key_of, look_up
from registry_client.trust import read_trust
from sqlalchemy.orm import Session

from registry.core.clock import day_at
from registry.core.keyring import Keyring, Use
from registry.core.settings import Settings
from registry.http.transaction import Services
from registry.log import queries as log
from registry.log.signing import sign_committed
from registry.proofs.credentials.signing import Signers
from registry.ranges.actions import write_epoch
from registry.ranges.kit import HASH_BYTES, kit
from registry.ranges.rules import easternmost_day, key_hash, key_text
from registry.register.agencies import record
from registry.register.agencies.actions import amend
from registry.register.agencies.keys import number_key
from registry.register.agencies.publishing import Event
from registry.vocabulary.register import LicenceStatus
from tests import make
from tests.moved_clock import COUNTRIES, ONE_MOMENT, OTHER_MOMENTS
from tests.proofs.credentials import reading as proofs
from tests.thorough import thorough
from tests.watches import making as watches

DAY = timedelta(days=1)
ACTIVE, SUSPENDED, EXPIRED = LicenceStatus.ACTIVE, LicenceStatus.SUSPENDED, LicenceStatus.EXPIRED
VALID = 0
LISTED = {ACTIVE: ("PLAIN", "ENDS", "LATER", "LIFTED"), SUSPENDED: ("SUSPENDED", "HELD"), EXPIRED: ("ENDED",)}


def history(*periods: tuple[LicenceStatus, date | None, date | None]) -> tuple[record.StatusPeriod, ...]:
    return tuple(make.status_record(status, from_=begin or make.OPENED_ON, to=end) for status, begin, end in periods)


def licences_of(country: str, today: date) -> Iterator[record.Licence]:
    """Licences of one country with a change yesterday, today or tomorrow; each bears its case as its number."""

    def licence(case: str, **facts: Any) -> record.Licence:
        return make.licence_record(country=country, number=f"{country}-{case}", **facts)

    yesterday, tomorrow = today - DAY, today + DAY
    yield licence("PLAIN")
    yield licence("ENDS", valid_to=today)
    yield licence("ENDED", valid_to=yesterday)
    yield licence("BEGINS", valid_from=tomorrow, status_history=history((ACTIVE, tomorrow, None)))
    yield licence("SUSPENDED", status_history=history((ACTIVE, None, yesterday), (SUSPENDED, today, None)))
    yield licence("LATER", status_history=history((ACTIVE, None, today), (SUSPENDED, tomorrow, None)))
    yield licence("LIFTED", status_history=history((SUSPENDED, None, yesterday), (ACTIVE, today, None)))
    yield licence("HELD", status_history=history((SUSPENDED, None, today), (ACTIVE, tomorrow, None)))


class RegistryAtMoment:
    """A registry at one moment, and whom one can ask: each gives the answers by number."""

    def __init__(self, client: FlaskClient, services: Services, settings: Settings, at: datetime) -> None:
        self.client, self.services, self.settings, self.at = client, services, settings, at

    def publish(self) -> None:
        sign_committed(self.settings, self.services.sessions)
        write_epoch(self.services.sessions)
        sign_committed(self.settings, self.services.sessions)

    def verify(self, number: str) -> tuple[str, list[str]]:
        answer = self.client.get("/api/v1/verify", query_string={"licence_number": number, "origin": "CN"}).json
        return answer["verdict"], [one["code"] for one in answer["reasons"]]

    def listed(self, country: str, status: LicenceStatus) -> set[str]:
        """The agencies of a country that are listed with a status, by the API and by the page alike."""
        query = {"status": status.value, "country": country}
        found = {one["agency_id"] for one in self.client.get("/api/v1/agencies", query_string=query).json["items"]}
        page = self.client.get("/en/agencies", query_string=query).get_data(as_text=True)
        assert set(re.findall(r"/en/agencies/([0-9A-Z]{12})", page)) == found
        return found

    def status_values(self) -> str:
        _, payload = proofs.parts(self.client.get("/status/0").get_data(as_text=True))
        lst: str = payload["status_list"]["lst"]
        return lst

    def look_up(self, number: str) -> PrivateAnswer:
        with self.services.reading_sessions() as reading:
            trust = read_trust(msgspec.json.encode(log.trust_file(reading, self.settings.public_url)))

        def fetch(path: str, limit: int) -> bytes:
            response = self.client.get(path)
            if response.status_code != 200:
                raise Unreachable(path, response.status_code)
            return bytes(response.data[:limit])

        return look_up(fetch, trust, key_of("licence_number", number), int(self.at.timestamp()) + 5)

    def kit(self) -> dict[str, tuple[str, bool]]:
        """By hash, what the offline kit's page says where no country is chosen, and whether that is over by its own day."""
        with self.services.reading_sessions() as reading:
            page = kit(reading, Signers(self.settings.keys).of(Use.RECEIPT), self.settings.public_url).decode()
        today = easternmost_day(self.at).isoformat()
        facts = json.loads(page.partition('id="facts">')[2].partition("</script>")[0])
        assert facts["on"] <= today <= facts["not_after"]
        packed = b64decode(page.partition('id="data">')[2].partition("</script>")[0])
        data = json.loads(zlib.decompress(packed, -15))
        keys, found = b64decode(data["keys"]), {}
        for place, answers in enumerate(data["of"]):
            _, verdict, last, _ = next(one for one in data["sets"][answers] if not one[0])
            key = keys[place * HASH_BYTES : (place + 1) * HASH_BYTES].hex()
            found[key] = (verdict, last != "" and last < today)
        return found


@pytest.mark.parametrize("at", [ONE_MOMENT, *thorough(*OTHER_MOMENTS)], ids=lambda at: at.strftime("%H:%M"))
def test_no_answer_is_kinder_than_verify(
    client: FlaskClient, session: Session, held_services: Services, settings: Settings, at: datetime
):
    with time_machine.travel(at, tick=False):
        holders = {}
        for country in COUNTRIES:
            for licence in licences_of(country, day_at(at, make.ZONES[country])):
                agency = make.make_agency(session, country=country, licences=(licence,))
                holders[str(licence.number)] = agency
        session.commit()
        world = RegistryAtMoment(client, held_services, settings, at)
        world.publish()
        values, kit_says = world.status_values(), world.kit()
        of_status = {status: {c: world.listed(c, status) for c in COUNTRIES} for status in LISTED}
        for number, agency in holders.items():
            country, _, case = number.partition("-")
            verdict, codes = world.verify(number)
            assert ("licence_suspended" in codes) == (case in ("SUSPENDED", "HELD")), number
            assert ("licence_expired" in codes) == (case == "ENDED"), number
            assert ("not_yet_valid" in codes) == (case == "BEGINS"), number
            assert verdict == "no" or case not in ("SUSPENDED", "HELD", "ENDED", "BEGINS"), number

            for status, cases in LISTED.items():
                assert (agency.agency_id in of_status[status][country]) == (case in cases), (number, status)

            value = proofs.status_at(values, agency.licences[0].status_place)
            assert (value == VALID) == (case not in ("SUSPENDED", "HELD")), number

            found = world.look_up(number)
            (private,) = (one for one in found.answers if "destination" not in one)
            assert found.state == "present"
            kit_verdict, is_over = kit_says[
                key_hash(key_text("licence_number", number_key(number))).hex()[: 2 * HASH_BYTES]
            ]
            if private["verdict"] == "too_old":
                # Readers count in UTC+8: of what changes at the end of a day farther west that says so some hours before.
                assert case in ("ENDS", "BEGINS", "LATER", "HELD"), number
                assert easternmost_day(at) > day_at(at, make.ZONES[country]), number
            else:
                assert (private["verdict"], [one["code"] for one in private["reasons"]]) == (verdict, codes), number
            assert is_over == (private["verdict"] == "too_old"), number
            assert is_over or kit_verdict == verdict, number


@pytest.mark.parametrize("at", [ONE_MOMENT, *thorough(*OTHER_MOMENTS)], ids=lambda at: at.strftime("%H:%M"))
def test_what_is_suspended_from_today_is_so_with_the_next_epoch_in_list_lookup_and_stream(
    client: FlaskClient,
    session: Session,
    held_services: Services,
    settings: Settings,
    at: datetime,
):
    with time_machine.travel(at, tick=False):
        keyring, world, suspended = Keyring(settings.keys), RegistryAtMoment(client, held_services, settings, at), []
        for country in COUNTRIES:
            licence = make.licence_record(country=country, number=f"{country}-1", valid_to=date(2099, 1, 1))
            agency = make.make_agency(session, country=country, licences=(licence,))
            watches.make_watch(session, agency.agency_id)
            suspended.append(agency)
        session.commit()
        world.publish()
        watches.fan_out_committed(session, keyring)
        for agency in suspended:
            today = day_at(at, make.ZONES[agency.country])
            periods = history((ACTIVE, None, today - DAY), (SUSPENDED, today, None))
            changed = make.changed(agency.licences[0], status_history=periods)
            amend(session, make.changed(agency, licences=(changed,)), Event("licence.suspended"))
        session.commit()
        world.publish()
        watches.fan_out_committed(session, keyring)
        assert watches.types_of(session).count("licence.suspended") == len(COUNTRIES)
        values = world.status_values()
        for agency in suspended:
            number, place = f"{agency.country}-1", agency.licences[0].status_place
            assert world.verify(number)[0] == "no"
            assert {one["verdict"] for one in world.look_up(number).answers} == {"no"}
            assert proofs.status_at(values, place) != VALID
