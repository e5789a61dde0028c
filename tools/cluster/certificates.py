"""An authority of a cluster's own, and for each of its machines the files that deploy/ names."""

import shutil
from pathlib import Path

import trustme

from tools.cluster.network import MACHINES, Loopback
from tools.cluster.parts import own

CA, CERTIFICATE, KEY, BOTH = "ca.pem", "machine.pem", "machine.key", "machine-and-key.pem"


class Certificates:
    """A folder for each machine with the authority's certificate, its own, its key, and both of its own in one file."""

    def __init__(self, folder: Path, network: Loopback) -> None:
        self._folder = folder / "certificates"
        self._folder.mkdir(mode=0o755)
        authority = trustme.CA()
        self.ca = self._folder / CA
        authority.cert_pem.write_to_path(self.ca)
        for machine in ("driver", *MACHINES):
            # On the loopback all come from its first address, and etcd holds a member to the one that it comes from.
            also = () if network.can_cut else ("127.0.0.1",)
            certified = authority.issue_cert(network.host(machine), f"{machine}.example", *also)
            own_folder = self.of(machine)
            own_folder.mkdir()
            shutil.copy(self.ca, own_folder / CA)
            for name, pem in (
                (CERTIFICATE, certified.cert_chain_pems[0]),
                (KEY, certified.private_key_pem),
                (BOTH, certified.private_key_and_cert_chain_pem),
            ):
                (own_folder / name).touch(mode=0o600)
                pem.write_to_path(own_folder / name)
            if machine.startswith("db"):
                own(own_folder, *own_folder.iterdir())

    def of(self, machine: str) -> Path:
        return self._folder / machine

    def shown_by(self, machine: str) -> tuple[str, str]:
        """Certificate and key of a machine, as `requests` takes them."""
        return str(self.of(machine) / CERTIFICATE), str(self.of(machine) / KEY)


__all__ = ["BOTH", "CA", "CERTIFICATE", "KEY", "Certificates"]
