"""YAML by libyaml, in C: for the file without a fault, which is what a crawl finds.

It reads YAML 1.1. What that reads otherwise than YAML 1.2 is left to reference.py, and so is
every file with a fault, for the sake of the explanation.
"""

import re

import yaml

from aggregator.sources.nodes import BadYaml, Node, build

# Where the two parsers differ. A list that is written as lists are holds none of these.
_DIFFERS = re.compile(
    "[\x85\u2028\u2029]|\r(?!\n)"  # ends of lines in YAML 1.1, not in 1.2 (5.4); or standing alone
    "|[\ufeff\t]"  # a byte order mark inside; tabs
    "|^(?:%|[.]{3})"  # directives (« %YAML 1.1 »), which may set other rules; ends of documents
    "|[|>][-+0-9]*(?:#| *(?:#.*)?(?:\r?\n)+(?: +\r?\n| *#))",  # a block with an odd beginning
    re.MULTILINE,
)


def parse(text: str) -> Node:
    """Read one YAML document.

    Raises:
        BadYaml: This parser cannot vouch for it; the reference may read it, or say what is wrong.
    """
    if _DIFFERS.search(text):
        raise BadYaml(None, "holds what the two parsers may read differently")
    try:
        return build(yaml.parse(text, Loader=yaml.CSafeLoader), yaml.events)
    except (yaml.YAMLError, ValueError, AttributeError) as error:
        # AttributeError: this PyYAML was built without libyaml.
        raise BadYaml(None, str(error)) from error
