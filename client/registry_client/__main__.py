"""`python -m registry_client`."""

from registry_client.cli import main

raise SystemExit(main())
