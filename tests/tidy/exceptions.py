"""Every exception from the rules, with its reason: (rule, path) -> why. Keep it tiny: mending is better."""

EXCEPTIONS: dict[tuple[str, str], str] = {
    ("arrows", "connectors/sdk/visitors.hpp"): "an email address is a kind of field there, not the channel",
    ("sizes", "schemas/sql/schema.sql"): "the whole schema in one place, to read",
    ("words", "tests/tidy/words.py"): "holds the banned words",
    ("words", "tests/tidy/tidy_test.py"): "breaks every rule on purpose",
    ("names", "tests/tidy/tidy_test.py"): "breaks every rule on purpose",
    ("left-overs", "tests/tidy/tidy_test.py"): "breaks every rule on purpose",
    ("sleeps", "tests/tidy/hazards.py"): "holds the names of sleeping functions",
    ("sleeps", "tests/tidy/tidy_test.py"): "breaks every rule on purpose",
}
