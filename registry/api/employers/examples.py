"""Examples of organisations' programs, each area a story in its order. Tests play them and hold examples.json to what comes back.

Keys and references are new each time; in the stories they are these.
"""

from registry.api.employers.story import EmployerExample, example

# What each story has from the start
ORGANISATION, KEY, OTHER_KEY = "XRGANSATN22A", "KEYXX222222B", "XTHERKEY222C"

ORGANISATIONS = (example("getOrganisation", "own", "Whose key this is", "/organisation"),)

EMPLOYER_EXAMPLES: tuple[EmployerExample, ...] = (*ORGANISATIONS,)
